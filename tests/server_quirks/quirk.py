"""A quirk, and the chunks and messages that quirks are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from streamkit import OpenAIError


@dataclass(frozen=True)
class Quirk:
    """The body of an answer, and the expected result."""

    body: bytes
    emitted: list[str] = field(default_factory=list[str])
    """The events besides the chunks, as ``tests.families.chat.test_servers`` writes them."""
    has: dict[str, Any] = field(default_factory=dict[str, Any])
    """The expected part of the final completion, or of the error's completion."""
    n: int = 1
    error: type[OpenAIError] | None = None
    said: str = ""
    """The expected part of the error's text."""


DONE = b"data: [DONE]\n\n"


def sends(*chunks: dict[str, Any] | bytes, end: bytes = DONE) -> bytes:
    """Return a body of chunks; bytes among them are sent as they are."""
    return b"".join(each if isinstance(each, bytes) else frame(each) for each in chunks) + end


def frame(chunk: dict[str, Any]) -> bytes:
    """Return a chunk as a server-sent event."""
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False).encode()


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a chunk without any quirk."""
    heading = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return heading | {"choices": list(choices)} | fields


def says(content: str | None, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    """Return a choice with a piece of content."""
    return {"index": index, "delta": {"content": content}, "finish_reason": finish}


def delta(finish: str | None = None, index: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a choice whose delta has the fields."""
    return {"index": index, "delta": fields, "finish_reason": finish}


def calls(*fragments: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Return a choice with fragments of calls."""
    return delta(finish, tool_calls=list(fragments))


def call(arguments: str | None = None, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a fragment of a call; an argument that is None is left out."""
    function = {"name": name, "arguments": arguments}
    known = {key: value for key, value in function.items() if value is not None}
    return fields | ({"function": known} if known else {})


def message(**fields: Any) -> dict[str, Any]:
    """Return a completion whose only choice has this message."""
    return {"choices": [{"message": fields}]}


def made(*names: str) -> dict[str, Any]:
    """Return a completion with calls of these functions, in this order."""
    return message(tool_calls=[{"function": {"name": name}} for name in names])


STOP = chunk(delta("stop"))
HI = [chunk(says("H")), chunk(says("i"))]
EMITTED = ["0+H", "0+i", "0=Hi"]
WHOLE = message(content="Hi")
HI_THERE = sends(*HI, STOP)
NO_MORE = chunk(delta("tool_calls"))
ONE = ["0.0+", '0.0+{"a":', "0.0+1}", '0.0=f#x({"a":1})']
OPENING = calls(call("", "f", index=0, id="x", type="function"))
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}]
FILTER = {"hate": {"filtered": False, "severity": "safe"}}
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
ERROR = {"message": "too hot", "type": "server_error", "code": 502}
