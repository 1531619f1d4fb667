"""Time on schedulers: what a wall clock that is set neither ends nor holds."""

# Strategy: a scheduler of reactivex that works in real time tells that of the wall clock, and those
# that have threads and queues wait by it. So they are not asked for the time, and it is not they
# who wait, but a timer, which counts seconds; then it is their turn. Virtual time is the
# scheduler's own, and so is that of a scheduler that is not reactivex's.

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["clock_of", "schedule_after"]


def clock_of(scheduler: abc.SchedulerBase | None) -> Callable[[], float]:
    """What counts the seconds that pass on the scheduler; from when is not said."""
    from reactivex.scheduler.scheduler import Scheduler

    if scheduler is None or type(_itself(scheduler)).now is Scheduler.now:
        return time.monotonic
    return lambda: scheduler.to_seconds(scheduler.now)


def schedule_after(
    scheduler: abc.SchedulerBase, seconds: float, action: abc.ScheduledAction[Any]
) -> abc.DisposableBase:
    """Have the scheduler do something, ``seconds`` from now."""
    from reactivex.disposable import Disposable
    from reactivex.internal.exceptions import DisposedException
    from reactivex.scheduler import EventLoopScheduler, NewThreadScheduler, TimeoutScheduler

    def begin(*_: object) -> abc.DisposableBase:
        with suppress(DisposedException):  # nothing will be done there any more
            return scheduler.schedule(action)
        return Disposable()

    if not isinstance(_itself(scheduler), EventLoopScheduler | NewThreadScheduler):
        return scheduler.schedule_relative(seconds, action)
    if seconds <= 0:
        return scheduler.schedule(action)
    return TimeoutScheduler.singleton().schedule_relative(seconds, begin)


def _itself(scheduler: abc.SchedulerBase) -> abc.SchedulerBase:
    """The scheduler behind one that only catches what is raised."""
    from reactivex.scheduler import CatchScheduler

    while isinstance(scheduler, CatchScheduler):
        scheduler = scheduler._scheduler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it says so nowhere else
    return scheduler
