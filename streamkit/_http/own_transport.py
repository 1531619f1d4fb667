"""The transport by which our own client sends requests: httpcore's pool, over sockets of ours.

httpx has such a transport, but accepts no network backend for it.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

from streamkit._http.connection import Connection, connection_here
from streamkit._http.network import Backend
from streamkit._http.places import Places

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Iterable, Iterator

__all__ = [
    "ERRORS",
    "KEEPALIVE",
    "OwnTransport",
    "extensions_of",
    "mapped",
    "pool_timeout",
    "sent",
    "through",
]


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
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            proxy=through(proxy),
            max_connections=None,
            max_keepalive_connections=max_idle_connections,
            keepalive_expiry=KEEPALIVE,
            network_backend=Backend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response, whose body is still to be read."""
        connection = Connection.of(request)
        try:
            self._places.take(connection, pool_timeout(request))
        except TimeoutError as error:
            raise httpx.PoolTimeout(str(error)) from error
        place = connection_here.set(connection)
        try:
            with mapped():
                connection.raise_if_cut()
                response = self._pool.handle_request(sent(request))
        except BaseException:
            connection.release()
            self._places.give_back()
            raise
        finally:
            connection_here.reset(place)
        body = _Body(response, connection, self._places)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=body,
            extensions=extensions_of(response),
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of a response; closing it frees the place of its exchange."""

    def __init__(self, response: httpcore.Response, connection: Connection, places: Places) -> None:
        self._response = response
        self._connection = connection
        self._places = places
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        with mapped():
            yield from cast("Iterable[bytes]", self._response.stream)

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._connection.release()  # once closed, the socket may serve another exchange
        try:
            self._response.close()
        finally:
            self._places.give_back()


def sent(request: httpx.Request) -> httpcore.Request:
    """Return the request as an object of httpcore."""
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=cast("Iterable[bytes]", request.stream),
        extensions=request.extensions,
    )


def extensions_of(response: httpcore.Response) -> dict[str, Any]:
    """Return the extensions of the response, such as its HTTP version and its network stream."""
    known: dict[str, Any] = cast("Any", response).extensions
    return known


def through(proxy: httpx.Proxy | None) -> httpcore.Proxy | None:
    """Return the proxy as an object of httpcore, or None for no proxy."""
    if proxy is None:
        return None
    url = proxy.url
    if url.scheme.startswith("socks"):
        importlib.import_module("socksio")  # a missing package fails here, not later in httpcore
    return httpcore.Proxy(
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
        ssl_context=proxy.ssl_context,
    )


def pool_timeout(request: httpx.Request) -> float | None:
    """Return the seconds that ``request`` may wait for a place; None is no limit."""
    seconds: float | None = request.extensions.get("timeout", {}).get("pool")
    return seconds


@contextmanager
def mapped() -> Generator[None]:
    """Raise an error of httpcore as the error of httpx with the same meaning."""
    try:
        yield
    except Exception as error:
        for kind in type(error).__mro__:
            if kind in ERRORS:
                raise ERRORS[kind](str(error)) from error
        raise


KEEPALIVE = 5.0
"""The seconds that an idle connection is kept, as by default in httpx."""

ERRORS: dict[type, type[httpx.TransportError]] = {
    getattr(httpcore, kind.__name__): kind
    for kind in (
        httpx.TimeoutException,
        httpx.ConnectTimeout,
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.PoolTimeout,
        httpx.NetworkError,
        httpx.ConnectError,
        httpx.ReadError,
        httpx.WriteError,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.ProtocolError,
        httpx.LocalProtocolError,
        httpx.RemoteProtocolError,
    )
}
