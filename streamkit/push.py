"""Streams that drive themselves: cold observables that make a request for every subscription."""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable, abc

    from streamkit.stream import AsyncStream, Stream

__all__ = ["observe", "observe_async"]

E = TypeVar("E")


def observe(open_stream: Callable[[], Stream[E]]) -> Observable[E]:
    """An observable that opens a stream on subscription and closes it on disposal.

    It pushes on the scheduler given to ``subscribe``; by default on the subscriber's own thread, so
    that ``subscribe`` returns when the stream has ended. To dispose from outside, give it a
    scheduler with a thread: ``subscribe(..., scheduler=NewThreadScheduler())``. What an observer
    raises ends the subscription and is raised where the pushing happens.
    """
    from reactivex import Observable
    from reactivex.disposable import CompositeDisposable, Disposable
    from reactivex.scheduler import CurrentThreadScheduler

    def subscribe(
        observer: abc.ObserverBase[E], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        subscription: _Subscription[E] = _Subscription()

        def push(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
            if subscription.is_disposed:
                return
            try:
                stream = open_stream()
            except Exception as error:
                observer.on_error(error)
                return
            with stream:
                subscription.adopt(stream)
                while not subscription.is_disposed:
                    try:
                        event = next(stream)
                    except StopIteration:
                        observer.on_completed()
                        return
                    except Exception as error:
                        if not subscription.is_disposed:
                            observer.on_error(error)
                        return
                    observer.on_next(event)

        work = (scheduler or CurrentThreadScheduler.singleton()).schedule(push)
        return CompositeDisposable(Disposable(subscription.dispose), work)

    return Observable(subscribe)


def observe_async(open_stream: Callable[[], Awaitable[AsyncStream[E]]]) -> Observable[E]:
    """The same on the running event loop: each subscription is a task, disposal cancels it.

    What an observer raises ends the subscription and goes to the loop's exception handler.
    """
    from reactivex import Observable
    from reactivex.disposable import Disposable

    def subscribe(
        observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        disposed = False

        async def push() -> None:
            try:
                stream = await open_stream()
            except Exception as error:
                observer.on_error(error)
                return
            async with stream:
                while not disposed:
                    try:
                        event = await anext(stream)
                    except StopAsyncIteration:
                        observer.on_completed()
                        return
                    except Exception as error:
                        observer.on_error(error)
                        return
                    observer.on_next(event)

        task = asyncio.get_running_loop().create_task(push())
        _running.add(task)  # the loop keeps no reference of its own
        task.add_done_callback(_finished)

        def dispose() -> None:
            nonlocal disposed
            disposed = True
            loop = task.get_loop()
            if _running_loop() is not loop:
                loop.call_soon_threadsafe(task.cancel)
            elif asyncio.current_task() is not task:
                # Within its own `on_next` the task must not be cancelled: it stops after that.
                task.cancel()

        return Disposable(dispose)

    return Observable(subscribe)


class _Subscription(Generic[E]):
    """What disposal closes: the stream, or the intention to open one."""

    def __init__(self) -> None:
        self.is_disposed = False
        self._stream: Stream[E] | None = None
        self._lock = Lock()

    def adopt(self, stream: Stream[E]) -> None:
        with self._lock:
            self._stream = stream

    def dispose(self) -> None:
        with self._lock:
            self.is_disposed = True
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


_running: set[asyncio.Task[None]] = set()


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "an observer of a stream raised", "exception": error, "task": task}
        )


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # disposed from a thread without a loop
        return None
