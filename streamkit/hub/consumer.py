"""A consumer that takes events when it wants them: a thread, or a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, cast

from streamkit.hub.backlog import End

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from streamkit._core.events import EventsDroppedEvent
    from streamkit.hub.channel import Channel

__all__ = ["Consumer"]

E = TypeVar("E")


class Consumer(Generic[E]):
    """One consumer's events: ``for`` in a thread, ``async for`` in a task.

    They end as the stream does, with its error if it failed. Closing it, leaving its ``with``, or
    letting it go frees what waits, and whoever waits for it.
    """

    def __init__(self, channel: Channel[E], leave: Callable[[Channel[E]], None]) -> None:
        self._channel = channel
        self._leave = leave

    @property
    def waiting(self) -> int:
        """How many events wait for it, at most its limit."""
        return self._channel.waiting

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        taken = self._channel.take_waiting()
        if not isinstance(taken, End):
            return _event(taken)
        if taken.error is None:
            raise StopIteration
        raise taken.error

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        taken = await self._channel.take_awaiting()
        if not isinstance(taken, End):
            return _event(taken)
        if taken.error is None:
            raise StopAsyncIteration
        raise taken.error

    def close(self) -> None:
        """Take no more; from any thread or task, and waking who waits in it."""
        self._channel.close()
        self._leave(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _event(taken: E | EventsDroppedEvent) -> E:
    # That events were dropped is told only to who has asked for that, and has a type that says so.
    return cast("E", taken)
