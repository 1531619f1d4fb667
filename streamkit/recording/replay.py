"""The transport that answers requests from a cassette."""

from __future__ import annotations

from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpx

from streamkit._cassette.cassette import Cassette
from streamkit._cassette.shelf import MissError, Request, Shelf
from streamkit._http.errors import library_of
from streamkit.recording.attaching import attached
from streamkit.recording.clock import SYSTEM, Clock
from streamkit.recording.play import Play
from streamkit.recording.streams import AsyncPlayedStream, PlayedStream

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from os import PathLike

    from streamkit._cassette.recording import Recording

__all__ = ["Replay", "miss", "replay", "require_speed"]

C = TypeVar("C")


class Replay(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that answers requests from a cassette; see `replay`."""

    def __init__(self, shelf: Shelf, speed: float, clock: Clock) -> None:
        self._shelf = shelf
        self._speed = speed
        self._clock = clock

    @property
    def unplayed(self) -> list[Recording]:
        """The recordings that have answered no request yet."""
        return self._shelf.unplayed()

    @contextmanager
    def into(self, client: C) -> Generator[C]:
        """Have the client's requests answered from the cassette while the block lasts.

        Raises:
            TypeError: The client has no HTTP client like that of httpx.
        """

        def itself(*_: object) -> Replay:
            return self

        with attached(client, itself):
            yield client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a client that blocks."""
        try:
            play = self._play(request)
        except MissError as error:
            return _missed(error, request)
        kind = type("Stream", (PlayedStream, library_of(request).SyncByteStream), {})
        stream: Any = kind(play, self._clock, request)
        stream.until_response()
        return cast("httpx.Response", play.response(stream))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        try:
            play = self._play(request)
        except MissError as error:
            return _missed(error, request)
        kind = type("AsyncStream", (AsyncPlayedStream, library_of(request).AsyncByteStream), {})
        stream: Any = kind(play, self._clock, request)
        await stream.until_response()
        return cast("httpx.Response", play.response(stream))

    def _play(self, request: httpx.Request) -> Play:
        try:
            content = request.content
        except library_of(request).RequestNotRead:  # an upload, which is sent as it is read
            content = None
        query = request.url.query.decode("ascii")
        asked = Request(request.method, request.url.path, query, content)
        return Play(self._shelf.take(asked), request, self._speed, self._clock)


def replay(
    cassette: str | PathLike[str] | Cassette,
    *,
    speed: float = 0.0,
    ignored: Iterable[str] = (),
    clock: Clock = SYSTEM,
) -> Replay:
    """Return a transport that answers requests from a cassette, to any client over httpx or httpx2.

        OpenAI(api_key="any", http_client=httpx.Client(transport=replay("chat.jsonl")))
        openai.AsyncOpenAI(http_client=httpx2.AsyncClient(transport=replay("chat.jsonl")))

        with replay("chat.jsonl").into(client):
            client.chat.completions.create(...)

    A request is answered by the exchange of the same method, path, query and JSON body, or text;
    what was left out of the recording, such as an upload, may differ. If it was recorded more than
    once, the answers come in turn, and then anew. Reads, errors and cuts come as they were
    recorded, and the client's limit on the time of a read holds. A request that was not recorded is
    answered with status 404 and a message that says what differs.

    Args:
        cassette: The file, or what was loaded from it.
        speed: How many times faster than recorded: 1 is as recorded, 0 is at once.
        ignored: Paths of parts of a request's JSON body that may differ, such as ``user`` or
            ``messages[*].content``, and names of query parameters after a question mark: ``?user``.
        clock: The clock that paces the answers.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no cassette, or the speed is no number from 0, or a path is none.
    """
    require_speed(speed)
    loaded = cassette if isinstance(cassette, Cassette) else Cassette.load(cassette)
    return Replay(Shelf(loaded.recordings, ignored), speed, clock)


def require_speed(speed: float) -> None:
    """Raise ``ValueError`` unless ``speed`` is a finite number from 0."""
    if not 0 <= speed < inf:
        raise ValueError(f"speed must be a number from 0, not {speed!r}")


def miss(error: MissError) -> dict[str, Any]:
    """Return the body of the answer to a request that was not recorded, in the form of any API."""
    inner = {
        "type": "not_found_error",
        "message": str(error),
        "param": None,
        "code": "not_in_cassette",
    }
    return {"type": "error", "error": inner}


def _missed(error: MissError, request: httpx.Request) -> httpx.Response:
    headers = {"x-should-retry": "false"}
    response = library_of(request).Response(404, json=miss(error), headers=headers)
    return cast("httpx.Response", response)
