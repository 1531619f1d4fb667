"""The transport by which our own client sends requests: httpcore's, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import httpx

from streamkit._http._async.bodies import body_of
from streamkit._http._async.pool import AsyncPool
from streamkit._http.as_httpcore import (
    KEEPALIVE,
    extensions_of,
    pool_timeout,
    raise_mapped,
    sent,
    through,
)
from streamkit._http.async_connection import AsyncConnection
from streamkit._http.async_network import AsyncBackend
from streamkit._http.async_places import AsyncPlaces
from streamkit._http.connection import connection_here

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

__all__ = ["AsyncOwnTransport"]


class AsyncOwnTransport(httpx.AsyncBaseTransport):
    """A transport whose connections, through ``proxy`` if given, any thread can shut down.

    At most ``max_connections`` exchanges are open at a time.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        proxy: httpx.Proxy | None = None,
        *,
        max_connections: int,
        max_idle_connections: int,
    ) -> None:
        self._places = AsyncPlaces(max_connections)
        maker = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=through(proxy),
            keepalive_expiry=KEEPALIVE,
            network_backend=AsyncBackend(),
        )
        self._pool = AsyncPool(maker.create_connection, max_idle_connections, KEEPALIVE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response, whose body is still to be read."""
        connection = AsyncConnection.of(request)
        try:
            await self._places.take(connection, pool_timeout(request))
        except TimeoutError as error:
            raise httpx.PoolTimeout(str(error)) from error
        place = connection_here.set(connection)
        try:
            connection.raise_if_cut()
            asked = sent(request)
            response, give_back = await self._answered(asked)
        except BaseException as error:
            connection.release()
            self._places.give_back()
            if isinstance(error, Exception):
                raise_mapped(error)
            raise
        finally:
            connection_here.reset(place)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=body_of(response, asked, connection, give_back),
            extensions=extensions_of(response),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _answered(
        self, request: httpcore.Request
    ) -> tuple[httpcore.Response, Callable[[], Awaitable[None]]]:
        """Return the response, and a function for its end, which gives the connection back."""
        used = await self._pool.take(request.url.origin)
        try:
            response = await used.handle_async_request(request)
        except BaseException:
            await self._pool.drop(used)
            raise

        async def give_back() -> None:
            try:
                await self._pool.give_back(used)
            finally:
                self._places.give_back()

        return response, give_back
