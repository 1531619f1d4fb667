"""A reverse proxy before an API, which records what passes through and changes nothing of it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from streamkit.recording._async.transport import AsyncRecordingTransport
from streamkit.recording.attaching import attached
from streamkit.recording.leaving_out import LeavingOut
from streamkit.server.api_error import ApiError
from streamkit.server.faults.fault import Do
from streamkit.server.faults.middleware import Faults, leave
from streamkit.server.hosts import Hosts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from streamkit.recording.writer import Writer

__all__ = ["Proxy", "address_of"]

CONNECT_SECONDS = 30.0
"""Seconds until the API counts as away; how long an answer may take is the client's business."""
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


class Proxy:
    """The recording proxy before one API.

    Args:
        api: The address of the API; a request is sent to the same path there.
        writer: The writer of what passes.
        secrets: Texts that are left out wherever they occur, besides the keys in headers.
    """

    def __init__(self, api: httpx.URL, writer: Writer, secrets: Iterable[str] = ()) -> None:
        self._api = api
        self._writer = writer
        self._leaving_out = LeavingOut(secrets, (), ())
        self._client: httpx.AsyncClient
        self._hosts = Hosts()
        self.faults = Faults()
        """What knows the open connections, to break one off as the API did."""
        self.app = Starlette(
            routes=[Route("/{path:path}", self._pass, methods=METHODS)], lifespan=self._open
        )

    @asynccontextmanager
    async def _open(self, _: Starlette) -> AsyncGenerator[None]:
        """Hold the client while the proxy runs."""

        def recording(transport: Any, _: bool) -> Any:  # noqa: FBT001 - as `attached` calls it
            return AsyncRecordingTransport(transport, self._writer, self._leaving_out)

        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=timeout, limits=limits) as self._client:
            with attached(self._client, recording):
                yield

    async def _pass(self, request: Request) -> Response:
        try:
            # Otherwise a web page from elsewhere could use the API through the proxy.
            self._hosts.check(request.headers)
        except ApiError:
            return _failed("This host or origin is not allowed.", 403)
        response = await self._sent(request)
        if not isinstance(response, httpx.Response):
            return _failed(f"The API cannot be reached: {type(response).__name__}", 502)
        answer = _Passed(response, self.faults, request)
        answer.raw_headers = [
            (name.lower(), value)
            for name, value in response.headers.raw
            if name.lower() not in _OF_CONNECTION
        ]
        return answer

    async def _sent(self, request: Request) -> httpx.Response | Exception | None:
        """Return the API's response, or its error, or None if the client leaves before that."""
        forwarded, is_read = await self._forwarded(request)
        outcome: httpx.Response | Exception | None = None
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            if is_read:  # else the client's messages are those of its upload
                group.start_soon(watch)
            try:
                outcome = await self._client.send(forwarded, stream=True)
            except httpx.HTTPError as error:
                outcome = error
            group.cancel_scope.cancel()
        return outcome

    async def _forwarded(self, request: Request) -> tuple[httpx.Request, bool]:
        """Return the request to the API, and whether its body has been read."""
        path, query = request.scope["raw_path"], request.scope["query_string"]
        url = self._api.copy_with(raw_path=path + (b"?" + query if query else b""))
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name not in _OF_CONNECTION and name != b"host"
        ]
        is_json = "json" in request.headers.get("content-type", "")
        # What is no JSON may be a large upload, which passes through as it comes.
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        content = await request.body() if is_json else request.stream() if has_body else None
        built = httpx.Request(request.method, url, headers=headers, content=content)
        if not has_body:
            built.headers.pop("content-length", None)
        return built, is_json or not has_body


class _Passed(StreamingResponse):
    """A response as the API sends it, read by read; where that breaks off, this breaks off."""

    def __init__(self, response: httpx.Response, faults: Faults, request: Request) -> None:
        super().__init__(self._reads(), response.status_code)
        self._response = response
        self._faults = faults
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, and close the API's, also when the client has left."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._response.aclose()

    async def _reads(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._response.aiter_raw():
                yield data
        except httpx.HTTPError:
            await leave(self._faults, self._request.scope, self._request.receive, Do.CLOSE)


def _failed(message: str, status: int) -> Response:
    return JSONResponse({"error": {"message": message, "type": "proxy_error"}}, status)


def address_of(api: str) -> httpx.URL:
    """Return the address of an API; raise ``ValueError`` if it is none."""
    with suppress(httpx.InvalidURL):
        url = httpx.URL(api)
        if url.scheme in {"http", "https"} and url.host:
            return url
    raise ValueError(f"{api!r} is no address of an API: give one as https://api.openai.com/v1")


_OF_CONNECTION = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
"""The headers that belong to one connection (RFC 9110, 7.6.1)."""
