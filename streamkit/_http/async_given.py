"""The connection of an exchange by an HTTP client that was given, on an event loop.

It differs from the connection of a thread (``given.py``): its task is cancelled, whatever the
socket, and the client's trace says when no connection is lost by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.async_connection import AsyncConnection
from streamkit._http.given import CONNECTED, hold_stream_of

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncGivenConnection"]

_IN_HANDSHAKE = {"start_tls.started", "start_tls.failed"}


class AsyncGivenConnection(AsyncConnection):
    """The connection of a task, which is ended by cancelling it and not by its socket."""

    def __init__(self, pool: Any = None) -> None:
        super().__init__(pool)
        self.may_be_cancelled = True
        self._opened: Any = None
        self._in_handshake: Any = None

    def follow(self, request: httpx.Request) -> None:
        """Attach this connection to the request that is about to be sent."""
        super().follow(request)
        request.extensions["trace"] = self._follow

    def answered(self, response: httpx.Response) -> None:
        """Take the response to the request; its body is still to be read."""
        self._opened = None
        hold_stream_of(response, self)

    async def aclose(self) -> None:
        """Close a socket whose handshake was cancelled, because httpcore leaves it open."""
        if self._in_handshake is not None:
            await self._in_handshake.aclose()

    async def _follow(self, event: str, info: dict[str, Any]) -> None:
        # httpcore forgets a connection if the task is cancelled right after the connection was
        # made: the socket stays open, and its place in the pool is taken for ever.
        step = event.partition(".")[2]
        self.may_be_cancelled = step not in CONNECTED
        if step in CONNECTED:
            self._opened = info["return_value"]
        self._in_handshake = self._opened if step in _IN_HANDSHAKE else None
        if step == "send_request_headers.started":
            self.raise_if_cut()
