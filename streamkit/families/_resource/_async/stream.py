"""Streams that their reader drives: nothing is read before the reader needs it.

A step of the reader takes one server-sent event through the pipeline, so a slow reader slows the
server down, and no events pile up in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource.stream import StreamState, events_before

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_exchange import AsyncExchange
    from streamkit.families._resource._async.body import AsyncStreamBody

__all__ = ["AsyncStream"]

E = TypeVar("E")


class AsyncStream(StreamState[E, "AsyncStreamBody", "AsyncExchange"]):
    """A stream of events, as an async iterator.

    It can be iterated once, in one task, and closed from any. An open stream holds its
    connection until it is collected: use it in an ``async with``.
    """

    def __init__(
        self,
        body: AsyncStreamBody,
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
                        self._observers.emit(event)
                    return event
                if self._ending:
                    await self._end_body()
                    if not await self._goes_on():
                        self._complete()
                elif self._pipeline.answer.done:  # an attribute, while `done` is a call
                    self._take(None)
                else:
                    try:
                        data = await self._body.__anext__()
                    except StopAsyncIteration:
                        self._take(None)
                    else:
                        self._ready = iter(self._read(data))
        except Exception as error:
            await self._go_on_after(error)
            return await self._next()
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    __anext__ = _next

    async def until_done(self) -> Self:
        """Read the stream to its end; raise the error that ends it."""
        async for _ in self:
            pass
        return self

    async def close(self) -> None:
        """Close the stream and wake a waiting reader; from any task, any number of times."""
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
        """Return whether another response continues this one; a subclass switches to it."""
        return False

    async def _resumed(self, _error: Exception) -> bool:
        """Return whether the same answer continues after an error; a subclass switches to it."""
        return False

    async def _go_on_after(self, error: Exception) -> None:
        """Let the next step continue after an error, or raise the error that ends the stream."""
        if await self._resumed(error):
            return
        if self._exchange is not None and self._may_begin_anew:
            await self._begin_anew(self._exchange, error)
        elif self._is_accepted(error):
            self._take(None)
        else:
            failure = self._fail(error)
            await self._end_body()
            raise failure from failure.__cause__

    async def _begin_anew(self, exchange: AsyncExchange, error: Exception) -> None:
        """Switch to another answer, or emit the held events and then the error."""
        await self._body.aclose()
        try:
            body = await exchange.again(error)
        except Exception as final:
            self._ready = events_before(final, self._pipeline.release())
            return
        self._turn_to(body)
        if self._ended:  # it was closed meanwhile
            await body.aclose()

    async def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; once the rest is read, the connection can be reused.
        if self._pipeline.done:
            await self._body.drain()
        else:
            await self._body.aclose()
