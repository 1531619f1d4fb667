"""``streamkit map`` asks about each line of a file once, whatever ends its runs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.answering_server import HOLD, AnsweringServer, Reply, completion
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, ESCAPES, run_in_terminal
from tests.leftovers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from typer.testing import Result as Ran

WORDS = [f"word{number}" for number in range(12)]
SCHEMA = {
    "type": "object",
    "properties": {"names": {"type": "array", "items": {"type": "string"}}},
    "required": ["names"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into a folder with an input of twelve lines."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in.jsonl", ({"text": word} for word in WORDS))
    return tmp_path


def write(path: Path, values: Iterable[Any]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def arguments(url: str, *options: str, source: str = "in.jsonl") -> list[str]:
    template = () if "-t" in options else ("-t", "{text}")
    server = ("--base-url", url, "--model", "m", "--max-retries", "0")
    return ["map", source, "out.jsonl", *server, *template, *options]


def run(url: str, *options: str, source: str = "in.jsonl", input: bytes | None = None) -> Ran:
    return invoke(arguments(url, *options, source=source), input=input)


def test_a_line_is_written_for_each_answer_with_its_input(folder: Path) -> None:
    with AnsweringServer(str.upper) as server:
        ran = run(server.url, "--jobs", "5", "--system", "Shout.", "--temperature", "0")
        assert server.most_at_once <= 5
        assert server.bodies[0]["messages"][0] == {"role": "system", "content": "Shout."}
        assert server.bodies[0]["temperature"] == 0
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.startswith("12 answered, 84 tokens, ")
    records = {record["line"]: record for record in read(folder / "out.jsonl")}
    assert sorted(records) == [*range(1, 13)]
    assert records[3]["input"] == {"text": "word2"}
    assert records[3]["output"] == "WORD2"
    assert records[3]["usage"]["output_tokens"] == 4
    assert {path.name for path in folder.iterdir()} == {"in.jsonl", "out.jsonl"}


@pytest.mark.parametrize(
    "whole", [2, *(pytest.param(count, marks=pytest.mark.thorough) for count in (0, 1, 3))]
)
def test_a_killed_run_goes_on_without_asking_twice(folder: Path, whole: int) -> None:
    def answer(text: str) -> str:
        return text if server.asked.index(text) < whole else HOLD

    with AnsweringServer(answer) as server:
        child = subprocess.Popen(
            [*COMMAND, *arguments(server.url, "--jobs", "2")], stderr=subprocess.DEVNULL
        )
        out = folder / "out.jsonl"
        while not (len(server.asked) >= whole + 2 and out.read_bytes().count(b"\n") == whole):
            assert child.poll() is None
            threading.Event().wait(0.005)
        child.kill()
        child.wait(PATIENCE)
        asked_before = set(server.asked)
        written = {record["input"]["text"] for record in read(out)}
    with AnsweringServer() as again:
        assert run(again.url).exit_code == 0
        assert sorted(again.asked) == sorted({*WORDS} - written)
    assert len(asked_before - written) == 2  # those in flight
    assert sorted(record["line"] for record in read(out)) == [*range(1, 13)]


@pytest.mark.parametrize("kept", [0, 1, 30, -2, -1])
def test_half_a_line_at_the_end_is_asked_again_and_a_whole_one_is_not(
    folder: Path, kept: int
) -> None:
    out = folder / "out.jsonl"
    with AnsweringServer() as server:
        run(server.url, "--jobs", "1")
        *lines, last = out.read_bytes().splitlines(keepends=True)
        out.write_bytes(b"".join(lines) + last[:kept])
        server.asked.clear()
        assert run(server.url).exit_code == 0
        assert server.asked == ([] if kept == -1 else [WORDS[-1]])
    assert [record["line"] for record in read(out)] == [*range(1, 13)]


def failing(bad: set[str]) -> Callable[[str], str | Reply]:
    def answer(text: str) -> str | Reply:
        return Reply({"error": {"message": "bad word"}}, 400) if text in bad else text

    return answer


def test_lines_that_fail_have_a_file_of_their_own_and_are_asked_again_with_a_flag(
    folder: Path,
) -> None:
    errors = folder / "out.errors.jsonl"
    with AnsweringServer(failing({WORDS[1], WORDS[4]})) as server:
        ran = run(server.url)
        assert ran.exit_code == 1
        assert "10 answered, 2 failed (see out.errors.jsonl; --retry-failed asks" in ran.stderr
        assert "the first is line" in ran.stderr
        failed = sorted(read(errors), key=lambda record: record["line"])
        assert [record["line"] for record in failed] == [2, 5]
        assert failed[0]["input"] == {"text": WORDS[1]}
        assert failed[0]["error"]["type"] == "BadRequestError"
        assert "bad word" in failed[0]["error"]["message"]
        server.asked.clear()
        ran = run(server.url)
        assert (ran.exit_code, server.asked) == (0, [])
        assert "0 answered, 12 were done before" in ran.stderr
    with AnsweringServer(failing({WORDS[4]})) as server:
        assert run(server.url, "--retry-failed").exit_code == 1
        assert sorted(server.asked) == [WORDS[1], WORDS[4]]
    assert [record["line"] for record in read(errors)] == [5]
    assert len(read(folder / "out.jsonl")) == 11
    with AnsweringServer() as server:
        assert run(server.url, "--retry-failed").exit_code == 0
    assert not errors.exists()


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_an_error_that_every_line_would_have_stops_the_run(folder: Path, status: int) -> None:
    with AnsweringServer(lambda _: Reply({"error": {"message": "no"}}, status)) as server:
        ran = run(server.url, "--jobs", "2")
        assert ran.exit_code == 1
        assert "Stopped; the same command goes on from here." in ran.stderr
        assert f"Error code: {status}" in ran.stderr
        assert len(server.asked) <= 2 * 2 + 1
    assert {path.name for path in folder.iterdir()} == {"in.jsonl"}


def test_many_failures_in_a_row_stop_the_run(folder: Path) -> None:
    write(folder / "in.jsonl", [{"text": "bad"}] * 60)
    with AnsweringServer(failing({"bad"})) as server:
        ran = run(server.url, "--jobs", "1")
        assert ran.exit_code == 1
        assert "20 lines in a row have failed" in ran.stderr
        assert len(server.asked) < 30
        server.asked.clear()
        assert "20 were done before" in run(server.url, "--jobs", "1").stderr
    assert len(read(folder / "out.errors.jsonl")) == 40


def test_lines_that_failed_because_the_server_was_gone_are_asked_by_the_next_run(
    folder: Path,
) -> None:
    write(folder / "in.jsonl", ({"text": str(number)} for number in range(30)))

    def answer(text: str) -> str | Reply:
        return text if text == "0" else Reply({"error": {"message": "down"}}, 503)

    with AnsweringServer(answer) as server:
        ran = run(server.url, "--jobs", "1")
    assert "20 lines in a row have failed, the last of them, line 21" in ran.stderr
    assert not (folder / "out.errors.jsonl").exists()
    with AnsweringServer() as server:
        assert run(server.url).exit_code == 0
        assert len(server.asked) == 29


@pytest.mark.thorough
def test_ctrl_c_keeps_what_was_answered(folder: Path) -> None:
    def answer(text: str) -> str:
        return text if text == WORDS[0] else HOLD

    with AnsweringServer(answer) as server:
        command = [*COMMAND, *arguments(server.url, "--jobs", "2")]
        out = folder / "out.jsonl"
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
            while len(server.asked) < 3 or b"\n" not in out.read_bytes():
                threading.Event().wait(0.005)
            _, errors = interrupted(child)
    assert "Stopped; the same command goes on from here." in errors
    assert "1 answered" in errors
    assert "Traceback" not in errors
    assert [record["output"] for record in read(out)] == [WORDS[0]]


def test_a_bar_is_drawn_on_a_terminal() -> None:
    with AnsweringServer(failing({WORDS[1]})) as server:
        code, screen = run_in_terminal(*arguments(server.url))
    assert code == 1
    assert "12 of 12, 1 failed, 77 tokens" in ESCAPES.sub("", screen)


def test_answers_are_parsed_by_a_schema_and_each_item_has_a_line(folder: Path) -> None:
    (folder / "schema.json").write_text(json.dumps(SCHEMA))
    answers: dict[str, str | Reply] = {
        "two": '{"names": ["a", "b"]}',
        "none": '{"names": []}',
        "misfit": '{"names": [1]}',
        "cut": Reply(completion('{"nam', "length")),
    }
    write(folder / "in.jsonl", ({"text": name} for name in answers))
    options = ("--schema", "schema.json", "--jobs", "1")
    with AnsweringServer(answers.__getitem__) as server:
        assert run(server.url, *options, "--items", "names[*]").exit_code == 1
        sent = server.bodies[0]["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"]) == ("schema", True)
    assert sent["schema"]["additionalProperties"] is False
    rows = [{**record, "input": 0, "usage": 0} for record in read(folder / "out.jsonl")]
    about: dict[str, Any] = {"input": 0, "usage": 0}
    assert rows == [
        {"line": 1, "item": 0, "of": 2, "output": "a", **about},
        {"line": 1, "item": 1, "of": 2, "output": "b", **about},
        {"line": 2, "item": None, "of": 0, "output": None, **about},
    ]
    misfit, cut = read(folder / "out.errors.jsonl")
    assert (misfit["error"]["type"], misfit["partial"]) == ("ParseError", '{"names": [1]}')
    assert "$.names[0]: 1 is not of type 'string'" in misfit["error"]["message"]
    assert (cut["error"]["type"], cut["partial"]) == ("LengthFinishReasonError", '{"nam')


def test_half_of_the_items_of_an_answer_are_no_answer(folder: Path) -> None:
    write(folder / "in.jsonl", [{"text": '{"a": [1, 2, 3]}'}, {"text": '{"a": [4]}'}])
    out = folder / "out.jsonl"
    with AnsweringServer() as server:
        run(server.url, "--items", "a[*]", "--jobs", "1")
        lines = out.read_bytes().splitlines(keepends=True)
        out.write_bytes(b"".join(lines[:2]))
        server.asked.clear()
        run(server.url, "--items", "a[*]", "--jobs", "1")
        assert len(server.asked) == 2
    assert out.read_bytes() == b"".join(lines)


def test_answers_are_parsed_by_a_type_of_a_module(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "from pydantic import BaseModel\nclass City(BaseModel):\n    name: str\n"
    (folder / "map_models.py").write_text(source)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    with AnsweringServer(lambda text: json.dumps({"name": text})) as server:
        assert run(server.url, "--schema", "map_models:City").exit_code == 0
    assert read(folder / "out.jsonl")[0]["output"]["name"].startswith("word")


def test_stdin_is_read_and_resumed_as_a_file_is(folder: Path) -> None:
    lines = (folder / "in.jsonl").read_bytes()
    with AnsweringServer() as server:
        head = b"".join(lines.splitlines(keepends=True)[:5])
        assert run(server.url, source="-", input=head).exit_code == 0
        assert run(server.url, source="-", input=lines).exit_code == 0
        assert sorted(server.asked) == sorted(WORDS)
    assert len(read(folder / "out.jsonl")) == 12


def test_without_a_template_a_line_has_the_parameters_of_its_request(folder: Path) -> None:
    request = {"messages": [{"role": "user", "content": "Hi"}], "seed": 7}
    write(folder / "in.jsonl", [request])
    with AnsweringServer() as server:
        command = ["map", "in.jsonl", "out.jsonl", "--base-url", server.url, "--model", "m"]
        assert invoke(command).exit_code == 0
        assert server.bodies == [{**request, "model": "m"}]


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_each_protocol_is_spoken(folder: Path, api: str) -> None:
    (folder / "schema.json").write_text(json.dumps(SCHEMA))
    command = ["map", "in.jsonl", "out.jsonl", "-t", "{text}", "--api", api]
    ran = invoke([*command, "--schema", "schema.json"])
    assert ran.exit_code == 0, ran.stderr
    assert "the embedded server answers" in ran.stderr
    assert all(isinstance(record["output"]["names"], list) for record in read(folder / "out.jsonl"))
