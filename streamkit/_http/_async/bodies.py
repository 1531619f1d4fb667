"""The bodies of the responses that our own client receives."""

# Strategy: a body that comes in chunks is read from our own network stream, past the layers of
# httpcore, of which a live stream would pay each for every chunk. Then httpcore reads an end
# without any content, from the same stream, and so it knows that the connection can be used again.

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, cast

import httpx

from streamkit._http.as_httpcore import extensions_of, mapped, raise_mapped, timeouts_of
from streamkit._http.async_network import AsyncStream
from streamkit._http.chunked import Chunked, ChunkedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
    from typing import Self

    import httpcore

    from streamkit._http.async_connection import AsyncConnection

__all__ = ["AsyncChunkedBody", "AsyncPlainBody", "body_of"]

_LAST = b"0\r\n\r\n"


class AsyncPlainBody(httpx.AsyncByteStream):
    """The body of a response; closing it gives back the place of its exchange."""

    def __init__(
        self,
        response: httpcore.Response,
        connection: AsyncConnection,
        give_back: Callable[[], Awaitable[None]],
    ) -> None:
        self._response = response
        self._connection = connection
        self._give_back = [give_back]  # taken by whoever closes the body first
        self._is_whole = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with mapped():
            async for chunk in cast("AsyncIterable[bytes]", self._response.stream):
                yield chunk
        self._is_whole = True

    async def aclose(self) -> None:
        try:
            give_back = self._give_back.pop()
        except IndexError:
            return  # it is closed, or being closed
        self._connection.release()  # once closed, the socket may serve another exchange
        try:
            await self._response.aclose()
            if not self._is_whole:
                # httpcore may have failed to close it if its reader was interrupted twice.
                await extensions_of(self._response)["network_stream"].aclose()
        finally:
            await give_back()


class AsyncChunkedBody(AsyncPlainBody):
    """A body that comes in chunks, as an iterator of them, or of the pieces that came of them."""

    needs_no_generator = True
    """Whether a reader can iterate it without what httpx puts around it."""

    def __init__(
        self,
        response: httpcore.Response,
        connection: AsyncConnection,
        give_back: Callable[[], Awaitable[None]],
        timeouts: dict[str, float | None],
    ) -> None:
        super().__init__(response, connection, give_back)
        self._timeouts = timeouts
        self._receive = extensions_of(response)["network_stream"].receive
        self._chunked = Chunked()
        self._pieces: deque[bytes] = deque()  # of a read that brought several

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        # A hot path: a chunk of a live stream takes one turn of this loop.
        if self._pieces:
            return self._pieces.popleft()
        chunked = self._chunked
        try:
            while not chunked.is_complete:
                chunked.check()
                data = await self._receive(self._timeouts.get("read"))
                if not data:
                    chunked.close()
                pieces = chunked.feed(data)
                if pieces:
                    if len(pieces) > 1:
                        self._pieces.extend(pieces[1:])
                    return pieces[0]
            await self._end()
        except ChunkedError as error:
            raise httpx.RemoteProtocolError(str(error)) from None
        except Exception as error:
            raise_mapped(error)
            raise
        raise StopAsyncIteration

    async def _end(self) -> None:
        """Have httpcore read the end of the body, unless the server sent more than it should."""
        if self._chunked.rest or self._is_whole:
            return
        extensions_of(self._response)["network_stream"].give_back(_LAST)
        async for _ in cast("AsyncIterable[bytes]", self._response.stream):
            pass
        self._is_whole = True


def body_of(
    response: httpcore.Response,
    request: httpcore.Request,
    connection: AsyncConnection,
    give_back: Callable[[], Awaitable[None]],
) -> AsyncPlainBody:
    """Return the body of ``response``, which is still to be read."""
    if _comes_in_chunks(response, request):
        timeouts = timeouts_of(request)
        return AsyncChunkedBody(response, connection, give_back, timeouts)
    return AsyncPlainBody(response, connection, give_back)


def _comes_in_chunks(response: httpcore.Response, request: httpcore.Request) -> bool:
    if request.method == b"HEAD" or response.status in {204, 304}:
        return False  # RFC 9112, section 6.3: whatever the headers say, there is no body
    has_stream_of_ours = isinstance(extensions_of(response).get("network_stream"), AsyncStream)
    return has_stream_of_ours and any(
        (name.lower(), value.lower()) == (b"transfer-encoding", b"chunked")
        for name, value in response.headers
    )
