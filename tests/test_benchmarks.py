from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

import streamkit
from benchmarks import cases, runner
from benchmarks.case import COST, Answer, Case, Contender, Workload, WrongAnswerError, checked
from benchmarks.cases import frames
from benchmarks.data import streamed
from benchmarks.peers_server import fast, paced
from benchmarks.report import as_data, as_text, uncompiled
from benchmarks.worker import measure

ROOT = Path(__file__).parent.parent
WORK = Workload("sum", 3)


def case(contender: Contender) -> Case:
    return Case(
        question="What does a sum cost?",
        unit="runs",
        workloads=[WORK],
        quick=[WORK],
        contenders={"somebody": contender},
        answer=lambda work: {"sum": sum(range(work.size))},
        measure=lambda run: {COST: float(run().says["sum"])},
        scale=lambda work: 1 / work.size,
    )


def test_a_right_answer_is_measured() -> None:
    right = Contender(lambda work: lambda: Answer({"sum": sum(range(work.size))}))
    assert measure(case(right), ["somebody"], quick=False) == [{"somebody": [{COST: 1.0}]}]


@pytest.mark.parametrize("says", [{"sum": 4}, {}])
def test_a_wrong_answer_is_not_measured(says: dict[str, int]) -> None:
    wrong = Contender(lambda _: lambda: Answer(says))
    with pytest.raises(WrongAnswerError):
        measure(case(wrong), ["somebody"], quick=False)


def test_an_answer_that_goes_wrong_while_it_is_measured_is_an_error() -> None:
    sums = iter([3, 4])
    forgetful = Contender(lambda _: lambda: Answer({"sum": next(sums)}))
    with pytest.raises(WrongAnswerError):
        measure(case(forgetful), ["somebody"], quick=False)


def test_a_contender_has_no_figures_where_it_takes_no_part() -> None:
    absent = Contender(lambda _: lambda: Answer({}), takes=lambda _: False)
    assert measure(case(absent), ["somebody"], quick=False) == [{"somebody": [None]}]


def test_a_contender_that_cannot_do_a_work_has_a_row_that_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Contender(lambda _: lambda: Answer({}), cannot=lambda work: f"no {work.name}")
    assert measure(case(slow), ["somebody"], quick=False) == [{"somebody": [None]}]

    def report(*_: object, **__: object) -> dict[str, Any]:
        return {"rounds": [{"somebody": [None]}], "versions": {}}

    monkeypatch.setattr(runner, "_work", report)
    table = runner.run("sums", case(slow), quick=True)
    (row,) = [
        line for line in as_text("sums", case(slow), table).splitlines() if "somebody" in line
    ]
    assert "no sum" in row
    assert as_data("sums", case(slow), table)["rows"][0]["cannot"] == "no sum"


@pytest.mark.parametrize("writes", [True, False])
def test_whether_pyc_files_are_written_is_seen(
    writes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", not writes)
    assert (uncompiled(tmp_path / "module.py") is None) == writes


def test_a_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def access(path: object, _: int) -> bool:
        return path != tmp_path

    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(os, "access", access)
    assert uncompiled(tmp_path / "module.py") == f"{tmp_path} cannot be written to"


@pytest.mark.thorough
def test_the_server_of_the_peers_streams_the_same_text_in_both_protocols() -> None:
    command = [sys.executable, "-m", "benchmarks.peers_server"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        chat = streamkit.OpenAI(api_key="k", base_url=f"{address}/v1")
        claude = streamkit.Anthropic(api_key="k", base_url=address)
        asked: dict[str, Any] = {"messages": [{"role": "user", "content": "Report."}]}
        with chat, claude:
            with chat.chat.completions.stream(model=fast(20), **asked) as stream:
                text = stream.get_final_completion().choices[0].message.content
            with claude.messages.stream(model=paced(20), max_tokens=9, **asked) as other:
                assert other.get_final_text() == text
    assert server.returncode == 0
    assert json.loads(text or "") == streamed("structured", 20).parsed


@pytest.mark.parametrize("who", frames.CASE.contenders)
@pytest.mark.parametrize("kind", frames.KINDS)
def test_every_kind_of_frame_is_read_right(kind: str, who: str) -> None:
    work = Workload(kind, 20)
    assert checked(frames.CASE.contenders[who].prepare(work), frames.CASE.answer(work))().says


def test_contenders_in_one_process_take_turns() -> None:
    turns: list[str] = []

    def contender(name: str) -> Contender:
        def run() -> Answer:
            turns.append(name)
            return Answer({"sum": 3})

        return Contender(lambda _: run)

    two = replace(
        case(contender("a")),
        contenders={name: contender(name) for name in "ab"},
        rehearsal=None,
        in_one_process=True,
    )
    rounds = measure(two, ["a", "b"], quick=False, rounds=3)
    assert rounds == [{"a": [{COST: 1.0}], "b": [{COST: 1.0}]}] * 3
    assert turns == ["a", "b"] * 3


def test_every_file_of_a_case_is_asked() -> None:
    files = {path.stem for path in Path(cases.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(cases.NAMES)


@pytest.mark.thorough
def test_the_command_writes_its_figures_as_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "push", "--quick", "--json", str(file)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    report = json.loads(file.read_text("utf-8"))
    assert report["quick"] is True
    (push,) = report["cases"]
    assert {row["who"] for row in push["rows"]} == {"streamkit", "plain reactivex"}
    assert all(row["figures"][COST] > 0 for row in push["rows"])
