"""Streams that are driven by their reader: nothing is read before it is asked for.

A step of the reader takes one server-sent event through the pipeline, so a slow reader slows the
server and not the memory. What a stream knows is in ``_Stream``; the kinds below differ in what
they await.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit.errors import StreamClosedError
from streamkit.events import ChatCompletionStreamEvent
from streamkit.observers import Observers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    import httpx
    from reactivex import Observable, abc

    from streamkit.body import AsyncBody, SyncBody
    from streamkit.operators.chat_events import ChatEvents
    from streamkit.pipeline import Pipeline
    from streamkit.types import ParsedChatCompletion

__all__ = ["AsyncChatCompletionStream", "AsyncStream", "ChatCompletionStream", "Stream"]

E = TypeVar("E")
T = TypeVar("T")


class _Stream(Generic[E]):
    """What a stream knows without waiting: what is ready, who watches, and how it ended."""

    def __init__(self, response: httpx.Response, pipeline: Pipeline[E]) -> None:
        self._response = response
        self._pipeline = pipeline
        self._observers: Observers[E] = Observers()
        self._watching = self._observers.watching
        self._ready: Iterator[E] = iter(())
        self._ending = False
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
        from streamkit.operators.pipe import pipe

        return pipe(*operators)(self.observable)

    def _take(self, data: bytes | None) -> None:
        """Take a piece of the body, or None for its end."""
        if data is None:
            self._ending = True
            self._ready = self._pipeline.end()
        else:
            self._ready = iter(self._pipeline.read(data))

    def _complete(self) -> None:
        self._ended = True
        self._observers.complete()
        self._observers.raise_theirs()

    def _fail(self, error: Exception) -> Exception:
        """Note why the stream ended, unless it has; return why it did."""
        if not self._ended:
            self._ended = True
            self._failure = error
            self._pipeline.fail(error)
            self._observers.fail(error)
        return self._failure or error

    def _closed_early(self) -> None:
        self._fail(StreamClosedError("the stream was closed before the answer ended"))


class Stream(_Stream[E]):
    """A stream of events, as an iterator.

    It can be iterated once, by one thread at a time, and closed from any. Leaving it open leaks
    the connection until it is collected: use it in a ``with``.
    """

    def __init__(self, body: SyncBody, pipeline: Pipeline[E]) -> None:
        super().__init__(body.response, pipeline)
        self._body = body

    def __iter__(self) -> Iterator[E]:
        return self

    def __next__(self) -> E:
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
            failure = self._fail(error)
            self._end_body()
            raise failure from failure.__cause__
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    def until_done(self) -> Self:
        """Read the stream to its end, and raise what is wrong with it."""
        for _ in self:
            pass
        return self

    def close(self) -> None:
        """Stop reading; from any thread, as often as one likes, and waking a reader that waits."""
        self._closed_early()
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

    def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; to read it lets the connection be used again.
        if self._pipeline.done:
            self._body.drain()
        else:
            self._body.close()


class AsyncStream(_Stream[E]):
    """A stream of events, as an async iterator.

    It can be iterated once, in one task, and closed from any. Leaving it open leaks the
    connection: use it in an ``async with``.
    """

    def __init__(self, body: AsyncBody, pipeline: Pipeline[E]) -> None:
        super().__init__(body.response, pipeline)
        self._body = body

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
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
            failure = self._fail(error)
            await self._end_body()
            raise failure from failure.__cause__
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    async def until_done(self) -> Self:
        """Read the stream to its end, and raise what is wrong with it."""
        async for _ in self:
            pass
        return self

    async def close(self) -> None:
        """Stop reading; from any task, as often as one likes, and waking a reader that waits."""
        self._closed_early()
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

    async def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; to read it lets the connection be used again.
        if self._pipeline.done:
            await self._body.drain()
        else:
            await self._body.aclose()


class _Completion(Generic[T]):
    """The completion that a stream of events adds up to."""

    def __init__(self, events: ChatEvents) -> None:
        self._events = events
        self._final: ParsedChatCompletion[T] | None = None

    def snapshot(self) -> ParsedChatCompletion[T]:
        return self._events.snapshot()

    def final(self) -> ParsedChatCompletion[T]:
        if self._final is None:
            self._final = self._events.completion()
        return self._final


class ChatCompletionStream(Stream[ChatCompletionStreamEvent[T]]):
    """The events of a streamed chat completion, as an iterator."""

    def __init__(
        self,
        body: SyncBody,
        pipeline: Pipeline[ChatCompletionStreamEvent[Any]],
        events: ChatEvents,
    ) -> None:
        super().__init__(body, cast("Pipeline[ChatCompletionStreamEvent[T]]", pipeline))
        self._completion: _Completion[T] = _Completion(events)

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The completion so far; parsed as far as it goes."""
        return self._completion.snapshot()

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole completion, parsed."""
        self.until_done()
        return self._completion.final()


class AsyncChatCompletionStream(AsyncStream[ChatCompletionStreamEvent[T]]):
    """The events of a streamed chat completion, as an async iterator."""

    def __init__(
        self,
        body: AsyncBody,
        pipeline: Pipeline[ChatCompletionStreamEvent[Any]],
        events: ChatEvents,
    ) -> None:
        super().__init__(body, cast("Pipeline[ChatCompletionStreamEvent[T]]", pipeline))
        self._completion: _Completion[T] = _Completion(events)

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The completion so far; parsed as far as it goes."""
        return self._completion.snapshot()

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole completion, parsed."""
        await self.until_done()
        return self._completion.final()
