"""A backlog between a producer and a consumer, each on any thread or event loop."""

from __future__ import annotations

import threading
from collections import deque
from threading import get_ident
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from streamkit.hub.backlog import NOTHING_YET
from streamkit.hub.waiters import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from streamkit._core.events import EventsDroppedEvent
    from streamkit.hub.backlog import Backlog, End, Taken

__all__ = ["Channel"]

# Strategy: a lock costs more than all else that happens to an event here. So where the backlog
# allows it, events are put and taken without one, and only who waits takes it: it says that it
# waits, and then looks once more; the other side acts, and then looks whether somebody waits.

E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")


class Channel(Generic[E]):
    """A backlog whose producer and consumer wait for each other, as threads or as tasks."""

    def __init__(self, backlog: Backlog[E], on_change: Callable[[], None] | None = None) -> None:
        self._backlog = backlog
        self._on_change = on_change
        """A function that is called, without the lock, when an event or the end can be taken."""
        # Reentrant, because a consumer that is garbage-collected closes its channel, and may be
        # collected while this thread holds the lock.
        self._lock = lock = threading.RLock()
        is_atomic = backlog.queue is not None
        self.queue: deque[E] = deque() if backlog.queue is None else backlog.queue
        """The waiting events, which a hot path takes itself; always empty if that needs a lock."""
        self.limit = backlog.limit if is_atomic and on_change is None else 0
        """The length below which a hot path appends to the queue itself, and then wakes the
        consumer; 0 where only ``offer`` may do that, and after the end."""
        self.past = backlog.past
        """The events from before the consumer came, which are taken first."""
        self._offer = backlog.offer if is_atomic else _under(lock, backlog.offer)
        self._take = backlog.take if is_atomic else _under(lock, backlog.take)
        self._consumers = Waiters()
        self._producers = Waiters()
        self.waiting_consumers = self._consumers.waiting
        """The threads and tasks that wait for an event; ``wake_consumer`` wakes them."""
        self.waiting_producers = self._producers.waiting
        """The threads and tasks that wait for room; ``wake_producers`` wakes them."""
        self._reader: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether the producer waits for this consumer."""
        return self._backlog.overflow == "block"

    @property
    def has_ended(self) -> bool:
        """Whether the channel has its end, so that further events are ignored."""
        return self._backlog.has_ended

    @property
    def waiting(self) -> int:
        """The number of waiting events."""
        return len(self._backlog)

    @property
    def is_ready(self) -> bool:
        """Whether there is an event, or the end, to take."""
        return len(self._backlog) > 0 or self._backlog.has_ended

    def offer(self, event: E) -> bool:
        """Add an event if there is room for one; return false, and do nothing, if there is not."""
        # A hot path: once per event and consumer.
        if not self._offer(event):
            return False
        if self.waiting_consumers:
            self.wake_consumer()
        if self._on_change is not None:
            self._on_change()
        return True

    def put(self, event: E) -> bool:
        """Add an event; return false if the producer must wait for room first."""
        with self._lock:
            if not self._backlog.put(event):
                return False
            self._notice_end()
            self._consumers.wake()
        self._changed()
        return True

    def replay(self, events: Iterable[E]) -> None:
        """Add events that came before the consumer did; ``announce`` them afterwards."""
        with self._lock:
            self._backlog.replay(events)

    def announce(self) -> None:
        """Wake the consumer, if there is something to take."""
        if self.is_ready:
            self._changed()

    def end(self, error: Exception | None = None) -> None:
        """Add the end, unless there is an end already."""
        with self._lock:
            self._backlog.end(error)
            self._notice_end()
            self._consumers.wake()
            self._producers.wake()
        self._changed()

    def close(self) -> None:
        """Drop the waiting events and wake both sides, because the consumer has gone."""
        with self._lock:
            self._backlog.close()
            self._notice_end()
            self._consumers.wake()
            self._producers.wake()

    def take(self) -> Taken[E]:
        """Return the next event or the end, without waiting; ``NOTHING_YET`` if there is none."""
        # A hot path: once per event and consumer.
        self._reader = get_ident()
        taken: Taken[E]
        if self.queue and not self.past:
            try:
                taken = self.queue.popleft()
            except LookupError:  # another reader was faster
                return NOTHING_YET
        else:
            taken = self._take()
        if self.waiting_producers:
            self.wake_producers()
        return taken

    def take_waiting(self) -> E | EventsDroppedEvent | End:
        """Return the next event or the end; block this thread until there is one."""
        while True:
            with self._lock:
                woken = self._consumers.thread()
                taken = self.take()
                if taken is not NOTHING_YET:
                    self._consumers.forget(woken)
                    return taken
            woken.acquire()
            taken = self.take()
            if taken is not NOTHING_YET:
                return taken

    async def take_awaiting(self) -> E | EventsDroppedEvent | End:
        """Return the next event or the end; await it in this task."""
        while True:
            with self._lock:
                woken = self._consumers.task()
                taken = self.take()
                if taken is not NOTHING_YET:
                    self._consumers.forget(woken)
                    return taken
            try:
                await woken
            finally:
                with self._lock:
                    self._consumers.forget(woken)
            taken = self.take()
            if taken is not NOTHING_YET:
                return taken

    def wait_for_room(self) -> None:
        """Block this thread until an event may fit; only ``put`` shows whether it does.

        If this thread is also the consumer's, it cannot wait, and the consumer ends with an error.
        """
        with self._lock:
            woken = self._producers.thread()
            has_room = self._backlog.has_room
            is_stuck = not has_room and self._reader == get_ident()
            if has_room or is_stuck:
                self._producers.forget(woken)
        if is_stuck:
            self.end(RuntimeError(_SAME_THREAD))
        elif not has_room:
            woken.acquire()

    async def await_room(self) -> None:
        """Wait in this task until an event may fit; only ``put`` shows whether it does."""
        with self._lock:
            woken = self._producers.task()
            if self._backlog.has_room:
                self._producers.forget(woken)
                return
        try:
            await woken
        finally:
            with self._lock:
                self._producers.forget(woken)

    def refuse_loop(self) -> None:
        """End the consumer with an error, because its producer would block an event loop."""
        self.end(RuntimeError(_ON_A_LOOP))

    def _notice_end(self) -> None:
        if self._backlog.has_ended:
            self.limit = 0  # so that `offer` need not look for the end

    def wake_consumer(self) -> None:
        """Wake who waits for an event."""
        with self._lock:
            self._consumers.wake()

    def wake_producers(self) -> None:
        """Wake who waits for room."""
        with self._lock:
            self._producers.wake()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


def _under(lock: AbstractContextManager[object], act: Callable[P, R]) -> Callable[P, R]:
    def locked(*args: P.args, **kwargs: P.kwargs) -> R:
        with lock:
            return act(*args, **kwargs)

    return locked


_SAME_THREAD = (
    "the hub is fed on the thread that reads this consumer, so neither could go on: feed it on "
    "another thread, or choose an overflow that does not block"
)
_ON_A_LOOP = (
    "an observer cannot wait for a consumer without blocking the event loop that it runs on: drive "
    "the hub with `await hub.adrive(stream)`, or choose an overflow that does not block"
)
