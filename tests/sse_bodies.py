"""Bodies of streamed answers, in a short notation."""

from __future__ import annotations

import json
from typing import Any

from tests.http_server import LAST_CHUNK, STREAM_HEAD, Script, chunk

DONE = b"data: [DONE]\n\n"
USAGE = b'data: {"choices":[],"usage":{"total_tokens":7}}\n\n'


def part(
    content: str | None = None, finish_reason: str | None = None, index: int = 0, **fields: Any
) -> bytes:
    """Return an event whose chunk adds content to a choice."""
    choice = {"index": index, "delta": {"content": content}, "finish_reason": finish_reason}
    data = {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    return b"data: %b\n\n" % json.dumps(data | fields).encode()


def stream(*events: bytes, end: Script = (LAST_CHUNK,)) -> Script:
    """Return a response that streams events, each as a chunk of its body."""
    return [STREAM_HEAD, *map(chunk, events), *end]
