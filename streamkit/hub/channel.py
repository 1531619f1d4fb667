"""A backlog between a producer and a consumer, each on any thread or event loop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._rx.loop import running_loop
from streamkit.hub.backlog import NothingYet
from streamkit.hub.waiters import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streamkit._core.events import EventsDroppedEvent
    from streamkit.hub.backlog import Backlog, End, Taken

__all__ = ["Channel"]

E = TypeVar("E")


class Channel(Generic[E]):
    """A backlog whose producer and consumer wait for each other, as threads or as tasks."""

    def __init__(self, backlog: Backlog[E], on_change: Callable[[], None] | None = None) -> None:
        self._backlog = backlog
        self._on_change = on_change
        """A function that is called, without the lock, when an event or the end can be taken."""
        # Reentrant, because a consumer that is garbage-collected closes its channel, and may be
        # collected while this thread holds the lock.
        self._lock = threading.RLock()
        self._consumers = Waiters()
        self._producers = Waiters()
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
    def has_room(self) -> bool:
        """Whether one more event can be put without a wait."""
        return self._backlog.has_room

    @property
    def waiting(self) -> int:
        """The number of waiting events."""
        return len(self._backlog)

    @property
    def is_ready(self) -> bool:
        """Whether there is an event, or the end, to take."""
        return len(self._backlog) > 0 or self._backlog.has_ended

    def put(self, event: E) -> bool:
        """Add an event; return false if the producer must wait for room first."""
        with self._lock:
            if not self._backlog.put(event):
                return False
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
            self._consumers.wake()
            self._producers.wake()
        self._changed()

    def close(self) -> None:
        """Drop the waiting events and wake both sides, because the consumer has gone."""
        with self._lock:
            self._backlog.close()
            self._consumers.wake()
            self._producers.wake()

    def take(self) -> Taken[E]:
        """Return the next event or the end, without waiting; ``NOTHING_YET`` if there is none."""
        with self._lock:
            return self._take()

    def take_waiting(self) -> E | EventsDroppedEvent | End:
        """Return the next event or the end; block this thread until there is one."""
        while True:
            with self._lock:
                taken = self._take()
                if not isinstance(taken, NothingYet):
                    return taken
                woken = self._consumers.thread()
            woken.wait()

    async def take_awaiting(self) -> E | EventsDroppedEvent | End:
        """Return the next event or the end; await it in this task."""
        while True:
            with self._lock:
                taken = self._take()
                if not isinstance(taken, NothingYet):
                    return taken
                woken = self._consumers.task()
            try:
                await woken
            finally:
                with self._lock:
                    self._consumers.forget(woken)

    def wait_for_room(self) -> None:
        """Block this thread until an event fits.

        If this thread is also the consumer's, it cannot wait, and the consumer ends with an error.
        """
        while True:
            with self._lock:
                if self._backlog.has_room:
                    return
                if self._reader == threading.get_ident():
                    break
                woken = self._producers.thread()
            woken.wait()
        self.end(RuntimeError(_SAME_THREAD))

    async def await_room(self) -> None:
        """Wait in this task until an event fits."""
        while True:
            with self._lock:
                if self._backlog.has_room:
                    return
                woken = self._producers.task()
            try:
                await woken
            finally:
                with self._lock:
                    self._producers.forget(woken)

    def refuse_loop(self) -> None:
        """End the consumer with an error if the producer, on this thread, would block a loop."""
        if running_loop() is not None and not self.has_ended:
            self.end(RuntimeError(_ON_A_LOOP))

    def _take(self) -> Taken[E]:
        self._reader = threading.get_ident()
        had_room = self._backlog.has_room
        taken = self._backlog.take()
        if not had_room:
            self._producers.wake()
        return taken

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


_SAME_THREAD = (
    "the hub is fed on the thread that reads this consumer, so neither could go on: feed it on "
    "another thread, or choose an overflow that does not block"
)
_ON_A_LOOP = (
    "an observer cannot wait for a consumer without blocking the event loop that it runs on: drive "
    "the hub with `await hub.adrive(stream)`, or choose an overflow that does not block"
)
