"""The inspector as an ASGI application: the page, and what it asks for, in bounded pieces."""

from __future__ import annotations

import json
from bisect import bisect_left
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

import anyio
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from streamkit._core.json.path import PathError
from streamkit.inspector.detail import detail
from streamkit.inspector.event_rows import Filter, numbers_of, rows_of
from streamkit.inspector.guard import Guard
from streamkit.inspector.moment_view import moment_view, number_at
from streamkit.inspector.request_difference import request_differences
from streamkit.inspector.shown import shown_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from streamkit.inspector.library import Library
    from streamkit.inspector.stream import Stream

__all__ = ["create_app"]

PAGE = 500
"""The most rows of one answer."""
FRAME = 2000
"""The most bytes of a frame in a list of frames."""
DIFFERENCES = 50
"""The most differences of two requests that are shown."""
TICK = 0.2
"""Seconds between two looks at what has changed, while somebody watches."""
BEATS = 50
"""The number of looks without a change after which a comment shows whether the watcher is there."""


def create_app(library: Library) -> Starlette:
    """Return the application that shows the streams of a library."""
    api = _Api(library)
    routes = [
        Route("/", _page),
        Route("/page/{name}", _page),
        Route("/api/streams", api.streams),
        Route("/api/changes", api.changes),
        Route("/api/streams/{key}", api.of(_detail)),
        Route("/api/streams/{key}/events", api.of(_events)),
        Route("/api/streams/{key}/place", api.of(_place)),
        Route("/api/streams/{key}/moment", api.of(_moment)),
        Route("/api/streams/{key}/frames", api.of(_frames)),
        Route("/api/differences", api.differences),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


class _Api:
    def __init__(self, library: Library) -> None:
        self._library = library

    def streams(self, request: Request) -> Response:
        """Answer with some of the list, by their position."""
        keys = self._library.keys
        first, count = _range(request, len(keys))
        found = (self._library.summary(key) for key in keys[first : first + count])
        return _json(
            {
                "total": len(keys),
                "first": first,
                "rows": [each for each in found if each is not None],
                "dropped": self._library.dropped,
                "live": self._library.is_live,
            }
        )

    def of(self, view: Callable[[Library, Stream, Request], Any]) -> Callable[[Request], Response]:
        """Return the endpoint that answers with a view of the stream that is named."""

        def answer(request: Request) -> Response:
            stream = self._stream(request.path_params["key"])
            with stream.lock:
                stream.catch_up()
                return _json(view(self._library, stream, request))

        return answer

    def differences(self, request: Request) -> Response:
        """Answer with how the requests of two streams differ."""
        one, other = (self._stream(request.query_params.get(name, "")) for name in "ab")
        found = request_differences(one.head.body, other.head.body)
        return _json([*islice(found, DIFFERENCES)])

    async def changes(self, _: Request) -> Response:
        """Answer with events that name the streams that have changed, while they come."""
        return StreamingResponse(self._changes(), media_type="text/event-stream")

    async def _changes(self) -> AsyncIterator[bytes]:
        known: dict[str, Any] = {}
        quiet = 0
        while True:
            now = {each.key: each.version for each in self._library.live()}
            changed = [key for key, version in now.items() if known.get(key) != version]
            if changed or len(now) != len(known):
                known, quiet = now, 0
                yield b"data: " + json.dumps({"changed": changed}).encode() + b"\n\n"
            else:
                quiet += 1
                if quiet % BEATS == 0:
                    yield b": still here\n\n"
            await anyio.sleep(TICK)

    def _stream(self, key: str) -> Stream:
        stream = self._library.stream(key)
        if stream is None:
            raise HTTPException(404, "There is no such stream, or it was dropped.")
        return stream


def _detail(library: Library, stream: Stream, _: Request) -> Any:
    return detail(stream, library.results())


def _events(_: Library, stream: Stream, request: Request) -> Any:
    numbers = _numbers(stream, request)
    first, count = _range(request, len(numbers))
    return {
        "total": len(numbers),
        "first": first,
        "rows": rows_of(stream, numbers, first, count),
    }


def _place(_: Library, stream: Stream, request: Request) -> Any:
    """Return the position, among the events that a filter lets pass, of an event or the next."""
    return {"position": bisect_left(_numbers(stream, request), _number(request, "n", 0))}


def _moment(_: Library, stream: Stream, request: Request) -> Any:
    seconds = request.query_params.get("at")
    if seconds is None:
        return moment_view(stream, _number(request, "n", 0))
    try:
        number = number_at(stream, float(seconds))
    except ValueError:
        raise HTTPException(400, "at is no number") from None
    if number < 0:
        return {**moment_view(stream, 0), "n": -1, "event": None, "frame": None, "parts": []}
    return moment_view(stream, number)


def _frames(_: Library, stream: Stream, request: Request) -> Any:
    frames = stream.answer.frames
    first, count = _range(request, len(frames))
    rows = [
        {"n": first + index, "at": frame.seconds, **shown_bytes(frame.data, FRAME)}
        for index, frame in enumerate(frames[first : first + count])
    ]
    return {"total": len(frames), "first": first, "rows": rows}


def _numbers(stream: Stream, request: Request) -> Any:
    params = request.query_params
    choice = params.get("choice", "")
    wanted = Filter(
        params.get("type", ""),
        int(choice) if choice.isascii() and choice.isdigit() else None,
        params.get("path", ""),
        params.get("text", ""),
    )
    try:
        return numbers_of(stream, wanted)
    except PathError as error:
        raise HTTPException(400, str(error)) from None


def _range(request: Request, total: int) -> tuple[int, int]:
    first = _number(request, "first", 0)
    return min(first, total), min(PAGE, _number(request, "count", PAGE))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise HTTPException(400, f"{name} is no number")
    return int(text)


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _page(request: Request) -> Response:
    """Answer with a file of the page, all of which are in one folder of the package."""
    name = request.path_params.get("name", "index.html")
    kind = _KINDS.get(name.rpartition(".")[2])
    file = files("streamkit") / "inspector" / "page" / name
    if kind is None or "/" in name or "\\" in name or not file.is_file():
        raise HTTPException(404, "There is no such file.")
    return Response(file.read_bytes(), media_type=kind)


_KINDS = {"css": "text/css", "html": "text/html", "js": "text/javascript"}
