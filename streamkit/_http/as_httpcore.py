"""Requests, proxies and errors of httpx and of the system as those of httpcore, and back."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

__all__ = [
    "ERRORS",
    "KEEPALIVE",
    "extensions_of",
    "mapped",
    "pool_timeout",
    "raise_mapped",
    "raised_as",
    "sent",
    "through",
    "timeouts_of",
]


def sent(request: httpx.Request) -> httpcore.Request:
    """Return the request as an object of httpcore; raise ``httpx.UnsupportedProtocol``."""
    url = request.url
    if url.scheme not in {"http", "https"}:  # as of the address that a server redirects to
        raise httpx.UnsupportedProtocol(f"no connection is made by the protocol {url.scheme!r}")
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


def timeouts_of(request: httpcore.Request) -> dict[str, float | None]:
    """Return the seconds that each step of the exchange may take; they may change meanwhile."""
    known: dict[str, Any] = cast("Any", request).extensions
    timeouts: dict[str, float | None] = known.get("timeout", {})
    return timeouts


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
def raised_as(
    timeout: type[httpcore.TimeoutException], failure: type[httpcore.NetworkError]
) -> Generator[None]:
    """Raise an error of the system as one of httpcore: a limit of time, or a failure."""
    try:
        yield
    except TimeoutError as error:
        raise timeout(error) from error
    except OSError as error:
        raise failure(error) from error


@contextmanager
def mapped() -> Generator[None]:
    """Raise an error of httpcore as the error of httpx with the same meaning."""
    try:
        yield
    except Exception as error:
        raise_mapped(error)
        raise


def raise_mapped(error: Exception) -> None:
    """Raise the error of httpx that means the same as one of httpcore; return if none does."""
    for kind in type(error).__mro__:
        if kind in ERRORS:
            raise ERRORS[kind](str(error)) from error


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
