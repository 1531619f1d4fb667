"""The transport by which our own client sends requests: httpcore's pools, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import httpcore
import httpx

from streamkit._http._async.pools import AsyncPools
from streamkit._http.as_httpcore import (
    KEEPALIVE,
    extensions_of,
    mapped,
    pool_timeout,
    sent,
    through,
)
from streamkit._http.async_connection import AsyncConnection
from streamkit._http.async_network import AsyncBackend
from streamkit._http.async_places import AsyncPlaces
from streamkit._http.connection import connection_here

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, AsyncIterator, Callable

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
        backend = AsyncBackend()

        def pool(max_idle: int) -> httpcore.AsyncConnectionPool:
            return httpcore.AsyncConnectionPool(
                ssl_context=tls,
                proxy=through(proxy),
                max_connections=None,
                max_keepalive_connections=max_idle,
                keepalive_expiry=KEEPALIVE,
                network_backend=backend,
            )

        self._pools = AsyncPools(pool, max_idle_connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response, whose body is still to be read."""
        connection = AsyncConnection.of(request)
        try:
            await self._places.take(connection, pool_timeout(request))
        except TimeoutError as error:
            raise httpx.PoolTimeout(str(error)) from error
        pool = self._pools.take()

        def give_back() -> None:
            self._pools.give_back(pool)
            self._places.give_back()

        place = connection_here.set(connection)
        try:
            with mapped():
                connection.raise_if_cut()
                response = await pool.connections.handle_async_request(sent(request))
        except BaseException:
            connection.release()
            give_back()
            raise
        finally:
            connection_here.reset(place)
        body = _Body(response, connection, give_back)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=body,
            extensions=extensions_of(response),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pools.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of a response; closing it gives back the place of its exchange."""

    def __init__(
        self,
        response: httpcore.Response,
        connection: AsyncConnection,
        give_back: Callable[[], None],
    ) -> None:
        self._response = response
        self._connection = connection
        self._give_back = give_back
        self._is_whole = False
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with mapped():
            async for chunk in cast("AsyncIterable[bytes]", self._response.stream):
                yield chunk
        self._is_whole = True

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._connection.release()  # once closed, the socket may serve another exchange
        try:
            await self._response.aclose()
            if not self._is_whole:
                # httpcore may have failed to close it if its reader was interrupted twice.
                await extensions_of(self._response)["network_stream"].aclose()
        finally:
            self._give_back()
