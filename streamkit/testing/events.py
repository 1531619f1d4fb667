"""Typed events of an answer that is given piece by piece."""

from __future__ import annotations

from typing import Any

from streamkit.sources import read

__all__ = ["events_of"]


def events_of(
    *pieces: str | dict[str, Any], finish: str = "stop", format: object = None
) -> list[Any]:
    """Return the common events of an answer, as ``observe`` emits them.

        events_of("Hel", "lo")
        events_of({"reasoning_content": "Hm."}, "Yes")
        events_of('{"name": "A', 'da"}', format=Person)

    Each piece is that of a chunk: a text is content, and a dict is the chunk's ``delta``.

    Args:
        pieces: The pieces, in order.
        finish: The finish reason; ``length`` and others end the list with what had come.
        format: The type of the content.
    """
    deltas = [{"content": piece} if isinstance(piece, str) else piece for piece in pieces]
    chunks = [_chunk(delta, None) for delta in deltas]
    return [*read([*chunks, _chunk({}, finish)], format=format)]


def _chunk(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test"}
    return {**head, "choices": [choice]}
