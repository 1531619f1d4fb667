"""The answers of a cassette, in place of those of every endpoint."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from streamkit._cassette.shelf import MissError, Shelf
from streamkit._cassette.shelf import Request as Asked
from streamkit._core.redacted import REDACTED
from streamkit.server.api_error import ApiError
from streamkit.server.faults.fault import Do
from streamkit.server.faults.middleware import leave
from streamkit.server.reading import BODY_LIMIT, pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from streamkit._cassette.cassette import Cassette
    from streamkit._cassette.recording import Recording
    from streamkit.server.api import Api
    from streamkit.server.faults.middleware import Faults

_METHODS = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_OF_TRANSFER = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}
"""The headers that this server's own connection has."""


def replaying(cassette: Cassette, api: Api, faults: Faults) -> Route:
    """Return the route that answers every request from a cassette."""
    shelf = Shelf(cassette.recordings)

    async def serve(request: Request) -> Response:
        settings = api.admit(request)
        body = b"".join([piece async for piece in pieces(request, BODY_LIMIT)])
        with suppress(ValueError, RecursionError):  # the journal keeps bodies of JSON
            msgspec.json.decode(body)
            request.scope["journal"].note(request.scope["exchange"], body)
        try:
            recording = shelf.take(Asked(request.method, request.url.path, request.url.query, body))
        except MissError as error:
            raise ApiError(str(error), status=404, code="not_in_cassette") from None
        play = _Play(recording, settings.speed, request, faults)
        await play.until(recording.answered)
        if recording.status is None:
            return _NoResponse(play)
        response = StreamingResponse(play.body(), recording.status)
        response.raw_headers = [
            (name.lower().encode("latin-1", "replace"), value.encode())
            for name, value in recording.headers
            if REDACTED not in value and name.lower() not in _OF_TRANSFER
        ]
        return response

    return Route("/{path:path}", serve, methods=_METHODS)


class _Play:
    """The play of a recording to one request."""

    def __init__(
        self, recording: Recording, speed: float, request: Request, faults: Faults
    ) -> None:
        self._recording = recording
        self._speed = speed
        self._request = request
        self._faults = faults
        self._begun = anyio.current_time()

    async def until(self, seconds: float) -> None:
        """Wait for the recorded moment."""
        await anyio.sleep_until(self._begun + (seconds / self._speed if self._speed else 0))

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the reads at their times; break the connection off as it was recorded."""
        for read in self._recording.reads:
            await self.until(read.seconds)
            yield read.data
        if not self._recording.is_whole:
            await self.hang_up()

    async def hang_up(self) -> None:
        """Close the connection at the recorded end."""
        await self.until(self._recording.ended)
        await leave(self._faults, self._request.scope, self._request.receive, Do.CLOSE)


class _NoResponse(Response):
    """The end of the connection in place of a response."""

    def __init__(self, play: _Play) -> None:
        super().__init__()
        self._play = play

    async def __call__(self, *_: object) -> None:
        await self._play.hang_up()
