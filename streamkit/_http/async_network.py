"""The sockets of our own client on an event loop: any thread can shut one down.

This module is a network backend of httpcore, around httpcore's own backend for asyncio. It differs
from the sockets of threads (``network.py``): the loop waits for a socket. The task that sends a
request is cancelled in no step of this backend, because httpcore would lose the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpcore

from streamkit._http.async_connection import AsyncConnection
from streamkit._http.connection import connection_here
from streamkit._http.sockets import shut_down

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine, Iterable

__all__ = ["AsyncBackend"]


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for the exchange of the task that asks for them."""

    def __init__(self) -> None:
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncStream:
        """Open a connection to ``host``; raise ``StreamClosedError`` if the exchange is cut."""
        connection = _connection_here()
        connection.raise_if_cut()
        step = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        stream = AsyncStream(await connection.unless_cut(step))
        connection.hold(stream)
        return stream


class AsyncStream(httpcore.AsyncNetworkStream):
    """A network stream of httpcore that any thread can shut down."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    def read(  # pyright: ignore[reportIncompatibleMethodOverride] - awaited, it costs no frame
        self, max_bytes: int, timeout: float | None = None
    ) -> Coroutine[Any, Any, bytes]:
        """Wait for bytes and return them; ``b""`` once the connection has ended."""
        return self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``; the exchange holds this stream from now until its release."""
        if connection_here.get() is not None:
            connection = _connection_here()
            connection.hold(self)
            connection.raise_if_cut()
            connection.may_be_cancelled = True
        await self._stream.write(buffer, timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncStream:
        """Encrypt the bytes that are read and written from now on."""
        connection = _connection_here()
        connection.may_be_cancelled = False  # a request to a proxy has set it to True
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return AsyncStream(stream)

    async def aclose(self) -> None:
        """Close the socket."""
        await self._stream.aclose()

    def shut_down(self) -> None:
        """Wake the task that waits for the stream; from any thread."""
        shut_down(self.get_extra_info("socket"))

    def get_extra_info(self, info: str) -> Any:
        """Return the property ``info`` of the stream; httpcore documents the names."""
        return self._stream.get_extra_info(info)


def _connection_here() -> AsyncConnection:
    return cast("AsyncConnection", connection_here.get() or AsyncConnection())
