# Made from ../_async/own_transport.py by .ci/unasync.py: change it there.
"""The transport by which our own client sends requests: httpcore's pools, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import httpcore
import httpx

from streamkit._http._sync.pools import Pools
from streamkit._http.as_httpcore import (
    KEEPALIVE,
    extensions_of,
    mapped,
    pool_timeout,
    sent,
    through,
)
from streamkit._http.connection import Connection, connection_here
from streamkit._http.network import Backend
from streamkit._http.places import Places

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["OwnTransport"]


class OwnTransport(httpx.BaseTransport):
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
        self._places = Places(max_connections)
        backend = Backend()

        def pool(max_idle: int) -> httpcore.ConnectionPool:
            return httpcore.ConnectionPool(
                ssl_context=tls,
                proxy=through(proxy),
                max_connections=None,
                max_keepalive_connections=max_idle,
                keepalive_expiry=KEEPALIVE,
                network_backend=backend,
            )

        self._pools = Pools(pool, max_idle_connections)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response, whose body is still to be read."""
        connection = Connection.of(request)
        try:
            self._places.take(connection, pool_timeout(request))
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
                response = pool.connections.handle_request(sent(request))
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

    def close(self) -> None:
        """Close the connections."""
        self._pools.close()


class _Body(httpx.SyncByteStream):
    """The body of a response; closing it gives back the place of its exchange."""

    def __init__(
        self,
        response: httpcore.Response,
        connection: Connection,
        give_back: Callable[[], None],
    ) -> None:
        self._response = response
        self._connection = connection
        self._give_back = give_back
        self._is_whole = False
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        with mapped():
            yield from cast("Iterable[bytes]", self._response.stream)
        self._is_whole = True

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._connection.release()  # once closed, the socket may serve another exchange
        try:
            self._response.close()
            if not self._is_whole:
                # httpcore may have failed to close it if its reader was interrupted twice.
                extensions_of(self._response)["network_stream"].close()
        finally:
            self._give_back()
