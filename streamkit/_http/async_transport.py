"""One attempt at an exchange with the API on the running loop.

It differs from an attempt of a thread (``transport.py``) in its cancellation: the request is sent
in a task of its own, which is cancelled only where httpcore loses no connection by that.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from streamkit._http.async_client import (
    AsyncConnections,
    AsyncHTTPClient,
    LoopPool,
    new_async_client,
)
from streamkit._http.closing import aclosed, close_to_the_end
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
from streamkit._http.upload import AsyncForm
from streamkit._rx.async_cancel_scope import AsyncBackOff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    import httpx

    from streamkit._http.async_connection import AsyncConnection
    from streamkit._http.client import Pool
    from streamkit._http.config import ClientConfig
    from streamkit._http.request import Request

__all__ = ["AsyncTransport"]


class AsyncTransport(Transport[AsyncHTTPClient]):
    """A transport that sends requests on the running loop.

    It uses a given ``http_client`` without closing it. A given ``sleep`` waits between attempts.
    """

    _form = AsyncForm

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
        super().__init__(config, AsyncConnections(http_client, new_async_client))
        self._sleep = sleep

    async def attempt(
        self, request: Request, content: bytes | None, *, whole: bool
    ) -> httpx.Response:
        """Send the request once, with ``content`` as its encoded body; return the response.

        With ``whole`` the response's body is read; without, the caller must close the response.
        """
        return await self._attempt(request, content, whole=whole)

    async def wait(self, seconds: float) -> None:
        """Wait between two attempts; raise ``StreamClosedError`` if the wait is cut."""
        back_off = AsyncBackOff()
        self._connections.waits(back_off)
        await (self._sleep or back_off.wait)(seconds)

    async def aclose(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        for pool in self._connections.retire():
            if not isinstance(pool, LoopPool):
                await _aclose_what_was_let_go(pool)
            elif pool.is_here:
                await _aclose_what_was_let_go(pool)
                await pool.aclose()
            else:
                pool.close_elsewhere()

    async def _attempt(
        self, request: Request, content: bytes | None, *, whole: bool
    ) -> httpx.Response:
        pool = self._connections.pool()
        await _aclose_what_was_let_go(pool)
        connection = self._connections.new(pool)
        with self._built(request, content, await self._api_key()) as (built, form):
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

    async def _answer(
        self, request: Request, built: httpx.Request, connection: AsyncConnection, *, whole: bool
    ) -> httpx.Response:
        response = await _sent(self._exchange(built), connection)
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
        async with aclosed(response), aclosing(unpacked_async(response)) as chunks:
            async for chunk in chunks:
                content.add(chunk)
        return bytes(content.taken)

    async def _beginning(self, response: httpx.Response) -> bytes:
        content = bytearray()
        with suppress(library_of(response).RequestError, CodingError):
            async with aclosed(response), aclosing(unpacked_async(response)) as chunks:
                async for chunk in chunks:
                    content += chunk
                    if len(content) >= ERROR_BODY_LIMIT:
                        break
        return bytes(content[:ERROR_BODY_LIMIT])

    async def _api_key(self) -> object:
        key = self.config.api_key
        value = key if isinstance(key, str) else key()
        return await value if inspect.isawaitable(value) else value


async def _aclose_what_was_let_go(pool: Pool[Any]) -> None:
    while pool.let_go:
        await pool.let_go.popleft()()


async def _sent(
    send: Coroutine[Any, Any, httpx.Response], connection: AsyncConnection
) -> httpx.Response:
    """Return the result of ``send``, unless the task is cancelled or the exchange is cut."""
    sending = asyncio.create_task(send)
    try:
        await connection.until_called_off(sending)
        if not sending.done():
            await _called_off(sending, connection)
            raise connection.closed_error()
        return sending.result()
    except asyncio.CancelledError:
        await _called_off(sending, connection)
        raise
    finally:
        del sending  # else its error and this frame would hold each other


async def _called_off(sending: asyncio.Task[httpx.Response], connection: AsyncConnection) -> None:
    """End ``sending`` once no connection is lost by that, even if this task is cancelled."""
    is_cancelled = False
    connection.cut()
    if connection.may_be_cancelled:
        sending.cancel()
    while not sending.done():
        try:
            await asyncio.wait([sending])
        except asyncio.CancelledError:
            is_cancelled = True
    if not sending.cancelled() and sending.exception() is None:
        await close_to_the_end(sending.result())
    await connection.aclose()
    if is_cancelled:
        raise asyncio.CancelledError
