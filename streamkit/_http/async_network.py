"""The sockets of our own client on an event loop: any thread can shut one down.

This module is a network backend of httpcore. It differs from the sockets of threads
(``network.py``): the loop waits for a socket. The task that sends a request is cancelled only while
it waits here or for a response, because elsewhere httpcore would lose the connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httpcore

from streamkit._http.as_httpcore import raised_as
from streamkit._http.async_connection import AsyncConnection
from streamkit._http.connection import connection_here
from streamkit._http.heads import Heads
from streamkit._http.loop_connecting import connected
from streamkit._http.loop_socket import AsyncSocket
from streamkit._http.outgoing import Outgoing
from streamkit._http.sockets import shut_down

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine, Iterable

__all__ = ["AsyncBackend", "AsyncStream"]

_NAMES = {
    "client_addr": "sockname",
    "server_addr": "peername",
    "socket": "socket",
    "ssl_object": "ssl_object",
}
"""The names that asyncio has for the properties of httpcore."""


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for the exchange of the task that asks for them."""

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
        connection.may_be_cancelled = True
        try:
            with raised_as(httpcore.ConnectTimeout, httpcore.ConnectError):
                sock = await _opened(host, port, timeout, local_address, socket_options)
        finally:
            connection.may_be_cancelled = False
        stream = AsyncStream(sock)
        connection.hold(stream)
        return stream


class AsyncStream(httpcore.AsyncNetworkStream):
    """A socket of an event loop that any thread can shut down.

    httpcore reads the head of a response, and its own body as well, or another reader receives that
    instead (``bodies.py``).
    """

    def __init__(self, sock: AsyncSocket) -> None:
        self._socket = sock
        self._heads = Heads()
        self._outgoing = Outgoing()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes and return them; ``b""`` once the connection has ended."""
        if rest := self._outgoing.rest():
            await self._send(rest, timeout)
        return self._heads.feed(await self.receive(timeout), max_bytes)

    def receive(self, timeout: float | None) -> Coroutine[Any, Any, bytes]:
        """Wait for bytes of a body and return them; ``b""`` once the connection has ended."""
        # A hot path: the coroutine of the socket is returned, and so costs no frame of its own.
        return self._take() if self._heads.held else self._socket.read(timeout)

    async def _take(self) -> bytes:
        return self._heads.take()

    def give_back(self, data: bytes) -> None:
        """Have the next read return ``data``."""
        self._heads.held = data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``; the exchange holds this stream from now until its release."""
        if connection_here.get() is not None:
            connection = _connection_here()
            connection.hold(self)
            connection.raise_if_cut()
            connection.may_be_cancelled = True
        for piece in self._outgoing.feed(buffer, begins=self._heads.begin()):
            await self._send(piece, timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncStream:
        """Encrypt the bytes that are read and written from now on."""
        connection = _connection_here()
        connection.may_be_cancelled = False  # a request to a proxy has set it to True
        try:
            with raised_as(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    await self._socket.encrypt(ssl_context, server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return AsyncStream(self._socket)

    async def aclose(self) -> None:
        """Close the socket."""
        await self._socket.close()

    async def _send(self, data: bytes, timeout: float | None) -> None:
        with raised_as(httpcore.WriteTimeout, httpcore.WriteError):
            await self._socket.write(data, timeout)

    def shut_down(self) -> None:
        """Wake the task that waits for the stream; from any thread."""
        shut_down(self._socket.get_extra_info("socket"))

    def get_extra_info(self, info: str) -> Any:
        """Return the property ``info`` of the stream; httpcore documents the names."""
        if info == "is_readable":
            return bool(self._heads.held) or self._socket.is_readable
        name = _NAMES.get(info)
        return None if name is None else self._socket.get_extra_info(name)


async def _opened(
    host: str,
    port: int,
    timeout: float | None,
    local_address: str | None,
    socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
) -> AsyncSocket:
    async with asyncio.timeout(timeout):
        sock = await connected(host, port, local_address, socket_options or ())
        try:
            loop = asyncio.get_running_loop()
            _, protocol = await loop.create_connection(AsyncSocket, sock=sock)
        except BaseException:
            sock.close()
            raise
    return protocol


def _connection_here() -> AsyncConnection:
    return cast("AsyncConnection", connection_here.get() or AsyncConnection())
