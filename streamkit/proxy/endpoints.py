"""The endpoints of the proxy: requests, the joining and the stop of streams, and health."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from streamkit._core.logger import logger
from streamkit.errors import StreamkitError
from streamkit.proxy import whole
from streamkit.proxy.answer import Answer, client_left
from streamkit.proxy.failures import own_text
from streamkit.proxy.fronts import ID_HEADER, ID_LENGTH
from streamkit.proxy.numbered import Numbered
from streamkit.proxy.opening import Opening
from streamkit.proxy.passed_on import PassedOn
from streamkit.proxy.requests import RequestError

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.types import Scope

    from streamkit.proxy.fronts import Front
    from streamkit.proxy.kept import Kept
    from streamkit.proxy.upstream import Upstream
    from streamkit.server.api_error import ApiError

__all__ = ["Endpoints", "Settings"]


class Settings(NamedTuple):
    """The settings of a proxy; see ``create_app``."""

    model: str | None
    key: str
    shares_key: bool
    keep_alive: float | None
    request_bytes: int


class Endpoints:
    """The endpoints of the application.

    Args:
        front: The protocol of the clients.
        upstream: The API behind the proxy.
        settings: The settings of the proxy.
        kept: The streams in its log, if it has one.
    """

    def __init__(
        self, front: Front, upstream: Upstream, settings: Settings, kept: Kept | None
    ) -> None:
        self._front = front
        self._upstream = upstream
        self._settings = settings
        self._kept = kept
        # The API speaks as the clients do, so its events are passed on as they are.
        self._is_raw = front.name == upstream.api

    def routes(self) -> list[Route]:
        """Return the routes of the application."""
        path = self._front.path
        routes = [
            Route("/health", _health),
            Route(path, self._ask, methods=["POST"]),
            Route(f"{path}/{{stream_id:path}}/stream", self._join),
            Route(f"{path}/{{stream_id:path}}/stop", self._stop, methods=["POST"]),
        ]
        if self._front.answers_whole and self._upstream.api != "messages":
            routes.append(Route("/v1/models", self._models))
        return routes

    async def misdirected(self, _: Request, error: Exception) -> Response:
        """Return the response to a request for a path or with a method that there is not."""
        status = cast("HTTPException", error).status_code
        path = self._front.path
        return self._front.refused(
            RequestError(f"this proxy takes a POST to {path}", status=status)
        )

    async def refused(self, _: Request, error: Exception) -> Response:
        """Return the response to a request that cannot be passed on."""
        return self._front.refused(error)

    def foreign(self, error: ApiError, _: Scope) -> Response:
        """Return the response to a request of a host or a page that is not allowed."""
        return self._front.refused(RequestError(error.message, status=error.status))

    # Endpoints

    async def _ask(self, request: Request) -> Response:
        body = await self._body(request)
        stream_id = self._front.stream_id(body, request.headers)
        params = self._front.params(body)
        if params.get("model") is None:
            if self._settings.model is None:
                raise RequestError("model must be named: this proxy has no default", param="model")
            params["model"] = self._settings.model
        sent = self._upstream.params(params, self._front.asks_as)
        key = self._key_of(request)
        if self._front.answers_whole and body.get("stream") is not True:
            return await self._whole(request, key, body, sent)
        source = self._upstream.chunks if self._is_raw else self._upstream.events
        opening = Opening(source(key, sent))
        events: Any = opening
        encoder = self._encoder(body)
        named: dict[str, str] = {}
        if self._kept is not None:
            stream_id = stream_id or secrets.token_urlsafe(12)
            remembered = {name: body[name] for name in self._front.remembered if name in body}
            events = self._kept.begin(stream_id, opening, remembered)
            encoder = Numbered(encoder)
            named[ID_HEADER] = quote(stream_id, safe="")  # as it stands in the paths
        opened = asyncio.ensure_future(opening.wait(self._settings.keep_alive))
        is_there = await _before_leaving(request, opened)
        if not is_there or opened.exception() is not None:
            await events.aclose()
        if not is_there:
            return _NOBODY_READS
        if (error := opened.exception()) is not None:
            return self._failed(error)
        return Answer(events, encoder, keep_alive=self._settings.keep_alive, headers=named)

    async def _join(self, request: Request) -> Response:
        kept = self._log()
        after = request.headers.get("last-event-id")
        joined = await kept.join(_named(request), after, self._encoder)
        if isinstance(joined, Response):
            return joined
        return Answer(*joined, keep_alive=self._settings.keep_alive)

    async def _stop(self, request: Request) -> Response:
        if not await self._log().stop(_named(request)):
            raise RequestError("there is no such stream", status=404)
        return Response(status_code=204)

    async def _models(self, request: Request) -> Response:
        try:
            models = await self._upstream.models(self._key_of(request))
        except Exception as error:  # noqa: BLE001 - whatever the API answers is said
            return self._failed(error)
        return _json_response(models)

    # Their steps

    async def _whole(self, request: Request, key: str, body: dict[str, Any], sent: Any) -> Response:
        asking = asyncio.ensure_future(self._ask_whole(key, body, sent))
        if not await _before_leaving(request, asking):
            return _NOBODY_READS
        error = asking.exception()
        return _json_response(asking.result()) if error is None else self._failed(error)

    async def _ask_whole(self, key: str, body: dict[str, Any], sent: Any) -> bytes:
        if self._is_raw:
            return await self._upstream.whole(key, sent)
        encoder = self._encoder(body)
        frames: list[bytes] = []
        async with aclosing(self._upstream.events(key, sent)) as events:
            async for event in events:
                frames += encoder.feed(event)
        wire = b"".join([*frames, *encoder.close()])
        if self._front.name == "responses":
            return whole.response(wire)
        choices = sent.get("n")
        return whole.completion(wire, choices if isinstance(choices, int) else 1)

    def _encoder(self, body: dict[str, Any]) -> Any:
        if self._is_raw:
            return PassedOn(names_events=self._front.name == "responses", error_text=own_text)
        return self._front.encoder(body)

    async def _body(self, request: Request) -> dict[str, Any]:
        pieces: list[bytes] = []
        length = 0
        async for piece in request.stream():
            pieces.append(piece)
            length += len(piece)
            if length > self._settings.request_bytes:
                said = f"a request has at most {self._settings.request_bytes} bytes"
                raise RequestError(said, status=413)
        data = b"".join(pieces)
        try:
            body = msgspec.json.decode(data)
        except ValueError as error:
            raise RequestError(f"the request is no JSON: {error}") from None
        if not isinstance(body, dict):
            raise RequestError("the request must be a JSON object")
        return cast("dict[str, Any]", body)

    def _key_of(self, request: Request) -> str:
        if self._settings.shares_key:
            return self._settings.key
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        borne = token.strip() if scheme.lower() == "bearer" else ""
        return borne or request.headers.get("x-api-key", "") or self._settings.key

    def _log(self) -> Kept:
        if self._kept is None:
            raise RequestError("this proxy keeps no streams: see --log", status=404)
        return self._kept

    def _failed(self, error: BaseException) -> Response:
        """Return the response for an error of the API, before the first byte of its answer."""
        if not isinstance(error, Exception):
            raise error
        said = str(error) if isinstance(error, StreamkitError) else ""
        logger().warning("the API failed with %s: %s", type(error).__name__, said)
        return self._front.refused(error)


def _named(request: Request) -> str:
    """Return the id of the stream in the path of a request."""
    stream_id: str = request.path_params["stream_id"]
    if len(stream_id) > ID_LENGTH:
        raise RequestError("there is no such stream", status=404)
    return stream_id


async def _health(_: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _before_leaving(request: Request, task: asyncio.Task[Any]) -> bool:
    """Wait for a task; cancel it, and return false, if the client leaves first."""
    leaving = asyncio.ensure_future(client_left(request.receive))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not task.done():
            task.cancel()
        await asyncio.gather(leaving, task, return_exceptions=True)
    return not task.cancelled()


def _json_response(data: bytes) -> Response:
    return Response(data, media_type="application/json")


_NOBODY_READS = Response(status_code=499)
"""The response to a client that has left."""
