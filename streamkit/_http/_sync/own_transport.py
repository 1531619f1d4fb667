# Made from ../_async/own_transport.py by .ci/unasync.py: change it there.
"""The transport by which our own client sends requests: httpcore's, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import httpx

from streamkit._http._sync.bodies import body_of
from streamkit._http._sync.pool import Pool
from streamkit._http.as_httpcore import (
    KEEPALIVE,
    extensions_of,
    pool_timeout,
    raise_mapped,
    sent,
    through,
)
from streamkit._http.connection import Connection, connection_here
from streamkit._http.network import Backend
from streamkit._http.places import Places

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

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
        maker = httpcore.ConnectionPool(
            ssl_context=tls,
            proxy=through(proxy),
            keepalive_expiry=KEEPALIVE,
            network_backend=Backend(),
        )
        self._pool = Pool(maker.create_connection, max_idle_connections, KEEPALIVE)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response, whose body is still to be read."""
        connection = Connection.of(request)
        try:
            self._places.take(connection, pool_timeout(request))
        except TimeoutError as error:
            raise httpx.PoolTimeout(str(error)) from error
        place = connection_here.set(connection)
        try:
            connection.raise_if_cut()
            asked = sent(request)
            response, give_back = self._answered(asked)
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

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _answered(self, request: httpcore.Request) -> tuple[httpcore.Response, Callable[[], None]]:
        """Return the response, and a function for its end, which gives the connection back."""
        used = self._pool.take(request.url.origin)
        try:
            response = used.handle_request(request)
        except BaseException:
            self._pool.drop(used)
            raise

        def give_back() -> None:
            try:
                self._pool.give_back(used)
            finally:
                self._places.give_back()

        return response, give_back
