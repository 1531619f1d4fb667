"""The defects of the openai package 3.54.0 that streamkit does not have.

Each test of ``test_*_defects.py`` shows one of them on both sides: the peer's behaviour, so that a
release that mends it is noticed, and streamkit's. Each defect has a number; C stands for streams.
Not there are C26 and C40, which are about time and memory and belong to the benchmarks, and C15,
C33 and S11, where both behave alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from tests.differential.listening import (
    Heard,
    hear_peer,
    hear_streamkit,
)
from tests.differential.wire import chunk, delta, sse

CONTENT_DELTA = ("content.delta", 0)
CONTENT_DONE = ("content.done", 0)
CALL_DELTA = ("tool_calls.function.arguments.delta", 0)
CALL_DONE = ("tool_calls.function.arguments.done", 0)

ROLE = chunk(delta(role="assistant", content=""))
STOP = chunk(delta(finish_reason="stop"))
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
REQUEST: dict[str, Any] = {"model": "test-model", "messages": []}


class Point(BaseModel):
    x: int
    y: str


def both(said: bytes | Sequence[Mapping[str, Any]], **params: Any) -> tuple[Heard, Heard]:
    """Return both packages' results for a body, or for chunks and ``[DONE]``."""
    body = said if isinstance(said, bytes) else sse(said)
    return hear_peer([body], REQUEST | params), hear_streamkit([body], REQUEST | params)


def message(heard: Heard, index: int = 0) -> dict[str, Any]:
    """Return the final message of a choice."""
    found: dict[str, Any] = heard.completion["choices"][index]["message"]
    return found


def content(*pieces: str) -> list[dict[str, Any]]:
    """Return the chunks of an answer with these pieces of content."""
    return [ROLE, *(chunk(delta(content=piece)) for piece in pieces), STOP]


def call(index: int | None = 0, **fields: Any) -> dict[str, Any]:
    """Return a chunk with a fragment of a tool call."""
    fragment = fields if index is None else {"index": index, **fields}
    return chunk(delta(tool_calls=[fragment]))


def function(name: str, arguments: str) -> dict[str, str]:
    return {"name": name, "arguments": arguments}


def opening(
    index: int | None = 0, name: str = "list_cities", arguments: str = ""
) -> dict[str, Any]:
    """Return a chunk with the first fragment of a tool call."""
    return call(index, id=f"call_{index}", type="function", function=function(name, arguments))
