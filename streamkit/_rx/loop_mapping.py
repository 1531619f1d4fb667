"""The mapping of an observable by a function that is awaited, or runs on threads, on a loop."""

# Strategy: everything happens on the event loop, except the work of functions that block. A stream
# of the async client is read by a task here, one item for each free place; one of the blocking
# client reads on when there is a place. Results are emitted outside of the tasks that made them, so
# that disposal can cancel every task. In a loop, no item is read while the loop holds results.

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._rx.demand import DEMAND, Demand, current_demand, in_demand
from streamkit._rx.iteration import UNWAITING_LIMIT
from streamkit._rx.loop import call_on, hand_over, resolve, running_loop
from streamkit._rx.slots import Slots
from streamkit.errors import SlowConsumerError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable, abc

    from streamkit._rx.demand import AsyncSource
    from streamkit._rx.slots import Slot

__all__ = ["LoopMapping", "on_a_thread"]

A = TypeVar("A")
B = TypeVar("B")


class LoopMapping(Demand, Generic[A, B]):
    """The subscription of an observer to the results of a function, each awaited in a task."""

    def __init__(
        self,
        function: Callable[[A], Awaitable[B]],
        most: int,
        *,
        ordered: bool,
        observer: abc.ObserverBase[B],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self._function = function
        self._most = most
        self._slots: Slots[B] = Slots(ordered=ordered)
        self._observer = observer
        self._loop = loop
        self._waiting: deque[A] = deque()
        self._openers: deque[Callable[[], object]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._has_completed = False
        self._is_over = False
        self._source = SingleAssignmentDisposable()
        self._outer = current_demand()

    def begin(
        self, source: Observable[A], scheduler: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        """Subscribe to the source, so that it follows this demand."""
        from reactivex.disposable import Disposable

        if self._outer is not None:
            self._outer.expect_others()
        self._source.disposable = in_demand(
            self,
            lambda: source.subscribe(
                self._on_next, self._on_error, self._on_completed, scheduler=scheduler
            ),
        )
        return Disposable(partial(call_on, self._loop, self._let_go))

    # What the source sees.

    def attach_async(self, source: AsyncSource) -> abc.DisposableBase:
        """Read a stream by a task, one item for each place."""
        from reactivex.disposable import Disposable

        async def drive() -> None:
            try:
                while not self._is_over and await source.push_next():
                    opened = self._loop.create_future()
                    self.when_open(partial(resolve, opened))
                    await opened
            except Exception as error:
                self._on_error(error)

        context = copy_context()
        context.run(DEMAND.set, self)
        task = self._loop.create_task(drive(), context=context)
        _running.add(task)  # the event loop keeps no reference of its own
        task.add_done_callback(_running.discard)
        return Disposable()

    def when_open(self, act: Callable[[], object]) -> None:
        """Call ``act``, once, when there is a place for an item, and the loop wants one."""
        self._openers.append(act)
        self._open()

    def _on_next(self, item: A) -> None:
        if running_loop() is self._loop:
            self._put(item)
            return
        if not hand_over(self._loop, partial(self._put, item), self.when_open):
            self._is_over = True

    def _on_error(self, error: Exception) -> None:
        call_on(self._loop, partial(self._fail, error))

    def _on_completed(self) -> None:
        call_on(self._loop, self._complete)

    # On the event loop.

    def _put(self, item: A) -> None:
        if self._is_over:
            return
        self._waiting.append(item)
        self._begin_waiting()
        if len(self._waiting) > UNWAITING_LIMIT:
            self._fail(SlowConsumerError(limit=UNWAITING_LIMIT, behind=len(self._waiting)))

    def _begin_waiting(self) -> None:
        while self._waiting and len(self._slots) < self._most:
            item, slot = self._waiting.popleft(), self._slots.begin()
            context = copy_context()
            context.run(DEMAND.set, None)  # what the function subscribes to is not for this demand
            task = self._loop.create_task(self._work(item), context=context)
            self._tasks.add(task)
            task.add_done_callback(partial(self._finished, slot))

    async def _work(self, item: A) -> B:
        return await self._function(item)

    def _finished(self, slot: Slot[B], task: asyncio.Task[B]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if self._is_over:
            return
        if task.cancelled():
            error = StreamkitError("the function of map_async was cancelled")
        if error is not None:
            if not isinstance(error, Exception):
                raise error
            self._fail(error)
            return
        try:
            for result in self._slots.finish(slot, task.result()):
                self._observer.on_next(result)
        except BaseException:
            self._let_go()
            raise
        if not self._is_over:
            self._begin_waiting()
            self._open()
            self._end_if_idle()

    def _complete(self) -> None:
        self._has_completed = True
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._has_completed and not (self._is_over or self._slots or self._waiting):
            self._is_over = True
            self._observer.on_completed()

    def _fail(self, error: Exception) -> None:
        if not self._is_over:
            self._let_go()
            self._observer.on_error(error)

    def _let_go(self) -> None:
        """Dispose of the source, cancel what runs, and let whatever waits go on, into the void."""
        self._is_over = True
        self._waiting.clear()
        self._source.dispose()
        for task in [*self._tasks]:
            task.cancel()
        self._open()

    def _open(self) -> None:
        while self._openers and (
            self._is_over or (not self._waiting and len(self._slots) < self._most)
        ):
            act = self._openers.popleft()
            if self._outer is None or self._is_over:
                act()
            else:
                self._outer.when_open(act)


def on_a_thread(function: Callable[[A], B]) -> Callable[[A], Awaitable[B]]:
    """Return a function that runs another on a thread, and awaits what it returns if need be."""

    async def run(item: A) -> Any:
        future: Future[Any] = Future()
        context = copy_context()
        # A daemon: blocking work, which cannot be interrupted, must not keep the process alive.
        threading.Thread(
            target=_run,
            args=(future, context.run, function, item),
            name="streamkit-map",
            daemon=True,
        ).start()
        result = await asyncio.wrap_future(future)
        return await result if isawaitable(result) else result

    return run


def _run(
    future: Future[Any], run: Callable[..., Any], function: Callable[[Any], Any], item: Any
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = run(function, item)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


_running: set[asyncio.Task[None]] = set()
