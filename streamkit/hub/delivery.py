"""The consumer of a hub that pushes events to an observer, on a scheduler."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.hub.backlog import NOTHING_YET, End
from streamkit.hub.channel import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc

    from streamkit.hub.backlog import Backlog

__all__ = ["Delivery"]

E = TypeVar("E")


class Delivery(Generic[E]):
    """A consumer that pushes events to an observer, one at a time, in turns of a scheduler."""

    def __init__(
        self,
        backlog: Backlog[E],
        observer: abc.ObserverBase[Any],
        scheduler: abc.SchedulerBase,
        leave: Callable[[Channel[E]], None],
    ) -> None:
        self.channel = Channel(backlog, self._schedule)
        self._observer = observer
        self._scheduler = scheduler
        self._leave = leave
        # Locked while a turn runs or is scheduled, so that there is one at a time.
        self._turn = threading.Lock()
        self._is_over = False

    def dispose(self) -> None:
        """Stop pushing events, and leave the hub."""
        self._is_over = True
        self.channel.close()
        self._leave(self.channel)

    def _schedule(self) -> None:
        if not self._is_over and self._turn.acquire(blocking=False):
            self._scheduler.schedule(self._deliver)

    def _deliver(self, *_: object) -> None:
        try:
            self._push_what_waits()
        except BaseException:
            self.dispose()
            raise
        finally:
            self._turn.release()
        # Events may have come after the last look and before the turn was over.
        if self.channel.is_ready:
            self._schedule()

    def _push_what_waits(self) -> None:
        # At most the events that wait now, so that other work on the scheduler gets its turn.
        for _ in range(self.channel.waiting + 1):
            taken = self.channel.take()
            if self._is_over or taken is NOTHING_YET:
                return
            if isinstance(taken, End):
                self._is_over = True
                self._finish(taken)
            else:
                self._observer.on_next(taken)

    def _finish(self, end: End) -> None:
        if end.error is None:
            self._observer.on_completed()
        else:
            self._observer.on_error(end.error)
