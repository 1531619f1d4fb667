"""Streams that are driven by their reader: nothing is read before it is asked for.

A step of the reader takes one server-sent event through the pipeline, so a slow reader slows the
server and not the memory. What a stream knows is in ``_Stream``; the kinds below differ in what
they await.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._http.redaction import Secrets
from streamkit._http.stream_log import StreamLog
from streamkit._rx.observers import Observers
from streamkit.errors import OpenAIError, StreamClosedError, StreamTruncatedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    import httpx
    from reactivex import Observable, abc

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_exchange import AsyncExchange
    from streamkit._http.body import AsyncBody, SyncBody
    from streamkit._http.exchange import SyncExchange

__all__ = ["AsyncStream", "Stream"]

E = TypeVar("E")
AnyBody = TypeVar("AnyBody", bound="SyncBody | AsyncBody")
AnyExchange = TypeVar("AnyExchange", bound="SyncExchange | AsyncExchange")


class _Stream(Generic[E, AnyBody, AnyExchange]):
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


class Stream(_Stream[E, "SyncBody", "SyncExchange"]):
    """A stream of events, as an iterator.

    It can be iterated once, by one thread at a time, and closed from any. Leaving it open leaks
    the connection until it is collected: use it in a ``with``.
    """

    def __init__(
        self,
        body: SyncBody,
        new_pipeline: NewPipeline[E],
        exchange: SyncExchange | None = None,
    ) -> None:
        super().__init__(body, new_pipeline, exchange)

    def __iter__(self) -> Iterator[E]:
        return self

    def _next(self) -> E:
        try:
            while not self._ended:
                for event in self._ready:
                    if self._watching:
                        self._observers.tell(event)
                    return event
                if self._ending:
                    self._end_body()
                    if not self._goes_on():
                        self._complete()
                else:
                    self._take(None if self._pipeline.done else next(self._body, None))
        except Exception as error:
            if self._exchange is not None and self._may_begin_anew:
                self._begin_anew(self._exchange, error)
                return self._next()
            if self._is_accepted(error):
                self._take(None)
                return self._next()
            failure = self._fail(error)
            self._end_body()
            raise failure from failure.__cause__
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    __next__ = _next

    def until_done(self) -> Self:
        """Read the stream to its end, and raise what is wrong with it."""
        for _ in self:
            pass
        return self

    def close(self) -> None:
        """Stop reading; from any thread, as often as one likes, and waking a reader that waits."""
        self._closed_early()
        if self._exchange is not None:
            self._exchange.close()
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _goes_on(self) -> bool:
        """Whether another response continues this one; a subclass that has it turns to it."""
        return False

    def _begin_anew(self, exchange: SyncExchange, error: Exception) -> None:
        """Turn to another answer, or let what was held back and the error be told."""
        self._body.close()
        try:
            body = exchange.again(error)
        except Exception as final:
            self._ready = _told_before(final, self._pipeline.release())
            return
        self._turn_to(body)
        if self._ended:  # closed meanwhile
            body.close()

    def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; to read it lets the connection be used again.
        if self._pipeline.done:
            self._body.drain()
        else:
            self._body.close()


class AsyncStream(_Stream[E, "AsyncBody", "AsyncExchange"]):
    """A stream of events, as an async iterator.

    It can be iterated once, in one task, and closed from any. Leaving it open leaks the
    connection until it is collected: use it in an ``async with``.
    """

    def __init__(
        self,
        body: AsyncBody,
        new_pipeline: NewPipeline[E],
        exchange: AsyncExchange | None = None,
    ) -> None:
        super().__init__(body, new_pipeline, exchange)

    def __aiter__(self) -> Self:
        return self

    async def _next(self) -> E:
        try:
            while not self._ended:
                for event in self._ready:
                    if self._watching:
                        self._observers.tell(event)
                    return event
                if self._ending:
                    await self._end_body()
                    if not await self._goes_on():
                        self._complete()
                else:
                    self._take(None if self._pipeline.done else await anext(self._body, None))
        except Exception as error:
            if self._exchange is not None and self._may_begin_anew:
                await self._begin_anew(self._exchange, error)
                return await self._next()
            if self._is_accepted(error):
                self._take(None)
                return await self._next()
            failure = self._fail(error)
            await self._end_body()
            raise failure from failure.__cause__
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    __anext__ = _next

    async def until_done(self) -> Self:
        """Read the stream to its end, and raise what is wrong with it."""
        async for _ in self:
            pass
        return self

    async def close(self) -> None:
        """Stop reading; from any task, as often as one likes, and waking a reader that waits."""
        self._closed_early()
        if self._exchange is not None:
            self._exchange.close()
        await self._body.aclose()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _goes_on(self) -> bool:
        """Whether another response continues this one; a subclass that has it turns to it."""
        return False

    async def _begin_anew(self, exchange: AsyncExchange, error: Exception) -> None:
        """Turn to another answer, or let what was held back and the error be told."""
        await self._body.aclose()
        try:
            body = await exchange.again(error)
        except Exception as final:
            self._ready = _told_before(final, self._pipeline.release())
            return
        self._turn_to(body)
        if self._ended:  # closed meanwhile
            await body.aclose()

    async def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; to read it lets the connection be used again.
        if self._pipeline.done:
            await self._body.drain()
        else:
            await self._body.aclose()


def _told_before(error: Exception, events: Iterable[E]) -> Iterator[E]:
    yield from events
    raise error
