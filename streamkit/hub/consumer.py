"""The consumer of a hub that a thread or a task iterates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.hub.backlog import NOTHING_YET, End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from streamkit.hub.channel import Channel

__all__ = ["Consumer"]

E = TypeVar("E")


class Consumer(Generic[E]):
    """An iterator over the events of a hub: ``for`` in a thread, ``async for`` in a task.

    The iteration ends as the stream does, with its error if it failed. When the consumer is closed,
    its ``with`` is left or the last reference to it is dropped, the waiting events are dropped, and
    a stream that waits for room goes on.
    """

    def __init__(self, channel: Channel[E], leave: Callable[[Channel[E]], None]) -> None:
        self._channel = channel
        self._take = channel.take
        self._leave = leave

    @property
    def waiting(self) -> int:
        """The number of events that wait for this consumer, at most its limit."""
        return self._channel.waiting

    def __iter__(self) -> Iterator[E]:
        # A hot path, as the two below: most often an event waits. A loop over a generator costs
        # less than one that calls `__next__`; it holds no event back, so each loop has its own.
        channel, take = self._channel, self._take
        queue, past, producers = channel.queue, channel.past, channel.waiting_producers
        while True:
            taken: Any = take()
            if taken is NOTHING_YET:
                taken = channel.take_waiting()
            if taken.__class__ is End:
                if taken.error is None:
                    return
                raise taken.error
            yield taken
            if past:
                continue
            while queue:  # the others that wait, without a call for each
                try:
                    event = queue.popleft()
                except LookupError:  # another reader was faster
                    break
                if producers:
                    channel.wake_producers()
                yield event

    def __next__(self) -> E:
        taken: Any = self._take()
        if taken is NOTHING_YET:
            taken = self._channel.take_waiting()
        if taken.__class__ is not End:
            event: E = taken
            return event
        if taken.error is None:
            raise StopIteration
        raise taken.error

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        taken: Any = self._take()
        if taken is NOTHING_YET:
            taken = await self._channel.take_awaiting()
        if taken.__class__ is not End:
            event: E = taken
            return event
        if taken.error is None:
            raise StopAsyncIteration
        raise taken.error

    def close(self) -> None:
        """Leave the hub, and wake the threads and tasks that wait for an event here.

        Any thread or task may call this.
        """
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
