"""Blocking work beside a scheduler whose thread must stay free to dispose of it."""

# Strategy: `subscribe_on` disposes of what it subscribed to through the queue of its scheduler. If
# that has one thread, and a stream's reader blocks it, the queue waits for the end of the stream.
# So the reading is done on a thread of its own, and the scheduler's thread waits for what is read
# in short slices, each an item of the queue. It is not let go altogether: what is pushed is pushed
# on it, and a pool of so many threads runs so many streams at a time.

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit.event_loop import running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["SLICE", "Apart", "has_a_thread", "when_done"]

R = TypeVar("R")

SLICE = 0.02
"""Seconds for which the scheduler's thread waits at a time, and a disposal at most."""


class Apart:
    """Runs one piece of work after another on a thread of its own, which begins with the first."""

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], R]) -> Future[R]:
        """Run ``work`` after what was submitted before; returns what becomes of it."""
        if self._thread is None:
            # A daemon: work that nobody can interrupt must not keep the process.
            self._thread = threading.Thread(target=self._run, name="streamkit-reader", daemon=True)
            self._thread.start()
        future: Future[R] = Future()
        self._work.put((work, future))
        return future

    def close(self) -> None:
        """End the thread after the work that was submitted; from any thread."""
        self._work.put(None)

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            work, future = item
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                future.set_exception(error)
            else:
                future.set_result(result)
            del item, work, future  # else they would be kept until the next ones come


def has_a_thread(scheduler: abc.SchedulerBase) -> bool:
    """Whether the scheduler's queue is worked off by a thread, which blocking work would hold up.

    Those that work on the caller's thread at once, in turns or in virtual time have none, and on an
    event loop nothing should block at all.
    """
    from reactivex.scheduler import ImmediateScheduler, TrampolineScheduler, VirtualTimeScheduler

    on_the_caller_s = ImmediateScheduler | TrampolineScheduler | VirtualTimeScheduler
    return not isinstance(scheduler, on_the_caller_s) and running_loop() is None


def when_done(
    scheduler: abc.SchedulerBase, future: Future[R], then: Callable[[R], object]
) -> abc.DisposableBase:
    """Call ``then`` with the result, on the scheduler, whose queue has its turns meanwhile."""

    def look(scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        try:
            result = future.result(SLICE)
        except TimeoutError:
            if future.done():
                raise
            scheduler.schedule(look)
        else:
            then(result)

    return scheduler.schedule(look)
