"""One attempt at an exchange with the API: build the request, send it, check the status."""

from __future__ import annotations

from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from streamkit._http.async_client import AsyncConnections, AsyncHTTPClient
from streamkit._http.async_closing import close_let_go, close_to_the_end, closed
from streamkit._http.async_sending import key_of, unless_cut
from streamkit._http.content_coding import CodingError, unpacked_async
from streamkit._http.errors import (
    ERROR_BODY_LIMIT,
    detached,
    forget_request,
    library_of,
    status_error,
)
from streamkit._http.redirects import Redirects
from streamkit._http.transport import Content, Transport
from streamkit._rx.async_cancel_scope import AsyncBackOff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from streamkit._http.async_connection import AsyncConnection
    from streamkit._http.config import ClientConfig
    from streamkit._http.request import Request
    from streamkit._http.upload import AsyncForm, Progress

__all__ = ["AsyncTransport"]


class AsyncTransport(Transport[AsyncHTTPClient]):
    """The transport of a client on the running loop.

    It uses a given ``http_client`` without closing it. A given ``sleep`` waits between attempts.
    """

    def __init__(
        self,
        config: ClientConfig,
        http_client: AsyncHTTPClient | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        if http_client is not None and not hasattr(http_client, "aclose"):
            raise TypeError("http_client must be like httpx.AsyncClient: this one has no aclose()")
        self._connections: AsyncConnections
        super().__init__(config, AsyncConnections(http_client))
        self._sleep = sleep

    async def attempt(
        self, request: Request, content: bytes | None, *, whole: bool
    ) -> httpx.Response:
        """Send the request once, with ``content`` as its encoded body; return the response.

        With ``whole`` the response's body is read; without, the caller must close the response.
        """
        pool = self._connections.pool()
        await close_let_go(pool)
        connection = self._connections.new(pool)
        with self._built(request, content, await key_of(self.config)) as (built, form):
            connection.follow(built)
            try:
                response = await self._answer(request, built, connection, whole=whole)
            except Exception as error:  # noqa: BLE001 - no foreign error must leave
                failure = self._failure(error, built, form, connection)
            else:
                if whole:
                    connection.leave()
                return response
            try:
                raise failure  # outside the `except`, else the foreign error is its context
            finally:
                del failure  # else the error and this frame would hold each other

    async def wait(self, seconds: float) -> None:
        """Wait between two attempts; raise ``StreamClosedError`` if the wait is cut."""
        back_off = AsyncBackOff()
        self._connections.waits(back_off)
        await (self._sleep or back_off.wait)(seconds)

    async def aclose(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        await self._connections.aclose()

    def _form(self, encoded: httpx.Request, on_progress: Progress | None) -> AsyncForm:
        from streamkit._http.upload import AsyncForm

        return AsyncForm(encoded, on_progress)

    async def _answer(
        self, request: Request, built: httpx.Request, connection: AsyncConnection, *, whole: bool
    ) -> httpx.Response:
        response = await unless_cut(connection, self._exchange, built)
        if not response.is_success:
            raise status_error(response, await self._beginning(response))
        if whole:
            return detached(response, await self._whole(response, request))
        forget_request(response)
        return response

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        redirects = Redirects(self.http_client, request)
        while True:
            response: httpx.Response = await self.http_client.send(
                request, stream=True, **redirects.options
            )
            self._connections.answered(response)
            try:
                following = redirects.after(response)
            except BaseException:
                await close_to_the_end(response)
                raise
            if following is None:
                return response
            await self._beginning(response)
            request = following

    async def _whole(self, response: httpx.Response, request: Request) -> bytes:
        content = Content(self.config, request)
        async with closed(response), aclosing(unpacked_async(response)) as chunks:
            async for chunk in chunks:
                content.add(chunk)
        return bytes(content.taken)

    async def _beginning(self, response: httpx.Response) -> bytes:
        content = bytearray()
        with suppress(library_of(response).RequestError, CodingError):
            await _fill(content, response)
        return bytes(content[:ERROR_BODY_LIMIT])


async def _fill(content: bytearray, response: httpx.Response) -> None:
    """Append the body of an error to ``content``, until that has enough of it."""
    async with closed(response), aclosing(unpacked_async(response)) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) >= ERROR_BODY_LIMIT:
                break
