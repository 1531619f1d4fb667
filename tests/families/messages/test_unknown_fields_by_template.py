"""Deltas with unknown fields are read by templates, and show what full decoding shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.read_by_template import by_template, decoded, frames_read_by_template, pipeline


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the list of the frames that are read by a template."""
    return frames_read_by_template(monkeypatch)


KINDS = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "input": ("input_json_delta", "partial_json"),
}
PIECES = ["nil", "zero", "one", "two", '"', "\u00e9\n", ""]


def frame_of(
    kind: str,
    piece: str,
    *,
    event: dict[str, Any] | None = None,
    delta: dict[str, Any] | None = None,
) -> bytes:
    """Return the frame of a delta with a piece of a kind, and unknown fields at two places."""
    type_, name = KINDS[kind]
    inner = {"type": type_, name: piece, **(delta or {})}
    whole = {"type": "content_block_delta", "index": 0, "delta": inner, **(event or {})}
    return b"event: content_block_delta\ndata: %b\n\n" % json.dumps(whole).encode()


SCALARS: dict[str, dict[str, Any]] = {
    "an event's text": {"event": {"provider": "p"}},
    "an event's number": {"event": {"seconds": 1.5, "is_fast": True, "choice": None}},
    "a delta's text": {"delta": {"language": "en", "note": "said "}},
    "a name that Python has taken": {"event": {"to_dict": "p"}, "delta": {"__class__": 1}},
    "both": {"event": {"provider": "p"}, "delta": {"tokens": 1}},
}


@pytest.mark.parametrize("fields", SCALARS.values(), ids=SCALARS)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_with_unknown_scalars_are_read_by_a_template(
    kind: str, fields: dict[str, Any], hits: list[bytes]
) -> None:
    first, second, *parts = [frame_of(kind, piece, **fields) for piece in PIECES]
    # A frame is no read by itself before the first event has passed.
    parts = [first + second, *parts]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits == parts[3:]


UNREAD: dict[str, dict[str, Any]] = {
    "a list": {"delta": {"sources": ["a"]}},
    "an object": {"event": {"timings": {"first": 1}}},
    "a known field's unreadable value": {"event": {"index": "none"}},
}


@pytest.mark.parametrize("fields", UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_with_other_unknown_values_are_decoded_and_read_the_same(
    kind: str, fields: dict[str, Any], hits: list[bytes]
) -> None:
    parts = [frame_of(kind, piece, **fields) for piece in PIECES]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert not hits


def test_deltas_with_and_without_unknown_fields_keep_their_own(hits: list[bytes]) -> None:
    parts = [
        frame_of(
            "text",
            f"piece {at}",
            event={"provider": f"p{of}"} if of else None,
            delta={"tokens": of} if at % 3 else None,
        )
        for at, of in enumerate([1, 2] * 3 + [0, 1] * 3 + [1, 1, 0, 0] * 4)
    ]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits


def test_an_unknown_field_that_a_reader_changes_changes_in_no_later_delta() -> None:
    read = pipeline("messages")
    seen: list[Any] = []
    for piece in PIECES:
        frame = frame_of("text", piece, event={"provider": "p"}, delta={"tokens": 1})
        for event in read.read(frame):
            if event.type == "content_block_delta":
                seen.append((event.provider, event.model_extra, event.delta.model_extra))
                event.provider = "changed"
                event.unknown_fields["provider"] = "changed"
                event.delta.unknown_fields["tokens"] = 2
    assert seen == [("p", {"provider": "p"}, {"tokens": 1})] * len(PIECES)
