"""The transport by which our own client sends requests: httpcore's pools, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import httpx

from streamkit._http._async.bodies import body_of
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

        asked = sent(request)
        place = connection_here.set(connection)
        try:
            with mapped():
                connection.raise_if_cut()
                response = await pool.connections.handle_async_request(asked)
        except BaseException:
            connection.release()
            give_back()
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
        await self._pools.aclose()
