"""The check of the host and the origin that a request names."""

# Strategy: a server on loopback, without a key, is safe from other machines but not from web pages
# in a browser of its own machine. The Origin shows a page that sends to its address. The Host shows
# a page whose own name was made to resolve to the address (DNS rebinding).

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANY = "*"
"""The name that allows every host, or every origin."""
SHOWN = 200
"""The number of characters that are quoted of a refused name."""


class Hosts:
    """The hosts and origins that requests may name besides those of loopback.

    Args:
        hosts: Names or addresses, without a port; ``*`` for any.
        origins: Origins as a browser writes them, ``https://example.com``; ``*`` for any.
        loopback_pages: Whether web pages of loopback are allowed without being named.

    Raises:
        ValueError: A host or an origin is not a valid one.
    """

    def __init__(
        self,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        *,
        loopback_pages: bool = True,
    ) -> None:
        self._loopback_pages = loopback_pages
        self._hosts = frozenset(map(_host, hosts))
        self._origins = frozenset(map(_origin, origins))

    def check(self, headers: Headers) -> None:
        """Raise the API's error when a request names a host or an origin that is not allowed."""
        for host in headers.getlist("host") or [""]:
            if not self._allows_host(host):
                raise _refused("host", host, "--allow-host")
        for origin in headers.getlist("origin"):
            if not self._allows_origin(origin):
                raise _refused("origin", origin, "--allow-origin")

    def _allows_host(self, text: str) -> bool:
        name = _name(text)
        return ANY in self._hosts or (
            name is not None and (is_loopback(name) or name in self._hosts)
        )

    def _allows_origin(self, text: str) -> bool:
        origin = text.lower()
        if ANY in self._origins or origin in self._origins:
            return True
        if not self._loopback_pages:
            return False
        scheme, _, host = origin.partition("://")
        name = _name(host)
        return scheme in {"http", "https"} and name is not None and is_loopback(name)


class HostsMiddleware:
    """A middleware that refuses foreign hosts and origins, and lets allowed pages read answers.

    Args:
        app: The application.
        hosts: The hosts and origins that are allowed.
        refused: Returns the response to a request that is refused; by default the API's.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        refused: Callable[[ApiError, Scope], ASGIApp] = ApiError.response,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._hosts.check(headers)
        except ApiError as error:
            await self._refused(error, scope)(scope, receive, send)
            return
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added["access-control-allow-origin"] = origin
                added["access-control-expose-headers"] = "*"
                added.add_vary_header("origin")
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(headers)(scope, receive, readable)
        else:
            await self._app(scope, receive, readable)


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address always means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _preflight(headers: Headers) -> Response:
    """Return the answer to a preflight: a browser's question before a page sends JSON or a key."""
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST, DELETE",
            "access-control-allow-headers": headers.get("access-control-request-headers", "*"),
            "access-control-max-age": "600",
        },
    )


def _name(text: str) -> str | None:
    """Return the host in ``host:port``, in lower case; None for any other form."""
    found = _HOST.fullmatch(text.lower())
    return None if found is None else (found["address"] or found["name"]).removesuffix(".")


def _host(allowed: str) -> str:
    name = ANY if allowed == ANY else _name(f"[{allowed}]" if allowed.count(":") > 1 else allowed)
    if not name:
        raise ValueError(f"{allowed!r} is no host: name one as in example.com")
    return name


def _origin(allowed: str) -> str:
    origin = allowed.lower()
    parts = urlsplit(origin)
    if origin not in {ANY, "null", f"{parts.scheme}://{parts.netloc}"} or origin == "://":
        raise ValueError(f"{allowed!r} is no origin: name one as in https://example.com")
    return origin


def _refused(what: str, named: str, option: str) -> ApiError:
    return ApiError(
        f"The {what} {named[:SHOWN]!r} is not allowed: the option {option}, "
        f"or allowed_{what}s=, allows it.",
        status=403,
        code=f"{what}_not_allowed",
    )


_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]*)?")
