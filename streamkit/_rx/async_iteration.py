"""The loop of ``async for`` over an observable.

It differs from the loop of a thread (``iteration.py``): no thread subscribes for it, because a task
can wait without blocking.
"""

# Strategy: the loop subscribes on its own event loop. A stream of the async client only attaches
# itself: as long as it is the only source, the loop's own task reads it, one item at a time, and no
# tasks are switched. When anything else emits (a timer), or a second stream is attached, each
# stream gets a task. A stream of the blocking client is read on a thread beside. All of these wait
# between two items until there is room. See ``iteration`` for what both kinds of loops have.

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import copy_context
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from streamkit._rx.demand import DEMAND, Demand, in_demand
from streamkit._rx.iteration import UNWAITING_LIMIT
from streamkit._rx.loop import call_on, hand_over, required_loop, resolve, running_loop
from streamkit.errors import SlowConsumerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Self

    from reactivex import Observable, abc

    from streamkit._rx.demand import AsyncSource

__all__ = ["AsyncLoop"]

T = TypeVar("T")


class AsyncLoop(Generic[T]):
    """The iterator of one ``async for``, which subscribes when its first item is asked for.

    The subscription is disposed of at the end, by ``aclose``, and when the last reference is gone.
    """

    def __init__(self, observable: Observable[T], buffer: int) -> None:
        # The source refers to the state alone, so that a loop that was left is collected.
        self._state: _State[T] = _State(observable, buffer)

    def begin(self) -> None:
        """Subscribe now, and not when the first item is asked for."""
        self._state.begin()

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[T]:
        return self._state.take()  # a hot path: no coroutine of its own

    def close(self) -> None:
        """Dispose of the subscription; any thread may call this."""
        self._state.close()

    async def aclose(self) -> None:
        """Do the same."""
        self._state.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._state.close()

    def __del__(self) -> None:
        self._state.close()


class _State(Demand, Generic[T]):
    """All that happens here happens on the event loop, except where a method says otherwise."""

    def __init__(self, observable: Observable[T], buffer: int) -> None:
        self._observable = observable
        self._buffer = buffer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: int | None = None  # the event loop's
        self._items: deque[T] = deque()
        self._error: Exception | None = None
        self._has_ended = False
        self._is_closed = False
        self._subscription: abc.DisposableBase | None = None
        self._own: AsyncSource | None = None  # what this loop reads
        self._is_reading = False
        self._is_emitting = False  # whether the loop's own task emits an item that it has read
        self._is_shared = buffer > 0  # whether all streams are to be read by tasks of their own
        self._drivers: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[Any] | None = None  # the loop's, at its begin
        self._woken: asyncio.Future[None] | None = None  # what the loop waits for
        self._openers: deque[Callable[[], object]] = deque()
        # Operators see the context variables of the loop, and its demand. To enter a context for
        # each item costs less than to set a variable and to reset it.
        self._run: Callable[..., object] = copy_context().run
        self._run(DEMAND.set, self)

    # The loop's side.

    async def take(self) -> T:
        """Return the next item; raise ``StopAsyncIteration`` or the source's error at the end."""
        if self._loop is None and not self._is_closed:
            self.begin()
        items = self._items
        while not items:
            if self._has_ended or self._is_closed:
                self._end()
            own = self._own
            if own is None:
                await self._wait()
            elif self._is_shared:
                self._own = None
                self._drive_apart(own)
            else:
                # A hot path: one coroutine of the source for each item, and none between.
                self._is_reading = True
                try:
                    try:
                        item = await own.read()
                    except BaseException as raised:
                        emit_end = await own.ended_by(raised)
                        self._detach(own)
                        self._run(emit_end)
                    else:
                        self._is_emitting = True
                        self._run(own.emit, item)
                except BaseException:
                    self.close()
                    raise
                finally:
                    self._is_reading = self._is_emitting = False
                if self._is_closed:
                    self._leave_to_others()
        item = items.popleft()
        if self._openers:
            self._open()
        return item

    def close(self) -> None:
        """Dispose of the subscription, and let every source go on, into the void; any thread."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._loop is not None:
            call_on(self._loop, self._let_go)

    def begin(self) -> None:
        """Subscribe, on the running event loop."""
        from reactivex.scheduler.eventloop import AsyncIOThreadSafeScheduler

        self._loop = required_loop()
        self._thread, self._task = get_ident(), asyncio.current_task()
        scheduler = AsyncIOThreadSafeScheduler(self._loop)
        self._subscription = in_demand(
            self,
            lambda: self._observable.subscribe(
                self.on_next, self.on_error, self.on_completed, scheduler=scheduler
            ),
        )

    def _end(self) -> NoReturn:
        error, self._error = self._error, None
        self.close()
        if error is not None:
            raise error
        raise StopAsyncIteration

    async def _wait(self) -> None:
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        except BaseException:
            self.close()  # at once, and not when the task and its traceback are collected
            raise
        finally:
            self._woken = None

    def _let_go(self) -> None:
        if self._subscription is not None:
            self._subscription.dispose()
        self._items.clear()
        self._wake()
        self._open()
        self._leave_to_others()

    def _leave_to_others(self) -> None:
        """Let a task read the stream that this loop has read, if others observe it still."""
        own = self._own
        if own is not None and not self._is_reading:
            self._own = None
            self._drive_apart(own)

    # The source's side.

    def attach_async(self, source: AsyncSource) -> abc.DisposableBase:
        """Read a stream in the loop's task, if it is the only one, else in one of its own."""
        from reactivex.disposable import Disposable

        if self._own is not None:
            self._is_shared = True
        if self._is_shared:
            self._drive_apart(source)
            return Disposable()

        self._own = source
        self._wake()
        return Disposable(partial(self._detach, source))

    def _detach(self, source: AsyncSource) -> None:
        if self._own is source:
            self._own = None

    def expect_others(self) -> None:
        """Read every stream by a task of its own."""
        self._is_shared = True

    def when_open(self, act: Callable[[], object]) -> None:
        """Call ``act``, once, when there is room for an item; at once if there is."""
        self._openers.append(act)
        self._open()

    def on_next(self, item: T) -> None:
        """Add an item; on another thread than the event loop's, wait until there is room."""
        # A hot path: most often the event loop's own thread is here, in the loop's own task.
        loop = self._loop
        if get_ident() != self._thread and loop is not None and running_loop() is not loop:
            self._wait_for_room(item, loop)
            return
        if self._is_closed or self._has_ended:
            return
        items = self._items
        items.append(item)
        if not (self._is_emitting or self._is_shared):
            self._is_shared = asyncio.current_task(loop) is not self._task
        if self._woken is not None:
            resolve(self._woken)
        if len(items) > UNWAITING_LIMIT:
            self._finish(SlowConsumerError(limit=UNWAITING_LIMIT, behind=len(items)))

    def on_error(self, error: Exception) -> None:
        """End the loop with an error, after the items that it has not taken yet; any thread."""
        self._finish(error)

    def on_completed(self) -> None:
        """End the loop, after the items that it has not taken yet; any thread."""
        self._finish(None)

    def _wait_for_room(self, item: T, loop: asyncio.AbstractEventLoop) -> None:
        if not hand_over(loop, partial(self.on_next, item), self.when_open):
            self._is_closed = True  # the event loop is closed, and so is the loop on it

    def _finish(self, error: Exception | None) -> None:
        loop = self._loop
        if loop is not None:
            call_on(loop, partial(self._set_end, error))

    def _set_end(self, error: Exception | None) -> None:
        if not self._has_ended:
            self._error, self._has_ended = error, True
        self._wake()

    def _wake(self) -> None:
        if self._woken is not None:
            resolve(self._woken)

    def _open(self) -> None:
        while self._openers and (self._is_closed or len(self._items) <= self._buffer):
            self._openers.popleft()()

    def _drive_apart(self, source: AsyncSource) -> None:
        """Read a stream by a task of its own."""
        context = copy_context()
        context.run(DEMAND.set, self)
        task = asyncio.get_running_loop().create_task(self._drive(source), context=context)
        self._drivers.add(task)  # the event loop keeps no reference of its own
        task.add_done_callback(self._drivers.discard)

    async def _drive(self, source: AsyncSource) -> None:
        try:
            while await source.push_next():  # also when the loop was left, for others
                if not self._is_closed and len(self._items) > self._buffer:
                    opened = asyncio.get_running_loop().create_future()
                    self.when_open(partial(resolve, opened))
                    await opened
        except Exception as error:
            self.on_error(error)
