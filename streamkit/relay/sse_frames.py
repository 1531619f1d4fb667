"""Server-sent events as bytes, with the headers that let them through proxies at once."""

# Lines end with LF alone: clients of AG-UI split the stream at two of them, and CRLF is none.

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from streamkit.families._common.encoding import json_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DONE", "HEADERS", "KEEP_ALIVE", "frame"]

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
    }
)
"""The headers of a response; the last two keep proxies from compressing and collecting events."""

KEEP_ALIVE = b": keep-alive\n\n"
"""A comment, which every reader passes over, and which shows that the connection is alive."""

DONE = b"data: [DONE]\n\n"
"""The frame after the last one, in protocols that have one."""


def frame(data: object) -> bytes:
    """Return the frame of an object."""
    return b"data: %b\n\n" % json_bytes(data)
