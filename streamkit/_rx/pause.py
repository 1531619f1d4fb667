"""A delayed call, on a scheduler, a running loop, or this thread."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from streamkit._rx.loop import call_on, running_loop
from streamkit._rx.scheduler_time import schedule_after
from streamkit._rx.turns import soon

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc
    from reactivex.disposable import SingleAssignmentDisposable

__all__ = ["after"]


def after(
    seconds: float,
    act: Callable[[], None],
    pause: SingleAssignmentDisposable,
    scheduler: abc.SchedulerBase | None = None,
) -> None:
    """Call ``act`` once, ``seconds`` from now, unless ``pause`` is disposed of before.

    Without a scheduler, the running loop calls it. Without a loop, this thread waits, in its turn
    on reactivex's trampoline; disposal wakes it.
    """
    from reactivex.disposable import Disposable
    from reactivex.scheduler import CurrentThreadScheduler

    loop = running_loop()
    if scheduler is not None:

        def in_its_time(*_: object) -> None:
            act()

        pause.disposable = schedule_after(scheduler, seconds, in_its_time)
    elif loop is not None:
        timer = loop.call_later(seconds, act)
        pause.disposable = Disposable(partial(call_on, loop, timer.cancel))
    else:
        # The trampoline's own wait is not used, because it cannot be woken.
        is_disposed = threading.Event()
        pause.disposable = Disposable(is_disposed.set)

        def wait(*_: object) -> None:
            if not is_disposed.wait(seconds):
                act()

        soon(CurrentThreadScheduler.singleton(), wait)
