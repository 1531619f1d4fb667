"""Loops over observables: ``for`` in a thread, ``async for`` in a task."""

# Strategy of ``for``: a thread of its own subscribes, so that a source that emits at once can be
# made to wait. A stream of the blocking client only attaches itself: as long as it is the only
# source, the loop's own thread reads it, one item at a time, and no threads are switched. When
# another thread emits (a timer), or a second stream is attached, each stream gets a thread; the one
# that the loop reads, once it has emitted its next item.

from __future__ import annotations

import threading
from collections import deque
from contextvars import copy_context
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.arguments import require_count
from streamkit._rx.demand import DEMAND, Demand, in_demand
from streamkit._rx.loop import running_loop
from streamkit._rx.operator_input import OperatorInput
from streamkit.errors import SlowConsumerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Self

    from reactivex import Observable, abc
    from reactivex.disposable import SingleAssignmentDisposable

__all__ = ["UNWAITING_LIMIT", "Iteration", "iterate"]

T = TypeVar("T")

UNWAITING_LIMIT = 100_000
"""The maximum number of items that a loop holds from sources that cannot wait."""


def iterate(observable: Observable[T], *, buffer: int = 0) -> Iteration[T]:
    """Return an iterable of what an observable emits, for ``for`` and ``async for``.

        for event in iterate(client.chat.completions.observe(...).pipe(...)):

    Each loop subscribes. Leaving it, in any way, disposes of the subscription, which closes the
    response. An error of the observable is raised in the loop. No item is lost: a stream waits
    until the loop asks for the next item, so a slow loop slows the server. A source that emits on
    another thread waits on it. A source that can do neither (a subject fed by the loop's own
    thread, a timer on the loop's own event loop) is ahead by at most ``UNWAITING_LIMIT`` items;
    beyond that, the loop ends with ``SlowConsumerError``.

    ``for`` waits in its thread, so it cannot be used for observables of the async client.

    Args:
        observable: Any observable of reactivex.
        buffer: The number of items by which sources may be ahead of the loop. With 0 a source waits
            until its item was taken.

    Raises:
        TypeError: ``observable`` is none; a stream is iterated as it is.
        ValueError: ``buffer`` is negative.
    """
    require_count("buffer", buffer, least=0)
    return Iteration(OperatorInput("iterate").source(observable), buffer)


class Iteration(Generic[T]):
    """An iterable over an observable; each loop over it is a subscription of its own."""

    def __init__(self, observable: Observable[T], buffer: int) -> None:
        self._observable = observable
        self._buffer = buffer

    def __iter__(self) -> Loop[T]:
        return Loop(self._observable, self._buffer)

    def __aiter__(self) -> AsyncIterator[T]:
        # A program that only blocks need not import asyncio.
        from streamkit._rx.async_iteration import AsyncLoop

        return AsyncLoop(self._observable, self._buffer)


class Loop(Generic[T]):
    """The iterator of one ``for``, which subscribes when its first item is asked for.

    The subscription is disposed of at the end, by ``close``, and when the last reference is gone.
    """

    def __init__(self, observable: Observable[T], buffer: int) -> None:
        # The source refers to the state alone, so that a loop that was left is collected.
        self._state: _State[T] = _State(observable, buffer)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return self._state.take()

    def close(self) -> None:
        """Dispose of the subscription; any thread may call this."""
        self._state.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class _State(Demand, Generic[T]):
    def __init__(self, observable: Observable[T], buffer: int) -> None:
        self._observable = observable
        self._buffer = buffer
        self._items: deque[T] = deque()
        self._error: Exception | None = None
        self._has_ended = False
        self._is_closed = False
        self._subscription: SingleAssignmentDisposable | None = None
        self._context = copy_context()  # operators see the context variables of the loop
        self._own: Callable[[], bool] | None = None  # reads the stream that this loop reads
        self._is_reading = False
        self._is_shared = buffer > 0  # whether all streams are to be read on threads of their own
        self._drivers = 0  # the number of these threads
        self._reader: int | None = None
        self._subscriber: int | None = None  # the thread that subscribes; 0 before it begins
        self._producers = 0  # the number of threads with an item that waits for room
        # Reentrant, because a loop is collected at any moment, also while this thread holds it.
        self._changed = threading.Condition(threading.RLock())

    # The loop's side.

    def take(self) -> T:
        """Return the next item; raise ``StopIteration`` or the source's error at the end."""
        self._reader = get_ident()
        if self._subscription is None and not self._is_closed:
            self._begin()
        items = self._items
        while True:
            if items:
                item = items.popleft()
                if self._producers:
                    self._notify()
                return item
            if self._has_ended or self._is_closed:
                return self._end()
            own = self._own
            if own is None:
                self._wait()
            elif self._is_shared:
                self._disown(own, drive=True)
            else:
                self._is_reading = True
                try:
                    goes_on = own()
                except BaseException:
                    self.close()
                    raise
                self._is_reading = False
                if not goes_on:
                    self._disown(own)
                elif self._is_closed:
                    self._leave_to_others()

    def close(self) -> None:
        """Dispose of the subscription, and let every source go on, into the void."""
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._items.clear()
            self._changed.notify_all()
        if self._subscription is not None:
            self._subscription.dispose()
        self._leave_to_others()

    def _leave_to_others(self) -> None:
        """Let a thread read the stream that this loop has read, if others observe it still."""
        with self._changed:
            if self._own is not None and not self._is_reading:
                self._disown(self._own, drive=True)

    def _begin(self) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self._subscription = SingleAssignmentDisposable()
        self._subscriber = 0
        _thread(self._context.copy().run, self._subscribe, self._subscription)

    def _end(self) -> T:
        error, self._error = self._error, None
        self.close()
        if error is not None:
            raise error
        raise StopIteration

    def _wait(self) -> None:
        with self._changed:
            while not (self._items or self._has_ended or self._is_closed or self._own):
                # On an event loop, only a thread of ours is sure not to wait for that loop.
                if not self._drivers and self._subscriber is None and running_loop() is not None:
                    self.close()
                    raise RuntimeError(_ON_A_LOOP)
                self._changed.wait()

    def _disown(self, own: Callable[[], bool], *, drive: bool = False) -> None:
        with self._changed:
            if self._own is own:
                self._own = None
                if drive:
                    self._drive_apart(own)

    # The source's side.

    def attach(self, step: Callable[[], bool]) -> abc.DisposableBase:
        """Read a stream on the loop's thread, if it is the only one, else on one of its own."""
        from reactivex.disposable import Disposable

        with self._changed:
            if self._own is not None:
                self._is_shared = True
            if self._is_shared:
                self._drive_apart(step)
                return Disposable()
            context = self._context.copy()
            context.run(DEMAND.set, self)
            own = self._own = partial(context.run, step)
            self._changed.notify_all()
        return Disposable(lambda: self._disown(own))

    def expect_others(self) -> None:
        """Read every stream on a thread of its own."""
        with self._changed:
            self._is_shared = True

    def begin_thread(self) -> None:
        """Count a thread that reads a stream, or works for an operator."""
        with self._changed:
            self._drivers += 1

    def end_thread(self) -> None:
        """Count it no more."""
        with self._changed:
            self._drivers -= 1
            self._changed.notify_all()

    def may_wait(self) -> bool:
        """Return whether this thread is another than the loop's own."""
        return get_ident() != self._reader

    def on_next(self, item: T) -> None:
        """Add an item; on another thread than the loop's, wait until there is room."""
        if get_ident() == self._reader:
            if not self._has_ended:
                self._items.append(item)
            if len(self._items) > UNWAITING_LIMIT:
                self.on_error(SlowConsumerError(limit=UNWAITING_LIMIT, behind=len(self._items)))
            return
        with self._changed:
            if not (self._is_closed or self._has_ended):
                self._items.append(item)
                self._is_shared = True
                self._changed.notify_all()
                self._wait_for_room()
            if self._is_closed and get_ident() == self._subscriber:
                raise _LeftError  # the only way to stop a source that has not returned yet

    def on_error(self, error: Exception) -> None:
        """End the loop with an error, after the items that it has not taken yet."""
        with self._changed:
            if not self._has_ended:
                self._error, self._has_ended = error, True
            self._changed.notify_all()

    def on_completed(self) -> None:
        """End the loop, after the items that it has not taken yet."""
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _subscribe(self, subscription: SingleAssignmentDisposable) -> None:
        self._subscriber = get_ident()
        try:
            subscription.disposable = in_demand(self, self._subscribe_here)
        except _LeftError:
            pass
        except Exception as error:
            self.on_error(error)
        finally:
            with self._changed:
                self._subscriber = None
                self._changed.notify_all()

    def _subscribe_here(self) -> abc.DisposableBase:
        return self._observable.subscribe(self.on_next, self.on_error, self.on_completed)

    def _drive_apart(self, step: Callable[[], bool]) -> None:
        """Read a stream on a thread of its own; call this under the lock."""
        self.begin_thread()
        _thread(self._context.copy().run, in_demand, self, partial(self._drive, step))

    def _drive(self, step: Callable[[], bool]) -> None:
        try:
            while step():  # also when the loop was left, for others
                pass
        except Exception as error:
            self.on_error(error)
        finally:
            self.end_thread()

    def _wait_for_room(self) -> None:
        self._producers += 1
        try:
            while len(self._items) > self._buffer and not self._is_closed:
                self._changed.wait()
        finally:
            self._producers -= 1

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


class _LeftError(Exception):
    """The loop was left while its source emitted within ``subscribe``."""


def _thread(target: Callable[..., object], *args: Any) -> None:
    # A daemon: blocking work, which cannot be interrupted, must not keep the process alive.
    threading.Thread(target=target, args=args, name="streamkit-iterate", daemon=True).start()


_ON_A_LOOP = (
    "`for` would block the event loop that runs on this thread, and with it the source: use"
    " `async for`"
)
