"""An observable that emits the pieces of texts merged, at a pace."""

# Strategy: the pieces are merged in a machine without time. The source and the timer may be on two
# threads: the lock is around the machine, and what is to be emitted goes through a `Serial`.

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from streamkit._core.pieces import Pieces
from streamkit._rx.demand import expect_others
from streamkit._rx.iteration import UNWAITING_LIMIT
from streamkit._rx.scheduler_time import clock_of, schedule_after, some_scheduler
from streamkit._rx.serial import Serial
from streamkit.errors import SlowConsumerError

if TYPE_CHECKING:
    from reactivex import Observable, abc

    from streamkit._rx.operator_input import OperatorInput

__all__ = ["Pace", "paced"]

T = TypeVar("T")


class Pace(NamedTuple):
    """The time and the amount after which pieces are emitted."""

    seconds: float | None = None
    """The maximum seconds for which a piece waits."""
    characters: int | None = None
    """The number of characters that do not wait any longer."""
    at_once: bool = False
    """Whether a piece does not wait if none was emitted in the last ``seconds``."""


def paced(
    source: Observable[T],
    pace: Pace,
    taken: OperatorInput,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[T]:
    """Return an observable that emits the source's events, the pieces of one text merged.

    The time is that of ``scheduler``, else of the scheduler given to ``subscribe``, else of the
    running loop, else of a timer thread.
    """
    from streamkit._rx.observable import Observable

    def subscribe(
        observer: abc.ObserverBase[T], subscribed_on: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = None
        if pace.seconds is not None:
            clock = scheduler or subscribed_on or some_scheduler()
            expect_others()
        return _Subscription(pace, taken, observer, clock).begin(source, subscribed_on)

    return Observable(subscribe)


class _Subscription:
    def __init__(
        self,
        pace: Pace,
        taken: OperatorInput,
        observer: abc.ObserverBase[Any],
        scheduler: abc.SchedulerBase | None,
    ) -> None:
        from reactivex.disposable import (
            CompositeDisposable,
            Disposable,
            SerialDisposable,
            SingleAssignmentDisposable,
        )

        self._pace = pace
        self._taken = taken
        self._scheduler = scheduler
        self._now = clock_of(scheduler)
        self._lock = threading.Lock()
        self._pieces = Pieces()
        self._free_from = 0.0  # from this time on, a piece need not wait
        self._is_armed = False
        self._serial: Serial[Any] = Serial(observer)
        self._has_ended = False
        self._source = SingleAssignmentDisposable()
        self._timer = SerialDisposable()
        self._both = CompositeDisposable(self._source, self._timer, Disposable(self._serial.close))

    def begin(
        self, source: Observable[Any], subscribed_on: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        """Subscribe to the source."""
        self._free_from = self._now()
        self._source.disposable = source.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=subscribed_on
        )
        return self._both

    def _on_next(self, value: Any) -> None:
        if type(value) not in self._taken.admitted:
            try:
                self._taken.admit(value)
            except TypeError as error:
                self._fail(error)
                return
        with self._lock:
            if self._has_ended:
                return
            released = self._pieces.put(value)
            self._serial.put(released)
            behind = self._serial.waiting
            wait = self._wait(starts_anew=bool(released) and self._pieces.texts <= 1)
        if behind > UNWAITING_LIMIT:
            self._fail(SlowConsumerError(limit=UNWAITING_LIMIT, behind=behind))
            return
        if wait is not None:
            self._set_timer(wait)
        self._emit()

    def _wait(self, *, starts_anew: bool) -> float | None:
        """Release what need not wait; return the seconds to set the timer to, or 0 to stop it.

        Call this under the lock.
        """
        pace, pieces = self._pace, self._pieces
        if pace.characters is not None and pieces.characters >= pace.characters:
            self._serial.put(pieces.take())
        if pace.seconds is None:
            return None
        wait = pace.seconds
        if pace.at_once and pieces:
            now = self._now()
            if now < self._free_from:
                wait = self._free_from - now
            elif pieces.texts:
                self._serial.put(pieces.take())
                self._free_from = now + pace.seconds
        if self._is_armed is bool(pieces) and not starts_anew:
            return None
        self._is_armed = bool(pieces)
        return wait if pieces else 0

    def _set_timer(self, seconds: float) -> None:
        from reactivex.disposable import Disposable

        if seconds and self._scheduler is not None:
            self._timer.disposable = schedule_after(self._scheduler, seconds, self._due)
        else:
            self._timer.disposable = Disposable()

    def _due(self, *_: object) -> None:
        with self._lock:
            self._is_armed = False
            if self._pieces and self._pace.seconds is not None:
                self._serial.put(self._pieces.take())
                self._free_from = self._now() + self._pace.seconds
        self._emit()

    def _on_error(self, error: Exception) -> None:
        self._finish(error)

    def _on_completed(self) -> None:
        self._finish()

    def _fail(self, error: Exception) -> None:
        self._source.dispose()
        self._finish(error)

    def _finish(self, error: Exception | None = None) -> None:
        with self._lock:
            if self._has_ended:
                return
            self._has_ended = True
            self._serial.put(self._pieces.take())
            self._serial.end(error)
        self._timer.dispose()
        self._emit()

    def _emit(self) -> None:
        try:
            self._serial.emit()
        except BaseException:
            self._both.dispose()
            raise
