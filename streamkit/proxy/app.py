"""The proxy as an ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from streamkit.eventlog import EventLogError
from streamkit.proxy.endpoints import Endpoints, Settings
from streamkit.proxy.fronts import FRONTS
from streamkit.proxy.kept import Kept
from streamkit.proxy.requests import RequestError
from streamkit.proxy.upstream import Upstream
from streamkit.server.hosts import Hosts, HostsMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from streamkit.eventlog import EventLog
    from streamkit.proxy.fronts import FrontName
    from streamkit.proxy.upstream import APIName

__all__ = ["REQUEST_BYTES", "create_app"]

REQUEST_BYTES = 32 * 1024 * 1024
"""The maximum number of bytes of a request."""


def create_app(  # noqa: PLR0913 - settings, by keyword and each with a default
    front: FrontName,
    *,
    api: APIName = "chat",
    base_url: str | None = None,
    model: str | None = None,
    api_key: str | None = None,
    shares_key: bool = False,
    log: EventLog | None = None,
    keep: bool = False,
    keep_alive: float | None = 15,
    request_bytes: int = REQUEST_BYTES,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    **options: Any,
) -> Starlette:
    """Return the proxy's application, for any ASGI server on one event loop.

    Args:
        front: The protocol of its clients: "ui-message", "ag-ui", "chat" or "responses".
        api: The protocol of the API behind it: "chat", "responses" or "messages".
        base_url: The address of that API; None for that of the environment, or the usual one.
        model: The model of requests that name none; requests of browsers never do.
        api_key: The key for requests that bear none.
        shares_key: Whether ``api_key`` replaces the keys that requests bear.
        log: A log in which streams are kept, so that readers can join and resume them. The
            application closes it.
        keep: Whether a stream in the log goes on when its client leaves.
        keep_alive: The seconds of silence after which a comment is sent, and for which the first
            event is awaited before the response begins; None sends none, and awaits it.
        request_bytes: The maximum number of bytes of a request.
        allowed_hosts: The hosts, besides those of loopback, that a request may name; ``*`` for any.
            Other hosts are refused, because a web page could have sent the request.
        allowed_origins: The origins of web pages that may send requests and read the answers, as
            ``https://example.com``; ``*`` for any.
        **options: The options of the client for the API, such as ``timeout`` and ``max_retries``.

    Raises:
        ValueError: ``keep`` is without a log, a browser's front without a model, or a host or an
            origin is invalid.
    """
    if keep and log is None:
        raise ValueError("keep needs a log, from which the stream can be read")
    if model is None and front in ("ui-message", "ag-ui"):
        raise ValueError(f"requests of {front} name no model: give one")
    hosts = Hosts(allowed_hosts, allowed_origins, loopback_pages=False)
    upstream = Upstream(api, base_url, options)
    spoken = FRONTS[front]
    kept: Kept | None = None
    if log is not None:
        kept = Kept(log, f"{front}.{api}", keep=keep, repeats=spoken.repeats, is_raw=front == api)
    settings = Settings(model, api_key or "", shares_key, keep_alive, request_bytes)
    endpoints = Endpoints(spoken, upstream, settings, kept)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        if kept is not None:
            await kept.aclose()
        await upstream.aclose()

    return Starlette(
        routes=endpoints.routes(),
        middleware=[Middleware(HostsMiddleware, hosts=hosts, refused=endpoints.foreign)],
        exception_handlers={
            HTTPException: endpoints.misdirected,
            RequestError: endpoints.refused,
            EventLogError: endpoints.refused,
        },
        lifespan=lifespan,
    )
