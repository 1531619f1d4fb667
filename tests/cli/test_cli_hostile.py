"""The text of a server cannot control a terminal, deceive its reader, or hide in it."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit.cli.display import visible, visible_json, visible_line
from tests.cli.command import invoke
from tests.cli.terminal import ESCAPES, run_in_terminal
from tests.http_server import ScriptedServer, Step, response
from tests.polled import BATCH, FILE, serving
from tests.sse_bodies import DONE, stream

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = {
    "clear the screen": "\x1b[2J",
    "set the title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;http://evil.example\x1b\\",
    "C1 CSI": "\x9b2J",
    "C1 OSC": "\x9d0;owned\x9c",
    "carriage return": "\rfake",
    "backspace": "\x08\x08",
    "delete": "\x7f",
    "null": "\0",
    "bidi override": "\u202etxt.exe",
    "bidi isolate": "\u2066\u2069",
    "bidi mark": "\u200e\u200f\u061c",
    "zero-width": "\u200b\u2060\ufeff",
    "joiners in Latin": "a\u200db\u200cc",
    "joiners after joiners": "\u200b\u200d\u200d",
    "soft hyphen": "pay\u00adpal",
    "line separator": "\u2028\u2029",
    "filler": "\u3164\u115f\uffa0\u2800",
    "tag": "\U000e0041",
    "annotation": "\ufff9",
    "shorthand": "\U0001bca0",
}
EVERY = "".join(HIDDEN.values())
EVERY_IN_JSON = json.dumps(EVERY, ensure_ascii=False)[1:-1].encode()
JOINED = "👩\u200d💻 🏳\ufe0f\u200d🌈 กข\u200cค क्\u200dष"


def is_hidden(character: str) -> bool:
    return character in EVERY and unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}


def hidden_in(screen: str) -> set[str]:
    """Return the control and invisible characters that neither draw the screen nor join emoji."""
    text = ESCAPES.sub("", screen.replace("\r\n", "\n").replace("\r", ""))
    return set(filter(is_hidden, text)) - {"\n", "\t"}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_what_a_terminal_obeys_or_hides_is_made_visible(text: str) -> None:
    for shown in (visible(text), visible_line(text), visible_json(json.dumps({"a": text}))):
        assert not hidden_in(shown)
        assert shown.isprintable()


@given(st.text(st.sampled_from(EVERY)))
@example("\u061c\u200c")
def test_json_means_the_same(text: str) -> None:
    encoded = visible_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(encoded) == [text]
    assert not hidden_in(encoded)


def test_what_joins_letters_and_emoji_stays() -> None:
    assert visible(JOINED) == JOINED
    pieces = ["", *JOINED]
    cut = "".join(
        visible(piece, after=before) for before, piece in zip(pieces, JOINED, strict=False)
    )
    assert cut == JOINED


def test_a_line_cannot_be_ended() -> None:
    assert visible_line("a\r\nb\nc") == "a␊b␊c"
    assert visible("a\r\nb\n") == "a\nb\n"


def event(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    data = {"id": EVERY, "model": EVERY, "system_fingerprint": EVERY, "choices": [choice]}
    return b"data: %b\n\n" % json.dumps(data, ensure_ascii=False).encode("utf-8")


def called(arguments: str) -> dict[str, Any]:
    function = {"name": f"f{EVERY}", "arguments": arguments}
    return {"tool_calls": [{"index": 0, "id": EVERY, "type": "function", "function": function}]}


USAGE = {"prompt_tokens": EVERY, "completion_tokens": EVERY, "total_tokens": EVERY}
OPEN = '{"name": ' + json.dumps(EVERY, ensure_ascii=True)
REPORTED: dict[str, list[bytes]] = {
    "content": [event({"content": f"one{EVERY}two"}), event({"content": EVERY}, "stop")],
    "refusal": [event({"refusal": f"no{EVERY}"}, "stop")],
    "reasoning": [event({"reasoning_content": f"so{EVERY}"}), event({"content": "a"}, "stop")],
    "finish reason": [event({"content": "a"}, f"odd{EVERY}")],
    "role": [event({"role": EVERY, "content": "a"}, "stop")],
    "tool call": [event(called("{}"), "tool_calls")],
    "arguments": [event(called(json.dumps({EVERY: EVERY}))), event({}, "tool_calls")],
    "arguments that are no JSON": [event(called(EVERY), "tool_calls")],
    "fields of an object": [event({"content": OPEN}), event({"content": "}"}, "stop")],
    "a cut object": [event({"content": OPEN})],
    "error": [b"data: %b\n\n" % json.dumps({"error": {"message": EVERY, "code": EVERY}}).encode()],
    "usage": [
        event({"content": "a"}, "stop"),
        b"data: %b\n\n" % json.dumps({"choices": [], "usage": USAGE}).encode(),
    ],
    "no JSON": [b"data: " + EVERY.replace("\r", "").encode() + b"\n\n"],
}
ANSWERS: dict[str, list[Step]] = {
    **{name: [*stream(*events, DONE)] for name, events in REPORTED.items()},
    "an error's body": [response(400, json.dumps({"error": {"message": EVERY}}).encode())],
    "raw body": [response(400, b"\x1b[2J\x9b2J" + EVERY.encode())],
    "request id": [response(400, b"{}", [("x-request-id", "\x1b]0;owned\x07\u202e")])],
    "no stream": [response(200, EVERY.encode())],
}


@pytest.mark.diagonal
@pytest.mark.parametrize(
    "options", [[], ["--json"], ["--schema", "tests.cli.test_cli_display:City"]], ids=" ".join
)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_that_a_server_says_reaches_a_pipe_raw(
    answer: list[Step], options: list[str]
) -> None:
    with ScriptedServer(answer) as server:
        given = ["--base-url", server.url, "--model", "m", "--max-retries", "0", *options]
        ran = invoke(["chat", "Hello", *given])
    assert not hidden_in(ran.stdout + ran.stderr)
    assert isinstance(ran.exception, SystemExit | None)


@pytest.mark.parametrize("kind", ["dumb", "xterm-256color"])
@pytest.mark.parametrize("name", ["content", "finish reason", "arguments", "error's body"])
def test_nothing_that_a_server_says_reaches_a_terminal_raw(kind: str, name: str) -> None:
    answer = ANSWERS.get(name) or ANSWERS["an error's body"]
    with ScriptedServer(answer) as server:
        given = ["--base-url", server.url, "--model", "m", "--max-retries", "0"]
        _, screen = run_in_terminal("chat", "Hello", *given, kind=kind)
    assert not hidden_in(screen)
    assert "\x1b[2J" not in screen
    assert "owned" in screen or (kind, name) == ("dumb", "finish reason")  # not in a line


def test_nothing_of_an_upload_reaches_a_terminal_raw(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    failed = {"completed": 0, "failed": 1, "in_progress": 0, "cancelled": 0, "total": 1}
    batch = BATCH | {"id": EVERY, "status": f"failed{EVERY}", "file_counts": failed}
    with serving(FILE | {"id": EVERY, "filename": EVERY}, batch) as server:
        ran = invoke(["upload", "vs_1", str(file), "--base-url", server.url])
    assert not hidden_in(ran.stdout + ran.stderr)


def test_a_name_cannot_make_a_line_of_its_own() -> None:
    forged = event(called("{}"), "tool_calls").replace(EVERY_IN_JSON, b"\\nstreamkit: all is well")
    answer = stream(forged, DONE)
    with ScriptedServer(answer) as server:
        ran = invoke(["chat", "Hi", "--base-url", server.url, "--model", "m"])
    assert not re.search("^streamkit: all is well", ran.output, re.MULTILINE)
