"""The rules of access to the page: this machine alone, to read alone, and nothing foreign."""

# Strategy: other machines cannot reach a server on loopback, but web pages in a browser of this
# machine can. A page whose name was made to resolve to the address is known by the Host; any other
# foreign page by the Origin, or by getting no header that lets it read the answer.

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from streamkit.server.api_error import ApiError
from streamkit.server.hosts import Hosts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
"""The headers of every response."""


class Guard:
    """A middleware that refuses foreign hosts and origins, and requests that change things."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._hosts = Hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        app = self._app if refusal is None else refusal
        await app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        try:
            self._hosts.check(headers)
        except ApiError:
            return PlainTextResponse("This host or origin is not allowed.", 403)
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != headers.get("host"):
            return PlainTextResponse("This origin is not allowed.", 403)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("The inspector only shows.", 405, {"allow": "GET, HEAD"})
        return None
