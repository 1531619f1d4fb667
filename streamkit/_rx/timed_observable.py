"""An observable with time limits for its content."""

from __future__ import annotations

import threading
from math import inf
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.deadlines import Deadlines, StreamLimits
from streamkit._rx.demand import expect_others
from streamkit._rx.scheduler_time import clock_of, schedule_after, some_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

    from streamkit._rx.operator_input import OperatorInput

__all__ = ["timed"]

T = TypeVar("T")

_RESOLUTION = 1e-6
"""The resolution of ``datetime``, a scheduler's time, in seconds; a timer may seem this early."""


def timed(
    source: Observable[T],
    limits: StreamLimits,
    is_content: Callable[[T], bool],
    taken: OperatorInput,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[T]:
    """Mirror the source; emit ``StreamTimeoutError`` when the observer waits too long for an item.

    An item that ``taken`` does not admit is an error, too.

    The time is that of ``scheduler``, else of the scheduler given to ``subscribe``, else of the
    running loop, else of a timer thread.
    """
    from streamkit._rx.observable import Observable

    def subscribe(
        observer: abc.ObserverBase[T], subscribed_on: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = scheduler or subscribed_on or some_scheduler()
        expect_others()
        subscription = _Subscription(limits, is_content, taken, observer, clock)
        return subscription.begin(source, subscribed_on)

    return Observable(subscribe)


class _Subscription(Generic[T]):
    # Strategy: no item arms a timer. The one timer fires at the earliest time at which a limit can
    # be reached, looks at what has come meanwhile, and is armed anew. The lock decides whether the
    # source or the timer ends the subscription; no other code is called under it.

    def __init__(
        self,
        limits: StreamLimits,
        is_content: Callable[[T], bool],
        taken: OperatorInput,
        observer: abc.ObserverBase[T],
        scheduler: abc.SchedulerBase,
    ) -> None:
        from reactivex.disposable import (
            CompositeDisposable,
            SerialDisposable,
            SingleAssignmentDisposable,
        )

        self._is_content = is_content
        self._taken = taken
        self._observer = observer
        self._scheduler = scheduler
        self._now = clock_of(scheduler)
        self._lock = threading.Lock()
        self._has_ended = False
        self._armed_for = inf
        self._deadlines = Deadlines(limits, self._now())
        self._source = SingleAssignmentDisposable()
        self._timer = SerialDisposable()
        self._both = CompositeDisposable(self._source, self._timer)

    def begin(
        self, source: Observable[T], subscribed_on: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        """Subscribe to the source, and begin to wait for its first item."""
        self._wait()
        self._source.disposable = source.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=subscribed_on
        )
        return self._both

    def _on_next(self, item: T) -> None:
        if type(item) not in self._taken.admitted:
            try:
                self._taken.admit(item)
            except TypeError as error:
                self._both.dispose()
                self._on_error(error)
                return
        with self._lock:
            if self._has_ended:
                return
            self._deadlines.arrived(self._now())
            if self._is_content(item):
                self._deadlines.content()
        try:
            self._observer.on_next(item)
        except BaseException:
            self._both.dispose()
            raise
        if not self._both.is_disposed:
            self._wait()

    def _on_error(self, error: Exception) -> None:
        if self._ends():
            self._observer.on_error(error)

    def _on_completed(self) -> None:
        if self._ends():
            self._observer.on_completed()

    def _wait(self) -> None:
        """Let time count again, because the time that the observer took does not count."""
        now = self._now()
        with self._lock:
            until = self._deadlines.wait(now)
            is_armed = now < self._armed_for <= until
        if not is_armed:
            self._arm()

    def _arm(self, *_: Any) -> None:
        """Emit an error if a limit has been reached; else arm the timer for the next limit."""
        with self._lock:
            if self._has_ended:
                return
            now = self._now()
            error = self._deadlines.reached(now + _RESOLUTION)
            self._has_ended = error is not None
            self._armed_for = self._deadlines.earliest(now)
        if error is not None:
            self._both.dispose()
            self._observer.on_error(error)
        elif self._armed_for < inf:
            seconds = max(self._armed_for - now, 0)
            self._timer.disposable = schedule_after(self._scheduler, seconds, self._arm)

    def _ends(self) -> bool:
        with self._lock:
            if self._has_ended:
                return False
            self._has_ended = True
        self._timer.dispose()
        return True
