"""``streamkit map`` refuses files that it would spoil, and lines of which no request is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from streamkit.cli.mapping.record_file import RecordFile
from tests.answering_server import AnsweringServer
from tests.cli.command import invoke
from tests.cli.test_map import SCHEMA, WORDS, folder, read, run, write

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["folder"]

SECRET = "sk-do-not-show"


@pytest.mark.parametrize("target", ["-", "/dev/full", "."])
def test_answers_go_to_a_file_from_which_a_run_can_go_on(folder: Path, target: str) -> None:
    with AnsweringServer() as server:
        ran = invoke(["map", "in.jsonl", target, "--base-url", server.url, "--model", "m"])
        assert ran.exit_code == 2
        assert f"{target} is no file from which a run can go on" in ran.stderr
        assert server.asked == []
    assert not (folder / "-").exists()


def test_files_of_others_are_left_as_they_are(folder: Path) -> None:
    out = folder / "out.jsonl"
    with AnsweringServer() as server:
        for content in (b'{"mine": 1}\n', b"text\n", b'{"line": "1", "input": 1}\n'):
            out.write_bytes(content)
            ran = run(server.url)
            assert ran.exit_code == 2
            assert "line 1 of out.jsonl is none that this command has written" in ran.stderr
            assert out.read_bytes() == content
        assert "out.jsonl is the input" in run(server.url, source="./out.jsonl").stderr
        out.unlink()
        assert "nope.jsonl: No such file" in run(server.url, source="nope.jsonl").stderr
        assert server.asked == []


def test_answers_to_another_input_are_not_mixed_with_these(folder: Path) -> None:
    with AnsweringServer() as server:
        run(server.url)
        write(folder / "in.jsonl", ({"text": word} for word in [*WORDS[1:], "new"]))
        server.asked.clear()
        ran = run(server.url)
        assert ran.exit_code == 2
        assert "out.jsonl is about another input: its line 1" in ran.stderr
        assert server.asked == []
        more = [{"text": word} for word in [*WORDS, "new"]]
        write(folder / "in.jsonl", ({"id": None, **line} for line in more))
        assert run(server.url).exit_code == 2
        write(folder / "in.jsonl", more)
        assert run(server.url).exit_code == 0
        assert server.asked == ["new"]


def test_two_runs_do_not_write_one_file(folder: Path) -> None:
    with AnsweringServer() as server, RecordFile(folder / "out.jsonl"):
        ran = run(server.url)
        assert (ran.exit_code, server.asked) == (2, [])
        assert "another process is writing out.jsonl" in ran.stderr


def test_a_line_of_which_no_request_is_made_is_an_error_of_that_line(folder: Path) -> None:
    text = '\ufeff{"text": "a"}\r\n\n{"text": \n{"txt": "b"}\n[]\n{"text": "c\\ud800"}\n'
    (folder / "in.jsonl").write_text(text, "utf-8")
    with AnsweringServer() as server:
        assert run(server.url).exit_code == 1
        assert server.asked == ["a"]
    assert [record["line"] for record in read(folder / "out.jsonl")] == [1]
    errors = {record["line"]: record for record in read(folder / "out.errors.jsonl")}
    assert sorted(errors) == [3, 4, 5, 6]
    assert "the line is no JSON" in errors[3]["error"]["message"]
    assert errors[3]["input"] == '{"text":'
    assert "no field 'text'" in errors[4]["error"]["message"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-t", "{txt}"), "the line has no field 'txt'"),
        (("-t", "@nope.txt"), "nope.txt: No such file"),
        (("--items", "a["), "path 'a['"),
        (("--schema", "nope.json"), "nope.json: No such file"),
        (("--schema", "list.json"), "no schema of an object"),
        (("--schema", "in.jsonl"), "in.jsonl is no JSON"),
    ],
    ids=["field", "template", "path", "no schema", "another schema", "no JSON"],
)
def test_an_option_that_fits_no_line_is_refused_before_any_request(
    folder: Path, options: tuple[str, ...], message: str
) -> None:
    (folder / "list.json").write_text(json.dumps({"type": "array", "items": SCHEMA}))
    with AnsweringServer() as server:
        ran = run(server.url, *options)
        assert server.asked == []
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert not (folder / "out.jsonl").exists()


def test_no_file_has_the_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with AnsweringServer(lambda text: f"{text}" if text == WORDS[0] else "") as server:
        run(server.url, "--schema", "streamkit:Usage")
    assert all(SECRET not in file.read_text("utf-8") for file in folder.iterdir())
