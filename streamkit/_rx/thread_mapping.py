"""The mapping of an observable by a function that blocks, on threads, where no event loop runs."""

# Strategy: a source that emits on a thread waits there for a free place. A result keeps its place
# until it was emitted, so a slow observer slows the source. The stream of a loop is read on a
# thread beside, because the loop's own thread must be free to take results.

from __future__ import annotations

import threading
from collections import deque
from contextvars import copy_context
from functools import partial
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._rx.demand import DEMAND, Demand, current_demand, in_demand
from streamkit._rx.iteration import UNWAITING_LIMIT
from streamkit._rx.serial import Serial
from streamkit._rx.slots import Slots
from streamkit.errors import SlowConsumerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

    from streamkit._rx.slots import Slot

__all__ = ["ThreadMapping"]

A = TypeVar("A")
B = TypeVar("B")


class ThreadMapping(Demand, Generic[A, B]):
    """The subscription of an observer to the results of a function, each made on a thread."""

    def __init__(
        self, function: Callable[[A], B], most: int, *, ordered: bool, observer: abc.ObserverBase[B]
    ) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self._function = function
        self._most = most
        self._slots: Slots[B] = Slots(ordered=ordered)
        self._serial = Serial(observer)
        self._waiting: deque[A] = deque()  # the items of a source that could not wait
        self._has_completed = False
        self._is_over = False
        self._changed = threading.Condition()
        self._source = SingleAssignmentDisposable()
        self._outer = current_demand()
        # The function sees the context variables of the subscriber, but serves no demand.
        self._context = copy_context()
        self._context.run(DEMAND.set, None)

    def begin(
        self, source: Observable[A], scheduler: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        """Subscribe to the source, so that it follows this demand if a loop has one."""
        from reactivex.disposable import Disposable

        def subscribe() -> abc.DisposableBase:
            return source.subscribe(
                self._on_next, self._on_error, self._on_completed, scheduler=scheduler
            )

        if self._outer is None:
            self._source.disposable = subscribe()
        else:
            self._outer.expect_others()
            self._source.disposable = in_demand(self, subscribe)
        return Disposable(self._dispose)

    def attach(self, step: Callable[[], bool]) -> abc.DisposableBase:
        """Read a stream on a thread of its own, which waits for a place for each item."""
        from reactivex.disposable import Disposable

        def drive() -> None:
            try:
                while not self._is_over and step():
                    pass
            except Exception as error:
                self._on_error(error)

        self._thread(in_demand, self, drive)
        return Disposable()

    def begin_thread(self) -> None:
        """Note a thread of an operator before this one."""
        if self._outer is not None:
            self._outer.begin_thread()

    def end_thread(self) -> None:
        """Note its end."""
        if self._outer is not None:
            self._outer.end_thread()

    def _on_next(self, item: A) -> None:
        with self._changed:
            if self._outer is not None and not self._outer.may_wait():
                self._waiting.append(item)
                behind = len(self._waiting)
            else:
                self._changed.wait_for(lambda: self._is_over or self._has_place)
                self._waiting.append(item)
                behind = 0
            self._begin_waiting()
        if behind > UNWAITING_LIMIT:
            self._on_error(SlowConsumerError(limit=UNWAITING_LIMIT, behind=behind))

    def _on_completed(self) -> None:
        with self._changed:
            self._has_completed = True
            if self._outer is None or self._outer.may_wait():
                # So `subscribe` returns when everything was emitted, as it does without this.
                self._changed.wait_for(lambda: self._is_over or self._is_idle)
            elif not self._is_idle:
                return
        self._finish()

    def _on_error(self, error: Exception) -> None:
        self._let_go()
        self._finish(error)

    def _finish(self, error: Exception | None = None) -> None:
        self._serial.end(error)
        self._serial.emit()

    def _dispose(self) -> None:
        self._serial.close()
        self._let_go()

    def _let_go(self) -> None:
        with self._changed:
            self._is_over = True
            self._waiting.clear()
            self._changed.notify_all()
        self._source.dispose()

    @property
    def _has_place(self) -> bool:
        return len(self._slots) + self._serial.waiting < self._most

    @property
    def _is_idle(self) -> bool:
        return not (self._slots or self._waiting or self._serial.waiting)

    def _begin_waiting(self) -> None:
        """Begin as much work as there is place for; call this under the lock."""
        while self._waiting and self._has_place and not self._is_over:
            item, slot = self._waiting.popleft(), self._slots.begin()
            self._thread(self._work, item, slot)

    def _thread(self, target: Callable[..., object], *args: Any) -> None:
        self.begin_thread()
        threading.Thread(
            target=self._run,
            args=(partial(self._context.copy().run, target, *args),),
            name="streamkit-map",
            daemon=True,  # blocking work, which cannot be interrupted, must not keep the process
        ).start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            self.end_thread()

    def _work(self, item: A, slot: Slot[B]) -> None:
        try:
            result = _result(self._function, item)
        except Exception as error:
            if not self._is_over:
                self._on_error(error)
            return
        with self._changed:
            if self._is_over:
                return
            self._serial.put(self._slots.finish(slot, result))
        try:
            self._serial.emit()
        except BaseException:
            self._dispose()
            raise
        with self._changed:
            self._begin_waiting()
            is_last = self._has_completed and self._is_idle
            self._changed.notify_all()
        if is_last:
            self._finish()


def _result(function: Callable[[A], B], item: A) -> B:
    result = function(item)
    if not isawaitable(result):
        return result
    if iscoroutine(result):
        result.close()
    raise TypeError(
        "the function of map_async returned an awaitable, and no event loop runs where the"
        " pipeline was subscribed to"
    )
