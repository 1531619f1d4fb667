"""Bodies with more or less than chunks: the peer's defects, numbered as in ``defects.py``."""

from __future__ import annotations

import json
from typing import Any

import pytest

import streamkit
from tests.differential.defects import CONTENT_DELTA, ROLE, STOP, both, content, message
from tests.differential.wire import chunk, delta, sse


@pytest.mark.parametrize("kind", ["event", "text"])
def test_c16_errors_in_the_stream_are_raised(kind: str) -> None:
    frames = {
        "event": b'event: error\ndata: {"message": "overloaded"}\n\n',
        "text": b'data: {"error": "overloaded"}\n\n',
    }
    peer, ours = both(sse([ROLE], end="") + frames[kind] + sse([STOP]))
    assert peer.error is None or "overloaded" not in str(peer.error)
    assert isinstance(ours.error, streamkit.APIError)
    assert ours.error.message == "overloaded"


def test_c17_a_stream_that_was_cut_is_no_answer() -> None:
    said = [ROLE, chunk(delta(content="half an ans"))]
    peer, ours = both(sse(said, end=""))
    assert message(peer)["content"] == "half an ans"
    assert isinstance(ours.error, streamkit.StreamTruncatedError)
    assert ours.error.completion is not None
    assert ours.error.completion.choices[0].message.content == "half an ans"
    # With [DONE] the answer is complete, even without a finish reason.
    _, ours = both(sse(said, end="[DONE]"))
    assert message(ours)["content"] == "half an ans"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", AssertionError),
        (b"<html>Bad gateway</html>", AssertionError),
        (b"data: {oops\n\n", json.JSONDecodeError),
        (b'data: {"id": "\xff"}\n\n', UnicodeDecodeError),
        (b"data: 1\n\n", AttributeError),
    ],
    ids=["empty", "HTML", "bad JSON", "bad UTF-8", "scalar"],
)
def test_c18_a_body_that_is_no_stream_is_quoted(body: bytes, error: type[Exception]) -> None:
    peer, ours = both(body)
    assert isinstance(peer.error or peer.final_error, error)
    assert isinstance(ours.error, streamkit.StreamDecodeError)
    text = body.decode("utf-8", "replace").removeprefix("data: ").strip()
    assert ours.error.received.strip() == text


def test_c18_an_error_that_is_the_whole_body_is_raised_with_its_text() -> None:
    peer, ours = both(b'{"error": {"message": "busy"}}')
    assert isinstance(peer.error or peer.final_error, AssertionError)
    assert isinstance(ours.error, streamkit.APIError)
    assert ours.error.message == "busy"


@pytest.mark.parametrize("object", [{}, {"object": ""}, {"object": "chunk"}])
def test_c19_a_chunk_is_known_by_its_shape(object: dict[str, str]) -> None:
    said = {name: value for name, value in chunk(delta(content="a")).items() if name != "object"}
    peer, ours = both([said | object, STOP])
    assert CONTENT_DELTA not in peer.events
    assert message(ours)["content"] == "a"


@pytest.mark.parametrize(
    "nothing",
    [{**ROLE, "choices": None}, chunk({"index": 0, "delta": None})],
    ids=["choices", "delta"],
)
def test_c21_null_is_nothing(nothing: dict[str, Any]) -> None:
    peer, ours = both([ROLE, nothing, *content("a")])
    assert isinstance(peer.error, (TypeError, AttributeError))
    assert message(ours)["content"] == "a"


@pytest.mark.parametrize(
    "frame", [b"event: ping\n\n", b"retry: 100\n\n", b"id: 7\n: still here\n\n", b"data:\n\n"]
)
def test_c23_a_record_without_data_is_no_event(frame: bytes) -> None:
    peer, ours = both(sse([ROLE], end="") + frame + sse(content("a")))
    assert isinstance(peer.error, json.JSONDecodeError)
    assert message(ours)["content"] == "a"


def test_c24_a_byte_order_mark_costs_nothing() -> None:
    said = b"\xef\xbb\xbf" + sse([chunk(delta(content="a")), chunk(delta(content="b")), STOP])
    peer, ours = both(said)
    assert message(peer)["content"] == "b"
    assert message(ours)["content"] == "ab"
