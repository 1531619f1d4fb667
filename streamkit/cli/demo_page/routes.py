"""The page's application: its files, and the turns of its chats."""

# Strategy: a chat is nothing but its turns, and turn 3 of the chat `x` is the stream `demo/x/3`. To
# ask is to begin the next stream, and does not return the answer: every tab, also the one that
# asked, reads the next turn from the log, and waits there until somebody has begun it. So there is
# one way for an answer into a page, and a tab that is reloaded needs to know nothing.

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from streamkit import relay
from streamkit._core.logger import logger
from streamkit.cli.demo_page.turn import Beginnings, ComingTurn
from streamkit.eventlog import CursorError, EventLogError, LogExistsError, LogNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reactivex import Observable
    from starlette.requests import Request

    from streamkit.eventlog import EventLog
    from streamkit.events import Event

__all__ = ["LONGEST", "app"]

LONGEST = 2000
"""The number of characters that a question may have."""
BODY_LIMIT = 16_384
"""The number of bytes that the body of a request may have; a character takes at most eight."""

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS: Mapping[str, str] = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Question(msgspec.Struct, frozen=True):
    """The body of a request that asks."""

    text: str


def app(log: EventLog, ask: Callable[[str], Observable[Event]]) -> Starlette:
    """Return the application of the page.

    Args:
        log: The log of the turns.
        ask: Returns the events of the turn of a question, which is the first of them.
    """
    turns = _Turns(log, ask)
    turn = "/chats/{chat}/turns/{number:int}"
    return Starlette(
        routes=[
            Route("/", _file),
            Route("/{name}", _file),
            Route(turn, turns.read, methods=["GET"]),
            Route(turn, turns.begin, methods=["POST"]),
            Route(turn + "/stop", turns.stop, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _said, EventLogError: _log_failed},
    )


class _Turns:
    """The turns of all chats."""

    def __init__(self, log: EventLog, ask: Callable[[str], Observable[Event]]) -> None:
        self._log = log
        self._ask = ask
        self._beginnings = Beginnings(log)

    async def read(self, request: Request) -> Response:
        """Return the events of a turn after the last one that the page has, when they come."""
        stream_id = _stream_id(request)
        after = request.headers.get("last-event-id")
        if await self._log.astatus(stream_id) is not None:
            try:
                return await relay.resume(self._log, stream_id, after=after)
            except CursorError:
                _refuse(400, "That is no place in an answer.")
        if after is not None:
            _refuse(410, "This answer is not kept any more.")
        return relay.response(ComingTurn(self._log, stream_id, self._beginnings))

    async def begin(self, request: Request) -> Response:
        """Ask a question, if no other tab has asked one in the same turn."""
        stream_id, text = _stream_id(request), await _text_of(request)
        try:
            await run_in_threadpool(self._produce, stream_id, text)
        except LogExistsError:
            _refuse(409, "Another tab has asked meanwhile.")
        self._beginnings.notify()
        return Response(status_code=202)

    async def stop(self, request: Request) -> Response:
        """Ask the producer of a turn to stop, wherever it runs."""
        try:
            await self._log.astop(_stream_id(request))
        except LogNotFoundError:
            _refuse(404, "There is no such answer.")
        return Response(status_code=202)

    def _produce(self, stream_id: str, text: str) -> None:
        if self._log.status(stream_id) is not None:
            raise LogExistsError(stream_id)
        production = self._log.produce(stream_id, self._ask(text))
        production.close()  # the answer goes on without this caller
        self._log.status(stream_id)  # returns when the log is open, or has failed
        error = production.producer.error
        if error is not None:
            production.stop()
            raise error


async def _file(request: Request) -> Response:
    """Return a file of the page."""
    name = request.path_params.get("name", "index.html")
    folder = "relay" if name == "reader.js" else "cli/demo_page/static"
    found = files("streamkit").joinpath(folder, name)
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or not found.is_file():
        _refuse(404, "There is no such file.")
    return Response(found.read_bytes(), media_type=kind, headers=_HEADERS)


def _stream_id(request: Request) -> str:
    chat, number = request.path_params["chat"], request.path_params["number"]
    if not (chat.isascii() and chat.isalnum() and len(chat) <= 64 and 1 <= number < 1_000_000):
        _refuse(404, "There is no such chat.")
    return f"demo/{chat}/{number}"


async def _text_of(request: Request) -> str:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            _refuse(413, f"A question has at most {LONGEST} characters.")
    try:
        text = msgspec.json.decode(body, type=Question).text.strip()
    except (msgspec.DecodeError, UnicodeDecodeError):
        _refuse(400, "A question is sent as an object with a text.")
    if not text:
        _refuse(400, "The question is empty.")
    if len(text) > LONGEST:
        _refuse(413, f"A question has at most {LONGEST} characters.")
    return text


def _refuse(status: int, message: str) -> NoReturn:
    raise HTTPException(status, message)


async def _said(_: Request, error: Any) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _log_failed(_: Request, error: Exception) -> Response:
    logger().warning("The log of the chat page has failed: %s", error)
    return JSONResponse({"error": "The log of the answers cannot be used now."}, 503)
