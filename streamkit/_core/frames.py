"""The reader of frames of several lines, which uses httpx-sse."""

# Strategy: httpx-sse reads a response's text. So a stream has one response, whose body is the
# frames that are passed in, and one reader of it, which yields an event for each frame that is one.
# The text is decoded as ISO 8859-1, in which each byte is a character and none is lost: the JSON
# decoder rejects bytes that are no UTF-8.

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from httpx_sse import ServerSentEvent

__all__ = ["CODING", "FrameReader"]

CODING = "iso-8859-1"
"""The encoding that turns the text of an event back into the received bytes."""


class FrameReader:
    """A reader of the frames of a stream, one at a time."""

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
