"""The limits on the number of answers at a time and on the time of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_REQUESTS = 4096
"""The number of requests that are answered at a time."""
REQUEST_SECONDS = 3600.0
"""The seconds from the first byte of a request's body to the last byte of its answer."""


class Bounds:
    """The number of requests that may still begin, and the seconds that each may take.

    Raises:
        ValueError: A limit is 0 or less, so that no request could be answered.
    """

    def __init__(self, max_requests: int, seconds: float) -> None:
        if max_requests < 1 or seconds <= 0:
            raise ValueError("max_requests and request_seconds must be more than 0")
        self.free = max_requests
        self.seconds = seconds


class BoundsMiddleware:
    """A middleware that refuses requests beyond the limit, and cuts answers that take too long."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with 503 when too many are being answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._bounds.free:
            await _CROWDED.response(scope, {"retry-after": "1"})(scope, receive, send)
            return
        self._bounds.free -= 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._bounds.free += 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        with anyio.move_on_after(self._bounds.seconds) as limit:
            await self._app(scope, receive, noted)
        if limit.cancelled_caught and not has_begun:
            await _LATE.response(scope)(scope, receive, send)
        # An answer that has begun stays without its end, so the server closes the connection.


_CROWDED = ApiError(
    "The server is answering as many requests as it may. Please retry your request.",
    status=503,
    kind="server_error",
    code="too_many_requests",
)
_LATE = ApiError("The request took too long.", status=504, kind="server_error")
