"""Time on schedulers that does not change when the wall clock is set."""

# Strategy: a scheduler of reactivex that works in real time reads the wall clock, and those with
# threads and queues wait by it. So neither their time nor their wait is used: a timer counts the
# seconds, and then the scheduler acts. A scheduler in virtual time, and one that is not
# reactivex's, keeps its own time.

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from streamkit._rx.loop import running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["clock_of", "schedule_after", "some_scheduler"]


def clock_of(scheduler: abc.SchedulerBase | None) -> Callable[[], float]:
    """Return a clock that counts the scheduler's seconds from an unspecified start."""
    from reactivex.scheduler.scheduler import Scheduler

    if scheduler is None or type(_itself(scheduler)).now is Scheduler.now:
        return time.monotonic
    return lambda: scheduler.to_seconds(scheduler.now)


def schedule_after(
    scheduler: abc.SchedulerBase, seconds: float, action: abc.ScheduledAction[Any]
) -> abc.DisposableBase:
    """Schedule an action ``seconds`` from now."""
    from reactivex.disposable import Disposable
    from reactivex.internal.exceptions import DisposedException
    from reactivex.scheduler import EventLoopScheduler, NewThreadScheduler, TimeoutScheduler

    def begin(*_: object) -> abc.DisposableBase:
        with suppress(DisposedException):  # the scheduler takes no more actions
            return scheduler.schedule(action)
        return Disposable()

    if not isinstance(_itself(scheduler), EventLoopScheduler | NewThreadScheduler):
        return scheduler.schedule_relative(seconds, action)
    if seconds <= 0:
        return scheduler.schedule(action)
    return TimeoutScheduler.singleton().schedule_relative(seconds, begin)


def some_scheduler() -> abc.SchedulerBase:
    """Return a scheduler of the running loop, or else one with timer threads."""
    from reactivex.scheduler import TimeoutScheduler
    from reactivex.scheduler.eventloop import AsyncIOScheduler

    loop = running_loop()
    return TimeoutScheduler.singleton() if loop is None else AsyncIOScheduler(loop)


def _itself(scheduler: abc.SchedulerBase) -> abc.SchedulerBase:
    """Return the scheduler inside a ``CatchScheduler``, which only catches errors."""
    from reactivex.scheduler import CatchScheduler

    while isinstance(scheduler, CatchScheduler):
        scheduler = scheduler._scheduler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - nothing public has it
    return scheduler
