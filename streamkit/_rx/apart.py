"""Blocking work beside a scheduler whose thread or loop must stay free for disposal."""

# Strategy: `subscribe_on` disposes of its subscription through the queue of its scheduler. If the
# scheduler has one thread, and a stream's reader blocks it, the queue waits for the end of the
# stream. So a thread of its own reads, and the scheduler's thread waits for the result in short
# slices, each an item of the queue. The scheduler's thread is not released altogether: events are
# emitted on it, and a pool of n threads runs n streams at a time. An event loop need not wait: it
# is called when an event was read.
#
# A subscription without a scheduler blocks its thread until the stream has ended. If the thread is
# a scheduler's, an operator subscribes there to an inner observable (`flat_map` under a timer), and
# has no disposable before `subscribe` returns. So that subscription moves to another thread.

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future, wait
from functools import cache, partial
from inspect import currentframe
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from streamkit._rx.loop import running_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from reactivex import abc

__all__ = ["SLICE", "Apart", "must_stay_free", "scheduler_off_this_thread", "when_done"]

R = TypeVar("R")

SLICE = 0.02
"""The seconds for which the scheduler's thread waits at a time, and a disposal at most."""


_Work: TypeAlias = "tuple[Callable[[], Any], Future[Any]]"


class Apart:
    """A thread that runs one function after another, and begins with the first.

    The thread ends with ``close``, or when this object is collected.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._has_begun = False
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, self._work.put, None)
        self._end.atexit = False

    def submit(self, work: Callable[[], R]) -> Future[R]:
        """Run ``work`` after the functions submitted before; return the future of its result.

        The future is cancelled after ``close``.
        """
        future: Future[R] = Future()
        with self._lock:
            if not self._end.alive:
                future.cancel()
                return future
            self._work.put((work, future))
            has_begun, self._has_begun = self._has_begun, True
        if not has_begun:
            # A daemon: blocking work, which cannot be interrupted, must not keep the process alive.
            threading.Thread(
                target=_run, args=(self._work,), name="streamkit-reader", daemon=True
            ).start()
        return future

    def close(self) -> None:
        """End the thread after the submitted work; any thread may call this."""
        with self._lock:
            self._end()


def _run(submitted: SimpleQueue[_Work | None]) -> None:
    while (item := submitted.get()) is not None:
        work, future = item
        if not future.set_running_or_notify_cancel():  # it was cancelled
            continue
        try:
            result = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
            del result
        del item, work, future  # else they would be held until the next item comes


def must_stay_free(scheduler: abc.SchedulerBase, subscribed_by: int) -> bool:
    """Return whether only ``scheduler`` could dispose of blocking work that it began here.

    That is so on an event loop, and on a scheduler's thread that has subscribed as well: then
    ``subscribe_on`` moved the subscription there. Schedulers that work on the caller's thread, at
    once, in turns or in virtual time, have no thread to keep free.
    """
    from reactivex.scheduler import ImmediateScheduler, TrampolineScheduler, VirtualTimeScheduler

    if isinstance(scheduler, ImmediateScheduler | TrampolineScheduler | VirtualTimeScheduler):
        return False
    return running_loop() is not None or subscribed_by == threading.get_ident()


def scheduler_off_this_thread() -> abc.SchedulerBase | None:
    """Return a scheduler for a subscription without one, if it must not block this thread.

    Return None on a thread of the user's own, which may wait there for the end of the stream.
    """
    from reactivex.scheduler import NewThreadScheduler
    from reactivex.scheduler.eventloop import AsyncIOThreadSafeScheduler

    # Only the stack shows the owner of a thread. `walk_stack` would look up the line of each frame.
    threads, loops = _modules_of_schedulers()
    frame = currentframe()
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if module in threads:
            return NewThreadScheduler()
        if module in loops and (loop := running_loop()) is not None:
            return AsyncIOThreadSafeScheduler(loop)
        frame = frame.f_back
    return None


@cache
def _modules_of_schedulers() -> tuple[frozenset[str], frozenset[str]]:
    """Return the modules of the schedulers with threads, and of those of event loops."""
    from reactivex.scheduler import EventLoopScheduler, NewThreadScheduler, TimeoutScheduler
    from reactivex.scheduler.eventloop import AsyncIOScheduler, AsyncIOThreadSafeScheduler

    # A pool's threads run one of the first two.
    threads = (EventLoopScheduler, NewThreadScheduler, TimeoutScheduler)
    loops = (AsyncIOScheduler, AsyncIOThreadSafeScheduler)
    return frozenset(kind.__module__ for kind in threads), frozenset(
        kind.__module__ for kind in loops
    )


def when_done(
    scheduler: abc.SchedulerBase,
    future: Future[R],
    then: Callable[[R], object],
    abandoned: Callable[[], object],
) -> None:
    """Call ``then`` with the result, on the scheduler, which works on its queue meanwhile.

    If the work was cancelled, nothing is called. If the scheduler is a closed event loop,
    ``abandoned`` is called, on the thread that did the work.
    """
    loop = running_loop()
    if loop is not None:
        future.add_done_callback(partial(_call_back, loop, then, abandoned))
        return

    def look(scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        if not future.done():
            wait((future,), SLICE)
        if not future.done():
            scheduler.schedule(look)
        elif not future.cancelled():
            then(future.result())

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
        # Not at once, even if the loop runs here: a reader that is ahead would recurse without end.
        loop.call_soon_threadsafe(lambda: then(future.result()))
    except RuntimeError:  # the loop is closed
        abandoned()
