"""The connection of an exchange by an HTTP client that was given.

Such a client names its socket with the response. Earlier, by its extension "trace", it reports the
connections that it opens. A connection that is used again is unknown until the response has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.connection import Connection
from streamkit._http.sockets import shut_down

if TYPE_CHECKING:
    import socket

    import httpx

__all__ = ["CONNECTED", "GivenConnection", "answered", "hold_stream_of"]


class GivenConnection(Connection):
    """The connection that a blocking client has opened, or that its response came by."""

    def follow(self, request: httpx.Request) -> None:
        """Attach this connection to the request that is about to be sent."""
        super().follow(request)
        request.extensions["trace"] = self._follow

    def answered(self, response: httpx.Response) -> None:
        """Take the response to the request; its body is still to be read."""
        hold_stream_of(response, self)

    def release(self) -> None:
        """Hold the socket no longer, because other exchanges may be about to use it."""
        held = self._held
        super().release()
        if isinstance(held, _Copy):
            held.close()

    def _follow(self, event: str, info: dict[str, Any]) -> None:
        protocol, _, step = event.partition(".")
        if step in CONNECTED:
            self.release()
            self.hold(_Socket(info["return_value"].get_extra_info("socket")))
        elif step == "start_tls.started" and isinstance(self._held, _Socket):
            self.hold(_Copy(self._held.sock))
        elif step in _BEFORE_ANYTHING:
            self.raise_if_cut()
        if step in _OVER or protocol == "http2":  # in HTTP/2, exchanges share the socket
            self.release()


class _Socket:
    def __init__(self, sock: Any) -> None:
        self.sock = sock

    def shut_down(self) -> None:
        shut_down(self.sock)


class _Copy(_Socket):
    """The copy of a socket that is being encrypted, and cannot be shut down itself meanwhile."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock.dup())

    def close(self) -> None:
        self.sock.close()


def answered(response: httpx.Response) -> Connection:
    """Return the connection that ``response`` has come by."""
    connection: Connection = GivenConnection.of(response.request)
    connection.answered(response)
    return connection


def hold_stream_of(response: httpx.Response, connection: Connection) -> None:
    """Have ``connection`` hold the socket that ``response`` names, unless exchanges share it."""
    stream = response.extensions.get("network_stream")
    if stream is not None and response.http_version.startswith("HTTP/1"):
        connection.hold(_Socket(stream.get_extra_info("socket")))


# The names are those of httpcore and of httpcore2, and tests/http/test_httpcore.py knows them too.
CONNECTED = {"connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete"}
_BEFORE_ANYTHING = {
    "connect_tcp.started",
    "connect_unix_socket.started",
    "send_request_headers.started",
}
_OVER = {"start_tls.failed", "response_closed.started"}
