"""The applications that a server has beside the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Router

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from streamkit.server.hosts import Hosts

__all__ = ["Mounts"]


class Mounts:
    """The API, and applications that have a path of their own.

    The applications are safe from foreign pages as the API is. Its faults, limits and journal are
    not theirs.
    """

    def __init__(self, api: ASGIApp, hosts: Hosts) -> None:
        self._api = api
        self._hosts = hosts
        self._mounted: dict[str, ASGIApp] = {}

    def add(self, path: str, app: ASGIApp) -> None:
        """Serve an application under a path, as ``/demo``."""
        self._mounted[path] = Router([Mount(path, app)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = "/" + scope.get("path", "").removeprefix("/").partition("/")[0]
        app = self._mounted.get(path) if scope["type"] == "http" else None
        if app is None:
            await self._api(scope, receive, send)
            return
        try:
            self._hosts.check(Headers(scope=scope))
        except ApiError as error:
            await PlainTextResponse(str(error), error.status)(scope, receive, send)
            return
        await app(scope, receive, send)
