"""A recorded exchange that is played to one request, without I/O: what comes when, how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.redacted import REDACTED
from streamkit._http.errors import library_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from streamkit._cassette.recording import Recording
    from streamkit.recording.clock import Clock

__all__ = ["Play"]

_OF_TRANSFER = {"connection", "content-length", "keep-alive", "transfer-encoding"}
"""The headers of a connection; the length may be another once secrets have been left out."""


class Play:
    """The play of a recording, which begins when this is made.

    Args:
        recording: The exchange.
        request: The request that is answered.
        speed: How many times faster than recorded; 0 is at once.
        clock: The clock.
    """

    def __init__(
        self, recording: Recording, request: httpx.Request, speed: float, clock: Clock
    ) -> None:
        self._recording = recording
        self._request = request
        self._library = library_of(request)
        self._speed = speed
        self._clock = clock
        self._begun = clock.now()

    def head(self) -> Iterator[float]:
        """Yield the waits until the response comes, or raise the error that came instead."""
        recording = self._recording
        if recording.status is not None:
            yield from self._until(recording.answered)
            return
        yield from self._until(recording.ended)
        raise self._error() or self._broken("no response came")

    def body(self) -> Iterator[float | bytes]:
        """Yield the reads of the body and the waits before them, then raise the error, if any."""
        for read in self._recording.reads:
            yield from self._until(read.seconds)
            yield read.data
        yield from self._until(self._recording.ended)
        if error := self._error():
            raise error

    def response(self, stream: Any) -> Any:
        """Return the response, of the HTTP library of the request, with a stream as its body."""
        recording = self._recording
        return self._library.Response(
            recording.status,
            headers=[
                (name.encode("latin-1", "replace"), value.encode())
                for name, value in recording.headers
                if REDACTED not in value and name.lower() not in _OF_TRANSFER
            ],
            stream=stream,
            extensions={"http_version": recording.version.encode()},
        )

    def cut(self) -> Exception:
        """Return the error of a reader whose connection was cut from elsewhere."""
        return self._broken("the connection was closed")

    def _until(self, seconds: float) -> Iterator[float]:
        """Yield the wait until the recorded moment, if any, within the request's limit of time."""
        if not self._speed:
            return
        delay = self._begun + seconds / self._speed - self._clock.now()
        limit: float | None = self._request.extensions.get("timeout", {}).get("read")
        if limit is not None and delay > limit:
            yield limit
            raise self._library.ReadTimeout("the recorded server was silent for too long")
        if delay > 0:
            yield delay

    def _error(self) -> Exception | None:
        """Return the error with which the exchange ends; None if it ends well."""
        recording = self._recording
        if recording.is_whole:
            return None
        match recording.end:
            case "error":
                return self._recorded_error()
            case "left":
                return self._broken("the client that was recorded left here")
            case _:
                return self._broken("the recorder stopped here")

    def _recorded_error(self) -> Exception:
        failure = self._recording.failure
        if failure is None:
            return self._broken("an error that was not recorded ended it")
        kind = getattr(self._library, failure.type, None)
        if isinstance(kind, type) and issubclass(kind, self._library.RequestError):
            error: Exception = kind(failure.message)
            return error
        return self._broken(f"{failure.type}: {failure.message}")

    def _broken(self, reason: str) -> Exception:
        error: Exception = self._library.ReadError(f"a replay broke off: {reason}")
        return error
