"""Streams of answers, which have common events and a final answer beside those of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.families._resource._async.stream import AsyncStream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from typing import Self

    from streamkit._core.machine import Machine
    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_exchange import AsyncExchange
    from streamkit.families._common.family import AnswerFamily
    from streamkit.families._common.final import Final
    from streamkit.families._resource._async.body import AsyncStreamBody

__all__ = ["AsyncAnswerStream", "AsyncCommonEvents"]

E = TypeVar("E")
C = TypeVar("C")
T = TypeVar("T")


class AsyncAnswerStream(AsyncStream[E], Generic[E, C, T]):
    """The events of an answer, as an async iterator, and what is common to all protocols."""

    def __init__(
        self,
        body: AsyncStreamBody,
        new_pipeline: NewPipeline[E],
        exchange: AsyncExchange | None,
        family: AnswerFamily[Any, E, C],
    ) -> None:
        super().__init__(body, new_pipeline, exchange)
        self._family = family
        self._common: AsyncCommonEvents[E, C] | None = None
        self._answer: Any = None

    @property
    def common(self) -> AsyncCommonEvents[E, C]:
        """The stream's events in the vocabulary of all protocols, as ``observe`` emits them.

        It is always the same iterator, which reads this stream: an event is had from the one or
        from the other. Begin with the first event, so that it sees the whole answer.
        """
        if self._common is None:
            machine = self._family.common()
            self._common = AsyncCommonEvents(machine, self._next_events, self.close)
        return self._common

    async def get_final(self) -> Final[T]:
        """Read the stream to its end and return the whole answer, in the words of all protocols."""
        return self._family.final(await self._whole())

    async def _whole(self) -> Any:
        """Read the stream to its end and return the whole answer, as the protocol has it."""
        await self.until_done()
        if self._answer is None:
            self._answer = self._pipeline.machine.final()
        return self._answer

    async def _next_events(self) -> Sequence[E]:
        """Return the next event and those that came with it."""
        return [await self._next(), *self._rest()]


class AsyncCommonEvents(Generic[E, C]):
    """The common events of a stream, as an async iterator."""

    def __init__(
        self,
        machine: Machine[Sequence[E], C],
        read: Callable[[], Awaitable[Sequence[E]]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._machine = machine
        self._read = read
        self._close = close
        self._ready: Iterator[C] = iter(())
        self._has_ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> C:
        while True:
            for event in self._ready:
                return event
            if self._has_ended:
                raise StopAsyncIteration
            try:
                events = await self._read()
            except StopAsyncIteration:
                self._has_ended = True
                self._ready = iter(self._machine.close())
            else:
                self._ready = iter(self._machine.feed(events))

    async def close(self) -> None:
        """Close the stream."""
        await self._close()

    aclose = close
