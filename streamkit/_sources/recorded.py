"""The stream of a recorded exchange, as its client had it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from streamkit._http.errors import exchange_error, status_error
from streamkit._sources.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reactivex import Observable

    from streamkit._cassette.recording import Recording
    from streamkit._sources._sync.stream import SourceStream
    from streamkit._sources.reading import FamilyName

__all__ = ["choices_of", "family_of", "observe", "stream_of"]


def stream_of(recording: Recording, *, format: Any = None, **options: Any) -> SourceStream[Any]:
    """Return the typed events of a recorded answer, at once and without a network.

    The stream has the protocol, the tools and the number of choices of the recorded request, and
    ends as the exchange did: one that was cut raises ``StreamTruncatedError``.

    Args:
        recording: The exchange.
        format: The type to parse the content into; by default the schema of a request of chat or
            Responses, if it has one.
        **options: The other options of ``streamkit.read``.

    Raises:
        ValueError: The exchange is none that streams an answer, such as a list of models.
        APIStatusError: The server refused the request.
        APIConnectionError: No response came.
    """
    import httpx

    from streamkit.recording.clock import SYSTEM
    from streamkit.recording.play import Play

    # A recording that is three files does not say where the request went.
    family = family_of(recording.path) if recording.path else "chat"
    if family is None:
        raise ValueError(f"{recording.method} {recording.path} is no request for an answer")
    request = httpx.Request(recording.method, recording.url or "http://recorded.invalid")
    play = Play(recording, request, 0.0, SYSTEM)
    try:
        deque(play.head(), maxlen=0)
    except httpx.RequestError as error:
        raise exchange_error(error, request) from error
    response: httpx.Response = play.response(httpx.ByteStream(b""))
    if response.status_code >= 400:
        response.request = request
        raise status_error(response, recording.body)
    options.setdefault("tools", _tools(recording))
    if family == "chat":
        options.setdefault("choices", choices_of(recording.request))
    if format is None:
        format = _format(recording)
    return read(_reads(play.body()), family, format=format, **options)


def observe(recording: Recording, *, format: Any = None, **options: Any) -> Observable[Any]:
    """Return a cold observable of the events of ``stream_of``; each subscription reads them anew.

    What ``stream_of`` raises is the observable's error.
    """
    from streamkit._rx.push import observe

    return observe(lambda: stream_of(recording, format=format, **options))


def family_of(path: str) -> FamilyName | None:
    """Return the protocol of an answer at this path of a URL, or None if it is no answer."""
    path = path.rstrip("/")
    if path.endswith("/chat/completions"):
        return "chat"
    if path.endswith("/messages"):
        return "messages"
    return "responses" if path.endswith("/responses") else None


def choices_of(request: Any) -> int:
    """Return the number of choices that the body of a request asks for."""
    match request:
        case {"n": int(n)} if n > 0:
            return n
        case _:
            return 1


def _format(recording: Recording) -> Any:
    """Return the schema that a recorded request asked for."""
    match recording.request:
        case {"response_format": {"type": _} as format} | {
            "text": {"format": {"type": _} as format}
        }:
            return format
        case _:
            return None


def _tools(recording: Recording) -> Any:
    match recording.request:
        case {"tools": tools} if tools:
            return tools
        case _:
            return ()


def _reads(body: Iterable[float | bytes]) -> Iterator[bytes]:
    return (step for step in body if isinstance(step, bytes))
