"""Blocking work beside a scheduler whose thread or loop must stay free to dispose of it."""

# Strategy: `subscribe_on` disposes of what it subscribed to through the queue of its scheduler. If
# that has one thread, and a stream's reader blocks it, the queue waits for the end of the stream.
# So the reading is done on a thread of its own, and the scheduler's thread waits for what is read
# in short slices, each an item of the queue. It is not let go altogether: what is pushed is pushed
# on it, and a pool of so many threads runs so many streams at a time. An event loop need not wait:
# it is called when something was read.
#
# A subscription without a scheduler blocks its thread until the stream has ended. Where that thread
# is a scheduler's, an operator subscribes there to something inner (`flat_map` under a timer), and
# has no disposable of it before `subscribe` returns. So this is moved off that thread.

from __future__ import annotations

import threading
import weakref
from concurrent.futures import CancelledError, Future
from functools import partial
from inspect import currentframe
from queue import SimpleQueue
from traceback import walk_stack
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from streamkit._rx.loop import running_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["SLICE", "Apart", "must_stay_free", "scheduler_off_this_thread", "when_done"]

R = TypeVar("R")

SLICE = 0.02
"""Seconds for which the scheduler's thread waits at a time, and a disposal at most."""


_Work: TypeAlias = "tuple[Callable[[], Any], Future[Any]]"


class Apart:
    """Runs one piece of work after another on a thread of its own, which begins with the first.

    The thread ends with ``close``, or when nobody can submit any more.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._has_begun = False
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, self._work.put, None)
        self._end.atexit = False

    def submit(self, work: Callable[[], R]) -> Future[R]:
        """Run ``work`` after what was submitted before; returns what becomes of it.

        It is cancelled if this was closed.
        """
        future: Future[R] = Future()
        with self._lock:
            if not self._end.alive:
                future.cancel()
                return future
            self._work.put((work, future))
            has_begun, self._has_begun = self._has_begun, True
        if not has_begun:
            # A daemon: work that nobody can interrupt must not keep the process.
            threading.Thread(
                target=_run, args=(self._work,), name="streamkit-reader", daemon=True
            ).start()
        return future

    def close(self) -> None:
        """End the thread after the work that was submitted; from any thread."""
        with self._lock:
            self._end()


def _run(submitted: SimpleQueue[_Work | None]) -> None:
    while (item := submitted.get()) is not None:
        work, future = item
        if not future.set_running_or_notify_cancel():  # nobody waits for it any more
            continue
        try:
            result = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
            del result
        del item, work, future  # else they would be kept until the next ones come


def must_stay_free(scheduler: abc.SchedulerBase, subscribed_by: int) -> bool:
    """Whether blocking work, begun here by ``scheduler``, could be disposed of by it alone.

    That is so on an event loop, and on the thread of a scheduler where that thread has subscribed,
    too: then the subscription was moved to it. Schedulers that work on the caller's thread, at
    once, in turns or in virtual time, have none.
    """
    from reactivex.scheduler import ImmediateScheduler, TrampolineScheduler, VirtualTimeScheduler

    if isinstance(scheduler, ImmediateScheduler | TrampolineScheduler | VirtualTimeScheduler):
        return False
    return running_loop() is not None or subscribed_by == threading.get_ident()


def scheduler_off_this_thread() -> abc.SchedulerBase | None:
    """The scheduler for a subscription without one, where it must not block the thread it is on.

    None where it may: on a thread of the user's own, who can wait for the end there.
    """
    from reactivex.scheduler import EventLoopScheduler, NewThreadScheduler, TimeoutScheduler
    from reactivex.scheduler.eventloop import AsyncIOScheduler, AsyncIOThreadSafeScheduler

    # Nothing else says whose thread this is. A pool's threads run one of the first two.
    threads = {
        kind.__module__ for kind in (EventLoopScheduler, NewThreadScheduler, TimeoutScheduler)
    }
    loops = {kind.__module__ for kind in (AsyncIOScheduler, AsyncIOThreadSafeScheduler)}
    for frame, _ in walk_stack(currentframe()):
        module = frame.f_globals.get("__name__")
        if module in threads:
            return NewThreadScheduler()
        if module in loops and (loop := running_loop()) is not None:
            return AsyncIOThreadSafeScheduler(loop)
    return None


def when_done(
    scheduler: abc.SchedulerBase,
    future: Future[R],
    then: Callable[[R], object],
    abandoned: Callable[[], object],
) -> None:
    """Call ``then`` with the result, on the scheduler, whose queue has its turns meanwhile.

    If the work was cancelled nothing is called; if the scheduler is an event loop that was closed,
    ``abandoned`` is, on the thread that did the work.
    """
    loop = running_loop()
    if loop is not None:
        future.add_done_callback(partial(_call_back, loop, then, abandoned))
        return

    def look(scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        try:
            result = future.result(SLICE)
        except TimeoutError:
            if future.done():
                raise
            scheduler.schedule(look)
        except CancelledError:
            return
        else:
            then(result)

    scheduler.schedule(look)


def _call_back(
    loop: asyncio.AbstractEventLoop,
    then: Callable[[R], object],
    abandoned: Callable[[], object],
    future: Future[R],
) -> None:
    if future.cancelled():
        return
    try:
        # Not at once, though the loop may run here: reading that is ahead would recur without end.
        loop.call_soon_threadsafe(lambda: then(future.result()))
    except RuntimeError:  # the loop is closed
        abandoned()
