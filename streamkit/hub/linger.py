"""The wait for another consumer, when the last one has left."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from streamkit._core.duration import require_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["Linger"]


class Linger:
    """A number of seconds after which something is closed, unless it is in use again."""

    def __init__(self, seconds: float, scheduler: abc.SchedulerBase | None = None) -> None:
        require_duration("linger", seconds)
        self._seconds = seconds
        self._scheduler = scheduler
        self._timer: abc.DisposableBase | None = None
        self._lock = threading.Lock()

    def start(
        self, close: Callable[[], object], scheduler: abc.SchedulerBase | None = None
    ) -> None:
        """Call ``close`` after the seconds, or at once if there are none."""
        if not self._seconds:
            close()
            return
        from reactivex.scheduler import TimeoutScheduler

        from streamkit._rx.scheduler_time import schedule_after

        def act(*_: Any) -> None:
            close()

        # Not on the running loop, if there is one: a consumer may leave there as the loop ends.
        chosen = scheduler or self._scheduler or TimeoutScheduler.singleton()
        self.stop()
        timer = schedule_after(chosen, self._seconds, act)
        with self._lock:
            self._timer = timer

    def stop(self) -> None:
        """End the wait, because something is in use again."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.dispose()
