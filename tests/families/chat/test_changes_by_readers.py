"""A reader that changes an object of a stream changes nothing else of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.types import ChoiceDeltaToolCall, ChoiceDeltaToolCallFunction
from tests.read_by_template import frames_read_by_template, nothing, pipeline


def frame(piece: str, *, end: str | None = None, **delta: Any) -> bytes:
    """Return the frame of a chunk with a piece of content and other fields of its delta."""
    choice = {"index": 0, "delta": {"content": piece, **delta}, "finish_reason": end}
    whole = {"id": "c", "model": "m", "created": 1, "choices": [choice]}
    return b"data: %b\n\n" % json.dumps(whole).encode()


CALL = ChoiceDeltaToolCall(
    index=0, id="t", function=ChoiceDeltaToolCallFunction(name="f", arguments="{}")
)
EMPTY: dict[str, tuple[dict[str, Any], Any]] = {
    "tool_calls": ({"tool_calls": []}, CALL),
    "annotations": ({"annotations": []}, "a source"),
    "tool_calls beside annotations": ({"annotations": [], "tool_calls": []}, CALL),
    "annotations beside a call": (
        {
            "content": None,
            "tool_calls": [{"index": 0, "function": {"arguments": "1"}}],
            "annotations": [],
        },
        "a source",
    ),
}


@pytest.mark.parametrize("uses_templates", [True, False])
@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_list_is_of_one_chunk_alone(
    name: str, uses_templates: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = frames_read_by_template(monkeypatch)
    read = pipeline("chat")
    if not uses_templates:
        read._read_by_template = nothing  # pyright: ignore[reportPrivateUsage] - the one way
    delta, item = EMPTY[name]
    lengths: list[int] = []
    for at in range(8):
        given = json.loads(json.dumps(delta).replace('"1"', f'"{at}"'))
        for event in read.read(frame(f"{at}", **given)):
            if event.type == "chunk":
                found = getattr(event.chunk.choices[0].delta, name.split(maxsplit=1)[0])
                lengths.append(len(found))
                found.append(item)
    assert lengths == [0] * 8
    assert bool(hits) == uses_templates
    message = read.machine.snapshot().choices[0].message
    assert [call.id for call in message.tool_calls or ()] in ([], [""])
    assert not message.annotations


def test_a_list_of_a_whole_message_that_a_reader_changes_is_no_news_in_the_next_one() -> None:
    read = pipeline("chat")
    deltas: list[dict[str, Any]] = []
    for at in range(4):
        message = {"role": "assistant", "content": "so far"[: at + 1], "tags": [["a"]]}
        whole = {"id": "c", "model": "m", "choices": [{"index": 0, "message": message}]}
        for event in read.read(b"data: %b\n\n" % json.dumps(whole).encode()):
            if event.type == "chunk":
                delta = event.chunk.choices[0].delta
                deltas.append(delta.to_dict())
                for tags in delta.model_extra.values():
                    tags[0].append("changed")
    assert [delta["content"] for delta in deltas] == ["s", "o", " ", "f"]
    assert ["tags" in delta for delta in deltas] == [True, False, False, False]
