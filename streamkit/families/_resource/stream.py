"""What a stream that is driven by its reader knows, whether its reader blocks or awaits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._http.redaction import Secrets
from streamkit._http.stream_log import StreamLog
from streamkit._rx.observers import Observers
from streamkit.errors import OpenAIError, StreamClosedError, StreamTruncatedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx
    from reactivex import Observable, abc

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_exchange import AsyncExchange
    from streamkit._http.body import AsyncBody, SyncBody
    from streamkit._http.exchange import SyncExchange

__all__ = ["StreamState", "told_before"]

E = TypeVar("E")
AnyBody = TypeVar("AnyBody", bound="SyncBody | AsyncBody")
AnyExchange = TypeVar("AnyExchange", bound="SyncExchange | AsyncExchange")


class StreamState(Generic[E, AnyBody, AnyExchange]):
    """What a stream knows without waiting: what is ready, who watches, and how it ended."""

    def __init__(
        self, body: AnyBody, new_pipeline: NewPipeline[E], exchange: AnyExchange | None
    ) -> None:
        self._new_pipeline = new_pipeline
        self._exchange = exchange
        self._log = StreamLog()
        self._turn_to(body)
        self._observers: Observers[E] = Observers()
        self._watching = self._observers.watching
        self._ready: Iterator[E] = iter(())
        self._ended = False
        self._failure: Exception | None = None

    @property
    def response(self) -> httpx.Response:
        """The HTTP response: its status and headers."""
        return self._response

    @property
    def request_id(self) -> str | None:
        """The response's ``x-request-id``; quote it to support."""
        request_id: str | None = self._response.headers.get("x-request-id")
        return request_id

    @property
    def observable(self) -> Observable[E]:
        """What the iteration yields, for observers to subscribe to before it is driven.

        An observer that raises is let go; what it raised is raised where the stream is driven,
        after its last event.
        """
        return self._observers.observable

    def subscribe(self, *args: Any, **kwargs: Any) -> abc.DisposableBase:
        """Subscribe to ``observable``."""
        return self.observable.subscribe(*args, **kwargs)

    def pipe(self, *operators: Callable[[Observable[Any]], Observable[Any]]) -> Observable[Any]:
        """Apply operators to ``observable``."""
        return self.observable.pipe(*operators)

    def _turn_to(self, body: AnyBody) -> None:
        """Read this body from now on."""
        self._body = body
        self._response = body.response
        may_follow = self._exchange is not None and self._exchange.may_follow
        self._pipeline = self._new_pipeline(content_came=body.on_content, holds=may_follow)
        self._ending = False

    @property
    def _may_begin_anew(self) -> bool:
        """Whether another answer can take the place of one that ended early: nothing was told."""
        return self._pipeline.holds and not self._ended

    def _is_accepted(self, error: Exception) -> bool:
        """Whether what ended the body, which had not ended, is to be taken for its end."""
        broke_off = isinstance(error, StreamTruncatedError) and not self._ending
        return broke_off and self._pipeline.accepts_truncation and not self._ended

    def _take(self, data: bytes | None) -> None:
        """Take a piece of the body, or None for its end."""
        if data is None:
            self._ending = True
            self._ready = self._pipeline.end()
        else:
            self._ready = iter(self._pipeline.read(data))

    def _complete(self) -> None:
        self._ended = True
        self._log.tell(self._response, self._pipeline.events_received)
        self._observers.complete()
        self._observers.raise_theirs()

    def _fail(self, error: Exception) -> Exception:
        """Note why the stream ended, unless it has; return why it did."""
        if not self._ended:
            self._ended = True
            self._failure = error
            self._pipeline.fail(error)
            if isinstance(error, OpenAIError):
                error.request_id = error.request_id or self.request_id
            Secrets.of(self._response).taken_from(error)
            self._log.tell(self._response, self._pipeline.events_received, error)
            self._observers.fail(error)
            self._observers.log_theirs(error)
        return self._failure or error

    def _closed_early(self) -> None:
        self._fail(StreamClosedError("the stream was closed before the answer ended"))


def told_before(error: Exception, events: Iterable[E]) -> Iterator[E]:
    """The events, and then the error."""
    yield from events
    raise error
