"""The open body of a streamed response: read it, close it from anywhere, end it well.

Every end is told: the iteration stops when the server had finished, and raises when the body was
closed (StreamClosedError), broke off (StreamTruncatedError) or fell silent (APITimeoutError). A
body that has ended stays ended, in the same way.
"""

# Strategy: a response that is being read is closed by its reader alone. Who closes the body
# meanwhile ends the connection, and that wakes the reader. When nobody reads, the response is
# closed on the spot.

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from streamkit.errors import OpenAIError, StreamClosedError
from streamkit.http_errors import body_error, library_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from typing import Self

    import httpx

__all__ = ["DRAIN_LIMIT", "DRAIN_SECONDS", "AsyncBody", "SyncBody"]

DRAIN_LIMIT = 1 << 12
"""How many bytes after the last event are read for the sake of the connection."""
DRAIN_SECONDS = 0.1
"""How long they are waited for: no longer than a new connection would take."""


class _Body:
    """A response, and how its body ended, if it did."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._end: BaseException | None = None

    def _close(self) -> None:
        if self._end is None:
            self._end = StreamClosedError("The stream was closed before the answer ended")

    def _ended_by(self, error: BaseException) -> BaseException:
        if not isinstance(error, Exception):
            self._close()
            return error  # the reader was interrupted or cancelled, and is told just that
        if self._end is None:
            self._end = error
            if isinstance(error, library_of(self.response).RequestError):
                self._end = body_error(error, self.response)
                self._end.__cause__ = error
        return self._end


class SyncBody(_Body):
    """The bytes of a body as they arrive; read by one thread, closed by any."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self._connection = _Connection(response)
        chunks = response.iter_raw() if _comes_as_it_is(response) else response.iter_bytes()
        self._chunks = cast("Generator[bytes, None, None]", chunks)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        end = self._end
        if end is not None:
            raise end
        try:
            chunk = next(self._chunks)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the body has ended
            end = self._ended_by(error)
            self.response.close()
            raise end from end.__cause__
        end = self._end
        if end is None:
            return chunk
        # Closed by another thread, which found this one at work and left the response to it.
        self.response.close()
        raise end

    def close(self) -> None:
        """End the body now, and with it the connection unless everything was read.

        Over HTTP/2 a waiting reader notices with its next chunk.
        """
        self._close()
        try:
            self._chunks.close()
        except ValueError:  # another thread is in it
            self._connection.shut_down()
        else:
            self.response.close()

    def drain(self, limit: int = DRAIN_LIMIT, seconds: float = DRAIN_SECONDS) -> None:
        """Read the little that follows the last event, so that the connection is used again.

        Whatever comes, and also when more than ``limit`` bytes come or nothing does for
        ``seconds``, the body has ended then.
        """
        if self._end is not None:
            return
        if self._connection.is_held:
            watchdog = threading.Timer(seconds, self.close)
            watchdog.daemon = True
            watchdog.start()
            with suppress(OpenAIError):
                for chunk in self:
                    limit -= len(chunk)
                    if limit < 0:
                        break
            watchdog.cancel()
        self.close()
        self._end = StopIteration()


class AsyncBody(_Body):
    """The bytes of a body as they arrive; read by one task, closed by any of the same loop."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        chunks = response.aiter_raw() if _comes_as_it_is(response) else response.aiter_bytes()
        self._chunks = cast("AsyncGenerator[bytes, None]", chunks)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._end is not None:
            raise self._end
        try:
            return await anext(self._chunks)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the body has ended
            end = self._ended_by(error)
            await self.response.aclose()
            raise end from end.__cause__

    async def aclose(self) -> None:
        """End the body now, and with it the connection unless everything was read.

        Over HTTP/2 a waiting reader notices with its next chunk.
        """
        self._close()
        await self.response.aclose()
        with suppress(RuntimeError):  # another task is in it
            await self._chunks.aclose()

    async def drain(self, limit: int = DRAIN_LIMIT, seconds: float = DRAIN_SECONDS) -> None:
        """Read the little that follows the last event, so that the connection is used again.

        Whatever comes, and also when more than ``limit`` bytes come or nothing does for
        ``seconds``, the body has ended then.
        """
        if self._end is not None:
            return
        with suppress(OpenAIError, TimeoutError):
            async with asyncio.timeout(seconds):
                async for chunk in self:
                    limit -= len(chunk)
                    if limit < 0:
                        break
        await self.aclose()
        self._end = StopAsyncIteration()


def _comes_as_it_is(response: httpx.Response) -> bool:
    """Whether the bytes of the body need no decoding: then one layer less handles each of them."""
    encoding = response.headers.get("content-encoding", "identity")
    return encoding == "identity" and not response.is_stream_consumed


class _Connection:
    """The socket under an HTTP/1 response, for as long as the response holds it.

    Once the response has let go, the socket may already carry another thread's request.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        stream = response.extensions.get("network_stream")
        if stream is not None and response.http_version.startswith("HTTP/1"):
            self._socket = stream.get_extra_info("socket")
            response.request.extensions["trace"] = self._follow

    @property
    def is_held(self) -> bool:
        return self._socket is not None

    def shut_down(self) -> None:
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    # Not the method of an SSLSocket: it takes the encryption away from the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _follow(self, event: str, _: dict[str, Any]) -> None:
        if event == "http11.response_closed.started":
            with self._lock:
                self._socket = None
