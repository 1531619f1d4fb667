"""Frames of several lines, read by httpx-sse."""

# Strategy: httpx-sse reads a response's text. So there is one response a stream, whose body is the
# frames that are handed in, and one reader of it, which is asked for an event where a frame is one.
# The text is decoded as ISO 8859-1, in which each byte is a character and none gets lost: bytes
# that are no UTF-8 are for the JSON decoder to reject.

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from httpx_sse import ServerSentEvent

__all__ = ["CODING", "FrameReader"]

CODING = "iso-8859-1"
"""How the text of an event that was read is encoded to be the bytes that came."""


class FrameReader:
    """Reads the frames of a stream, one at a time."""

    def __init__(self) -> None:
        import httpx
        from httpx_sse import EventSource

        self._frames = deque[bytes]()
        headers = {"content-type": f"text/event-stream; charset={CODING}"}
        body = iter(self._frames.popleft, None)
        self._events = EventSource(httpx.Response(200, headers=headers, content=body)).iter_sse()

    def read(self, lines: Sequence[bytes]) -> ServerSentEvent:
        """Return the event of a frame that has a ``data`` field."""
        self._frames.append(b"\n".join((*lines, b"", b"")))
        return next(self._events)
