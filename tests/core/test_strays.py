"""The decoder of server-sent events emits errors and JSON outside of events, and skips the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.sse import ServerSentEvent, SSEDecoder
from tests.chat_chunks import cut, run

A, B = b'{"a": 1}', b'{"b": [2]}'


@pytest.mark.parametrize(
    ("frame", "events"),
    [
        (A, [(A, "message")]),
        (A + b"\n" + B, [(A, "message"), (B, "message")]),
        (b'{\n  "a": 1\n}', [(b'{\n  "a": 1\n}', "message")]),
        (b'{\n"data": 1,\n"error": 2\n}', [(b'{\n"data": 1,\n"error": 2\n}', "message")]),
        (b"[1,\n2]", [(b"[1,\n2]", "message")]),
        (b"error: " + A, [(A, "error")]),
        (b"error:no", [(b"no", "error")]),
        (b"ERROR: no", [(b"no", "error")]),
        (b"Internal Server Error", [(b"Internal Server Error", "error")]),
        (b"upstream timeout: 5", [(b"upstream timeout: 5", "error")]),
        (b"<p>\n<b>504 Gateway Time-out</b>", [(b"<b>504 Gateway Time-out</b>", "error")]),
        (A + b"\ndata: x", [(A, "message"), (b"x", "message")]),
        (b"data: x\n" + A, [(A, "message"), (b"x", "message")]),
        (b"event: e\nerror: no\ndata: x", [(b"no", "error"), (b"x", "e")]),
    ],
)
def test_an_error_field_words_of_a_failure_and_bare_json_are_events(
    frame: bytes, events: list[tuple[bytes, str]]
) -> None:
    body = b"data: first\n\n" + frame + b"\n\n"
    expected = [ServerSentEvent(b"first"), *(ServerSentEvent(*event) for event in events)]
    assert run(SSEDecoder(), [body]) == expected
    assert run(SSEDecoder(), [body[at : at + 1] for at in range(len(body))]) == expected


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"{oops}",
        b"12",
        b'"text"',
        b"error",
        b"error:",
        b"error: null",
        b"error: {}",
        b"errors: 1",
        b"x-note: an error",
        b"keep alive",
    ],
)
def test_what_is_neither_is_passed_over(line: bytes) -> None:
    assert run(SSEDecoder(), [b"data: x\n\n" + line + b"\n\n"]) == [ServerSentEvent(b"x")]


@pytest.mark.parametrize(
    ("rest", "strays", "last"),
    [
        (b"", [], None),
        (b": bye", [], None),
        (b"id: 5", [], None),
        (b"data: x", [], b"x"),
        (b"data: x\n", [], b"x"),
        (A, [A], None),
        (A + b"\n", [A], None),
        (b'{"a": ', [], None),
        (A + b"\ndata: x", [A], b"x"),
    ],
)
def test_the_frame_that_the_end_cuts_off_can_be_asked_for(
    rest: bytes, strays: list[bytes], last: bytes | None
) -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: first\n\n" + rest)
    found, own = decoder.unfinished()
    assert [event.data for event in found] == strays
    assert (own and own.data) == last
    assert decoder.unfinished() == ((), None)
    assert not list(decoder.close())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict | list))


@given(
    value=VALUES,
    indent=st.sampled_from([None, 0, 2]),
    places=st.lists(st.integers(0, 60), max_size=5),
)
def test_bare_json_is_read_however_it_is_written_and_cut(
    value: Any, indent: int | None, places: list[int]
) -> None:
    text = json.dumps(value, indent=indent).encode()
    (event,) = run(SSEDecoder(), cut(text + b"\n\n", places))
    assert json.loads(event.data) == value
