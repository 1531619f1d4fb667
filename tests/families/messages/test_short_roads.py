"""Blocks that begin and end between frames that a template reads take the right pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.read_by_template import by_template, decoded, frames_read_by_template


def event(type_: str, **fields: Any) -> bytes:
    data = json.dumps({"type": type_, **fields})
    return f"event: {type_}\ndata: {data}\n\n".encode()


def piece_of(kind: str, piece: str) -> bytes:
    name = "text" if kind == "text_delta" else "partial_json"
    return event("content_block_delta", index=0, delta={"type": kind, name: piece})


def citation(number: int) -> bytes:
    cited = {"type": "char_location", "cited_text": f"x{number}", "document_index": number}
    delta = {"type": "citations_delta", "citation": cited}
    return event("content_block_delta", index=0, delta=delta)


MESSAGE: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "content": []}
BLOCKS: dict[str, dict[str, Any]] = {
    "text_delta": {"type": "text", "text": ""},
    "input_json_delta": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
}


@pytest.mark.parametrize("unfit", [0, 1, 20, 90])
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_that_begins_anew_at_the_same_place_takes_the_pieces_after_it(
    kind: str, unfit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = frames_read_by_template(monkeypatch)
    begin = event("content_block_start", index=0, content_block=BLOCKS[kind])
    stop = event("content_block_stop", index=0)
    pieces = [piece_of(kind, piece) for piece in ("[", *(f"{n}," for n in range(200)))]
    # After frames that nothing fits, further ones pass without a look; the templates are kept.
    later = [piece_of(kind, piece) for piece in ("1,", "2", "]")]
    parts = [
        *(event("message_start", message=MESSAGE) + begin, *pieces),
        *map(citation, range(unfit)),
        *(*later, stop, begin, *later, stop),
        event("message_delta", delta={"stop_reason": "end_turn"}) + event("message_stop"),
    ]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert len(hits) > len(pieces) - 9


def test_a_block_that_another_one_displaced_takes_no_further_pieces() -> None:
    def thought(piece: str) -> bytes:
        delta = {"type": "thinking_delta", "thinking": piece}
        return event("content_block_delta", index=0, delta=delta)

    texts = [piece_of("text_delta", piece) for piece in "abcdef"]
    thoughts = [thought(piece) for piece in "ABCDEF"]
    more = {"type": "text_delta", "text": "", "provider": 1}
    known = [
        event("content_block_delta", index=0, delta={**more, "text": piece}) for piece in "uvwxyz"
    ]
    parts = [event("message_start", message=MESSAGE) + thoughts[0], *thoughts, *texts, *known]
    parts += [*thoughts[:2], *texts[:2], *thoughts[:2], *known[:2], *thoughts[:2], *texts[:2]]
    parts.append(event("message_stop"))
    assert by_template("messages", parts) == decoded("messages", parts)
