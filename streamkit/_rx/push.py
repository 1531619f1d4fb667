"""Cold observables of streams: each subscription makes a request and reads its stream.

They differ from the observables of a loop (``async_push.py``): a thread emits, in turns, on a
scheduler, or beside a loop, and closing the stream wakes it.
"""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit._rx.apart import Apart, must_stay_free, scheduler_off_this_thread, when_done
from streamkit._rx.cancel_scope import CancelScope
from streamkit._rx.demand import current_demand
from streamkit._rx.turns import take_turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["Pullable", "observe"]

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Pullable(Protocol[E_co]):
    """An iterator that one thread reads and any thread may close, as a ``Stream``."""

    def __next__(self) -> E_co: ...
    def close(self) -> object:
        """End the iterator, and wake the thread that waits for its next item."""
        ...


def observe(open_stream: Callable[[], Pullable[E]]) -> Observable[E]:
    """Return an observable that opens a stream on subscription and closes it on disposal.

    It emits on the scheduler given to ``subscribe``; by default on the subscriber's own thread, so
    that ``subscribe`` returns when the stream has ended. To dispose from outside, use a scheduler
    with a thread: ``subscribe(..., scheduler=NewThreadScheduler())``, or move the whole pipeline to
    one with ``subscribe_on``. Where an operator subscribes on the thread of a scheduler
    (``flat_map`` under a timer), the stream emits on a new thread, so that disposal ends it there,
    too. On an event loop it reads beside the loop and emits on it. An error of an observer ends the
    subscription and is raised on the thread that emits.
    """
    from reactivex.disposable import CompositeDisposable, Disposable
    from reactivex.scheduler import CurrentThreadScheduler, TrampolineScheduler

    from streamkit._rx.observable import RequestObservable

    def subscribe(
        observer: abc.ObserverBase[E], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        subscription = _Subscription(open_stream, observer)
        attached = None
        if scheduler is None and subscription.demand is not None:
            attached = subscription.demand.attach(subscription.push_next)
        scheduler = scheduler or scheduler_off_this_thread()
        if attached is not None:
            work = attached  # a loop reads the stream
        elif scheduler is None:
            # An observer may subscribe to another observable within `on_next` (as `flat_map` does).
            # It is queued on the trampoline, and without turns would wait for the stream's end.
            work = take_turns(CurrentThreadScheduler.singleton(), subscription.push_next)
        elif isinstance(scheduler, TrampolineScheduler):
            work = take_turns(scheduler, subscription.push_next)
        else:
            work = scheduler.schedule(subscription.push)
        return CompositeDisposable(Disposable(subscription.dispose), work)

    return RequestObservable(subscribe)


class _Subscription(Generic[E]):
    """The subscription of an observer to a stream; any thread may dispose of it."""

    def __init__(
        self, open_stream: Callable[[], Pullable[E]], observer: abc.ObserverBase[E]
    ) -> None:
        self._open_stream = open_stream
        self._observer = observer
        self._stream: Pullable[E] | None = None
        self._reading: Apart | None = None
        self._opening = CancelScope()
        self._context = copy_context()  # a scheduler's thread knows none of the caller's variables
        self._is_disposed = False
        self._lock = Lock()
        self._subscribed_by = get_ident()
        self.demand = current_demand()
        """The demand of the loop that the events are for, if they are for one."""

    def push(self, scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        """Emit every event, on the scheduler."""
        if must_stay_free(scheduler, self._subscribed_by):
            self._push_what_is_read_apart(scheduler)
        else:
            while self.push_next():
                pass

    def dispose(self) -> None:
        """Stop emitting, and close the stream, or never open it."""
        with self._lock:
            self._is_disposed = True
            stream, reading = self._stream, self._reading
        self._opening.cancel()
        if reading is not None:
            reading.close()
        if stream is not None:
            stream.close()

    def push_next(self) -> bool:
        """Emit the next event; return false after the last, or after disposal."""
        # A hot path: `next` takes a call more, and so would `_emit`.
        try:
            event = (self._stream or self._open()).__next__()
        except StopIteration:
            return self._complete()
        except Exception as error:
            return self._fail(error)
        try:
            self._observer.on_next(event)
        except BaseException:
            self.dispose()
            raise
        return not self._is_disposed

    def _push_what_is_read_apart(self, scheduler: abc.SchedulerBase) -> None:
        with self._lock:
            if self._is_disposed:  # before the scheduler came to it
                return
            reading = self._reading = Apart()

        def read() -> Callable[[], bool]:
            try:
                event = next(self._stream or self._open())
            except StopIteration:
                return self._complete
            except Exception as error:
                return partial(self._fail, error)
            return partial(self._emit, event)

        def push(emit: Callable[[], bool]) -> None:
            goes_on = False
            try:
                goes_on = not self._is_disposed and emit()
            finally:
                if not goes_on:
                    reading.close()
            if not goes_on:
                return
            if self.demand is None:
                read_next()
            else:
                self.demand.when_open(read_next)

        def read_next() -> None:
            when_done(scheduler, reading.submit(read), push, self.dispose)

        read_next()

    def _emit(self, event: E) -> bool:
        try:
            self._observer.on_next(event)
        except BaseException:
            self.dispose()
            raise
        return not self._is_disposed

    def _complete(self) -> bool:
        self._observer.on_completed()
        return False

    def _fail(self, error: Exception) -> bool:
        if not self._is_disposed:
            self._observer.on_error(error)
        return False

    def _open(self) -> Pullable[E]:
        with self._opening:
            stream = self._context.run(self._open_stream)
        with self._lock:
            self._stream = stream
        if self._is_disposed:
            stream.close()
        return stream
