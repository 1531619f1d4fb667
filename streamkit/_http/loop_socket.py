"""A socket of an event loop, read and written by one task at a time."""

# Strategy: a read costs one future and no more. The loop keeps reading, so it need not be asked
# again for each read; it is paused only when the reader falls behind. No read arms a timer: one
# timer for the socket wakes when the first of the reads could be late, looks how long the current
# one has waited, and sleeps on.

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Any, cast

import httpcore

from streamkit._http.sockets import is_ready

if TYPE_CHECKING:
    import ssl

__all__ = ["READ_AHEAD", "AsyncSocket"]

READ_AHEAD = 1 << 16
"""The bytes that may wait for their reader; beyond, the server has to wait as well."""


class AsyncSocket(asyncio.Protocol):
    """The bytes of a connection, plain or encrypted, on the running loop.

    A read raises the errors of httpcore, because each layer that mapped them would cost a frame.
    Other methods raise ``OSError``.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._received: list[bytes] = []
        self._size = 0
        self._is_paused = False
        self._has_ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._may_write = True
        self._until: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = inf  # the time of the timer

    async def read(self, timeout: float | None) -> bytes:
        """Wait for bytes, and return all that have come; ``b""`` once the connection has ended."""
        if not self._received and not self._has_ended:
            self._reader = self._loop.create_future()
            if timeout is None:
                self._until = None
            else:
                self._until = until = self._loop.time() + timeout
                if until < self._looks_at:
                    self._look_at(until)
            try:
                await self._reader
            finally:
                self._reader = None
        received = self._received
        if not received:
            return self._end_of_bytes()
        data = received[0] if len(received) == 1 else b"".join(received)
        received.clear()
        self._size = 0
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes, timeout: float | None) -> None:
        """Write ``data``, and wait until the loop has room for more."""
        if self._transport.is_closing():
            raise ConnectionResetError("the connection has ended")
        self._transport.write(data)
        if not self._may_write:
            async with asyncio.timeout(timeout):
                self._writer = self._loop.create_future()
                try:
                    await self._writer
                finally:
                    self._writer = None

    async def encrypt(self, context: ssl.SSLContext, hostname: str | None) -> None:
        """Encrypt the bytes that are read and written from now on, also inside an encryption."""
        self._transport = await self._loop.start_tls(
            self._transport, self, context, server_hostname=hostname
        )

    async def close(self) -> None:
        """Close the socket, whatever is still to be read or written."""
        self._stop_timer()
        self._transport.abort()
        await asyncio.sleep(0)  # in this turn of the loop it closes the socket

    def get_extra_info(self, info: str) -> Any:
        """Return the property ``info``, with the names of asyncio."""
        return self._transport.get_extra_info(info)

    @property
    def is_readable(self) -> bool:
        """Whether a read would return at once, if only because the connection has ended."""
        if self._received or self._has_ended:
            return True
        sock = self._transport.get_extra_info("socket")
        return sock is None or is_ready(sock, 0)

    # The methods that the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport of a connection that is open now."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes, and wake the reader."""
        self._received.append(data)
        self._size += len(data)
        reader = self._reader
        if reader is not None:
            if not reader.done():
                reader.set_result(None)
        elif self._size > READ_AHEAD and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Take the end of the bytes; a request may still be written if nothing is encrypted."""
        self._end(None)
        return self._transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the connection, and the error that ended it, if any."""
        self._end(exc)
        self._stop_timer()
        if self._writer is not None and not self._writer.done():
            self._writer.set_exception(exc or ConnectionResetError("the connection has ended"))

    def pause_writing(self) -> None:
        """Have writers wait: the server takes no more at present."""
        self._may_write = False

    def resume_writing(self) -> None:
        """Let the waiting writer go on."""
        self._may_write = True
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    def _end_of_bytes(self) -> bytes:
        """Return ``b""``; raise the error that ended the connection, if there is one, once."""
        error, self._error = self._error, None
        if error is None:
            return b""
        raise httpcore.ReadError(str(error)) from error

    def _end(self, error: Exception | None) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._error = error
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _look_at(self, when: float) -> None:
        self._stop_timer()
        self._looks_at = when
        self._timer = self._loop.call_at(when, self._look)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._looks_at = inf

    def _look(self) -> None:
        """End the current read if it has waited too long, or look again when it will have."""
        self._stop_timer()
        reader, until = self._reader, self._until
        if reader is None or reader.done() or until is None:
            return
        if self._loop.time() < until:
            self._look_at(until)
        else:
            reader.set_exception(httpcore.ReadTimeout("timed out"))
