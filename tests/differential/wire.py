"""The bytes of a streamed answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, AnyStr

__all__ = [
    "HEADING",
    "LINE_FEEDS",
    "Framing",
    "chunk",
    "cut",
    "delta",
    "sse",
    "without_other_choices",
]

HEADING: Mapping[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1795305600,
    "model": "test-model",
    "system_fingerprint": "fp_1",
}


@dataclass(frozen=True)
class Framing:
    """The layout of events, which is the server's choice."""

    newline: str = "\n"
    space: str = " "
    ascii_only: bool = False
    comment_every: int = 0
    """The number of events between comments, which keep the connection alive; 0 for no comments."""


LINE_FEEDS = Framing()
"""The framing of the API."""


def sse(
    chunks: Sequence[Mapping[str, Any]], framing: Framing = LINE_FEEDS, *, end: str = "[DONE]"
) -> bytes:
    """Return the body that streams ``chunks``."""
    data = [json.dumps(chunk, ensure_ascii=framing.ascii_only) for chunk in chunks]
    if end:
        data.append(end)
    frames: list[str] = []
    for number, text in enumerate(data):
        if framing.comment_every and number % framing.comment_every == 0:
            frames.append(f": still here{framing.newline * 2}")
        frames.append(f"data:{framing.space}{text}{framing.newline * 2}")
    return "".join(frames).encode()


def cut(whole: AnyStr, sizes: Sequence[int]) -> Iterator[AnyStr]:
    """Yield a text or body in pieces of these sizes, which repeat."""
    start = 0
    for size in cycle(sizes):
        if start >= len(whole):
            return
        yield whole[start : start + size]
        start += size


def chunk(*choices: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a chunk with these choices."""
    return {**HEADING, "choices": list(choices), **fields}


def delta(index: int = 0, finish_reason: str | None = None, **message: Any) -> dict[str, Any]:
    """Return a choice of a chunk."""
    return {"index": index, "delta": message, "logprobs": None, "finish_reason": finish_reason}


def without_other_choices(chunks: Iterable[Mapping[str, Any]], index: int) -> list[dict[str, Any]]:
    """Return the chunks as they would be if the choice were the only one."""
    return [
        {**chunk, "choices": [{**choice, "index": 0} for choice in chunk["choices"]]}
        for chunk in chunks
        if all(choice["index"] == index for choice in chunk["choices"])
    ]
