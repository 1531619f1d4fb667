"""A pipeline runs over every recording of a folder, in one process or in several, in one order."""

from __future__ import annotations

import multiprocessing
import pickle
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import bulk
from streamkit.bulk.processes import AHEAD
from streamkit.recording import Cassette
from tests.bulk import pipelines
from tests.recording.test_replay import cassette, chat

if TYPE_CHECKING:
    from pathlib import Path

DONE = b"data: [DONE]\n\n"


def fill(folder: Path, **texts: str) -> Path:
    """Write a cassette for each name, whose answer is the text."""
    for name, text in texts.items():
        reads = [(0.1, chat(text)), (0.2, chat("", "stop")), (0.2, DONE)]
        cassette(*reads).save(folder / f"{name}.jsonl")
    return folder


def results(outcomes: Any) -> list[Any]:
    return [outcome.result if outcome.error is None else outcome.error.type for outcome in outcomes]


def test_a_folder_has_its_cassettes_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    fill(tmp_path / "b", z="z", a="a")
    fill(tmp_path, c="c", a="a")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "d.request.json").touch()
    (tmp_path / "d.sse").touch()
    names = ["a.jsonl", "b/a.jsonl", "b/z.jsonl", "c.jsonl", "d.request.json"]
    assert bulk.cassettes(tmp_path) == [str(tmp_path / name) for name in names]
    twice = bulk.cassettes(tmp_path / "c.jsonl", tmp_path / "b", tmp_path / "c.jsonl")
    assert twice == [str(tmp_path / name) for name in (names[3], *names[1:3])]


@pytest.mark.parametrize("name", ["", "none.jsonl"], ids=["empty", "missing"])
def test_a_place_without_a_cassette_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        bulk.replay(pipelines.words, tmp_path / name)


def test_several_processes_give_what_one_gives_whatever_becomes_of_them(tmp_path: Path) -> None:
    texts = {f"{number:02}": f"text {number}" for number in range(40)}
    texts |= {"05": "raise", "11": "die", "17": "leave"}
    fill(tmp_path, **texts)
    (tmp_path / "30.jsonl").write_text('{"id": 1}\n')
    outcomes = [*bulk.replay(pipelines.moody, tmp_path, jobs=2)]
    texts |= {"05": "LookupError", "11": "ProcessDied", "17": "SystemExit"}
    assert results(outcomes) == [*(texts | {"30": "ValueError"}).values()]
    assert [outcome.file for outcome in outcomes] == bulk.cassettes(tmp_path)
    assert [outcome.exchange for outcome in outcomes[30:32]] == [None, 1]
    died = outcomes[11].error
    assert died is not None
    assert died.message == "the process ended with exit code 3"
    (tmp_path / "11.jsonl").unlink()
    del outcomes[11]
    assert [*bulk.replay(pipelines.moody, tmp_path)] == outcomes


def test_nothing_is_lost_when_the_first_is_done_last(tmp_path: Path) -> None:
    # The first one waits for the last one that may be begun before the first is done.
    names = [f"{number:02}" for number in range(2 * AHEAD + 10)]
    texts = {name: f"{tmp_path}/{name} {tmp_path}" for name in names}
    texts[names[0]] = f"{tmp_path}/{names[0]} {tmp_path}/{names[2 * AHEAD - 1]}"
    fill(tmp_path, **texts)
    found = results(bulk.replay(pipelines.patient, tmp_path, jobs=2))
    assert found == [f"{tmp_path}/{name}" for name in names]


def test_each_exchange_of_a_cassette_has_an_outcome(tmp_path: Path) -> None:
    first, second = (
        cassette((0.1, chat(text, "stop")), (0.1, DONE)).recordings[0] for text in ("a b", "c")
    )
    both = bulk.cassettes(fill(tmp_path, a=""))[0]
    Cassette((first, second)).save(both)
    assert [outcome.to_dict() for outcome in bulk.outcomes(pipelines.words, both)] == [
        {"file": both, "exchange": 1, "result": 2},
        {"file": both, "exchange": 2, "result": 1},
    ]


def test_a_pipeline_of_operators_runs_over_recordings(tmp_path: Path) -> None:
    fill(tmp_path, a="a b")
    assert results(bulk.replay(pipelines.pieces, tmp_path)) == [["a b"]]


@pytest.mark.parametrize(
    ("result", "expected"),
    [(None, None), ({1, 2}, [1, 2]), (object(), "TypeError"), ("\ud800", "UnicodeEncodeError")],
    ids=["nothing", "set", "object", "half a character"],
)
def test_a_result_is_plain_json_or_an_error(tmp_path: Path, result: Any, expected: Any) -> None:
    fill(tmp_path, a="a")
    (outcome,) = bulk.replay(lambda _: result, tmp_path)
    assert results([outcome]) == [expected]
    assert outcome.to_json().startswith(f'{{"file":"{tmp_path}/a.jsonl","exchange":1,')
    assert ("result" in outcome.to_dict()) is (outcome.error is None)


def test_what_no_other_process_can_find_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, a="a", b="b")
    with pytest.raises(TypeError, match="a function of a module"):
        next(bulk.replay(lambda _: None, tmp_path, jobs=2))
    with pytest.raises(ValueError, match="jobs must be a number from 1"):
        bulk.replay(pipelines.words, tmp_path, jobs=0)


ELSEWHERE = """
import importlib
from streamkit import bulk

class Elsewhere:
    def __reduce__(self):
        return importlib.import_module, ("not_in_this_world",)
    def __call__(self, recording): ...

def main():
    for _ in bulk.replay(Elsewhere(), "cassettes", jobs=2): ...

"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("if __name__ == '__main__': main()", "TypeError: .*find .*No module named 'not_in_this"),
        ("main()", "RuntimeError: no process can be started: .* exit code 1"),
    ],
    ids=["no module", "no guard"],
)
def test_a_program_whose_processes_cannot_run_its_pipeline_ends(
    call: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "cassettes").mkdir()
    fill(tmp_path / "cassettes", a="a", b="b")
    (tmp_path / "program.py").write_text(ELSEWHERE + call)
    command = [sys.executable, "program.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert re.search(said, ran.stderr.splitlines()[-1])


@pytest.mark.parametrize("end", ["", ":pipeline", ":Class.method"])
def test_a_pipeline_is_found_in_a_file_by_its_name(tmp_path: Path, end: str) -> None:
    program = "def pipeline(recording): return 1\nclass Class:\n    method = pipeline\n"
    (tmp_path / "one.py").write_text(program)
    named = bulk.NamedPipeline(f"{tmp_path}/one.py{end}")
    copied: bulk.NamedPipeline = pickle.loads(pickle.dumps(named))
    assert results(bulk.replay(copied, fill(tmp_path, a="a"))) == [1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("words", "'words' is no pipeline"),
        (":words", "':words' is no pipeline"),
        ("tests.bulk.pipelines:none", "tests.bulk.pipelines has no function none"),
        ("tests.bulk.pipelines:os.none.x", "has no function os.none.x"),
        ("tests.bulk.none:words", "importing tests.bulk.none failed: ModuleNotFoundError"),
        ("none.py", "importing none.py failed: FileNotFoundError"),
    ],
)
def test_a_name_that_is_no_pipelines_is_refused(name: str, said: str) -> None:
    with pytest.raises(ImportError, match=said):
        bulk.NamedPipeline(name)


def test_a_module_that_leaves_the_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leaves.py").write_text("raise SystemExit(1)")
    with pytest.raises(ImportError, match="SystemExit"):
        bulk.NamedPipeline(f"{tmp_path}/leaves.py")


@pytest.mark.thorough
def test_a_run_that_is_left_ends_its_processes(tmp_path: Path) -> None:
    fill(tmp_path, **{f"{number}": "a" for number in range(4)})
    run = bulk.replay(pipelines.words, tmp_path, jobs=2)
    assert next(run).result == 1
    run.close()
    assert multiprocessing.active_children() == []
