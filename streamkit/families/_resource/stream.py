"""The state of a stream that its reader drives, for readers that block or await."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._http.redaction import Secrets, request_id
from streamkit._http.stream_log import StreamLog
from streamkit._rx.observers import Observers
from streamkit.errors import StreamClosedError, StreamkitError, StreamTruncatedError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx
    from reactivex import Observable, abc

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_exchange import AsyncExchange
    from streamkit._http.exchange import SyncExchange
    from streamkit._http.watch import Watch
    from streamkit.families._resource._async.body import AsyncStreamBody
    from streamkit.families._resource._sync.body import StreamBody

__all__ = ["StreamState", "events_before"]

E = TypeVar("E")
AnyBody = TypeVar("AnyBody", bound="StreamBody | AsyncStreamBody")
AnyExchange = TypeVar("AnyExchange", bound="SyncExchange | AsyncExchange")


class StreamState(Generic[E, AnyBody, AnyExchange]):
    """The state of a stream: the decoded events, the observers, and the error that ended it."""

    def __init__(
        self, body: AnyBody, new_pipeline: NewPipeline[E], exchange: AnyExchange | None
    ) -> None:
        self._new_pipeline = new_pipeline
        self._exchange = exchange
        self._log = StreamLog()
        self._turn_to(body)
        self._observers: Observers[E] = Observers()
        self._watching = self._observers.watching
        self._ended = False
        self._failure: Exception | None = None

    @property
    def response(self) -> httpx.Response:
        """The HTTP response: its status and headers."""
        if self._response is None:
            raise AttributeError("the stream has no response: it is read from another source")
        return self._response

    @property
    def request_id(self) -> str | None:
        """The response's request id; quote it to support."""
        return None if self._response is None else request_id_in(self._response.headers)

    @property
    def observable(self) -> Observable[E]:
        """An observable of the events that the iteration yields; subscribe before you iterate.

        An observer that raises is removed; the iteration raises its error after the last event.
        """
        return self._observers.observable

    def subscribe(self, *args: Any, **kwargs: Any) -> abc.DisposableBase:
        """Subscribe to ``observable``."""
        return self.observable.subscribe(*args, **kwargs)

    def pipe(self, *operators: Callable[[Observable[Any]], Observable[Any]]) -> Observable[Any]:
        """Apply operators to ``observable``."""
        return self.observable.pipe(*operators)

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: how far the stream is, and its response."""
        from streamkit._core.html import table

        state = "ended" if self._ended else "open"
        rows = [("state", state if self._failure is None else f"failed: {self._failure}")]
        if self._response is not None:
            rows.append(("status", str(self._response.status_code)))
            rows.append(("request id", request_id(self._response) or "none"))
        return table(type(self).__name__, rows)

    def _turn_to(self, body: AnyBody) -> None:
        """Switch to another response's body."""
        self._body = body
        self._response = body.response
        may_follow = self._exchange is not None and self._exchange.may_follow
        self._pipeline = self._new_pipeline(content_came=body.on_content, holds=may_follow)
        self._ending = False
        # An error of the last ones may have led here, which need not have ended with it.
        self._ready: Iterator[E] = iter(())
        watch = self.watch
        read = self._pipeline.read
        self._read: Callable[[bytes], Iterable[E]] = read if watch is None else watch.reading(read)

    @property
    def watch(self) -> Watch | None:
        """The watch of an instrument over the request, if there is one."""
        return None if self._exchange is None else self._exchange.watch

    @property
    def _may_begin_anew(self) -> bool:
        """Whether another answer can replace one that ended early: no event was emitted yet."""
        return self._pipeline.holds and not self._ended

    def _is_accepted(self, error: Exception) -> bool:
        """Return whether an error that cut the body off counts as the body's end."""
        broke_off = isinstance(error, StreamTruncatedError) and not self._ending
        return broke_off and self._pipeline.accepts_truncation and not self._ended

    def _take(self, data: bytes | None) -> None:
        """Take a piece of the body, or None for its end."""
        if data is None:
            self._ending = True
            self._ready = self._pipeline.end()
        else:
            self._ready = iter(self._read(data))

    def _rest(self) -> Iterator[E]:
        """Yield the events that the last read has left; the next step raises an error of theirs."""
        try:
            for event in self._ready:
                if self._watching:
                    self._observers.emit(event)
                yield event
        except Exception as error:
            self._ready = events_before(error, ())

    def _complete(self) -> None:
        self._ended = True
        self._log.log_end(self._response, self._pipeline.events_received)
        if self.watch is not None:
            self.watch.ended(self._pipeline.machine.snapshot(), None)
        self._observers.complete()
        self._observers.raise_theirs()

    def _fail(self, error: Exception) -> Exception:
        """Record the error that ends the stream, unless it has ended; return the recorded error."""
        if not self._ended:
            self._ended = True
            self._failure = error
            self._pipeline.fail(error)
            if isinstance(error, StreamkitError):
                error.request_id = error.request_id or self.request_id
            if self._response is not None:
                Secrets.of(self._response).taken_from(error)
            self._log.log_end(self._response, self._pipeline.events_received, error)
            if self.watch is not None:
                self.watch.ended(self._pipeline.machine.snapshot(), error)
            self._observers.fail(error)
            self._observers.log_theirs(error)
        return self._failure or error

    def _closed_early(self) -> None:
        self._fail(StreamClosedError("the stream was closed before the answer ended"))


def events_before(error: Exception, events: Iterable[E]) -> Iterator[E]:
    """Yield the events, then raise the error."""
    yield from events
    raise error
