"""Cold observables of streams on an event loop: each subscription is a task of its own.

They differ from the observables of a thread (``push.py``): a task waits without blocking, and is
cancelled.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

from streamkit._rx.loop import call_on, required_loop
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from reactivex import Observable, abc

__all__ = ["AsyncPullable", "observe_async"]

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class AsyncPullable(Protocol[E_co]):
    """An async iterator that a task reads and closes on exit, as an ``AsyncStream``."""

    async def __aenter__(self) -> object: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> object: ...
    async def __anext__(self) -> E_co: ...


def observe_async(open_stream: Callable[[], Awaitable[AsyncPullable[E]]]) -> Observable[E]:
    """Return an observable that opens a stream in a task, which disposal cancels.

    An error of an observer ends the subscription and goes to the loop's exception handler. Where no
    loop runs, the observable emits an error.
    """
    from reactivex.disposable import Disposable

    from streamkit._rx.observable import RequestObservable

    def subscribe(
        observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        try:
            loop = required_loop()
        except StreamkitError as error:
            observer.on_error(error)
            return Disposable()
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

        task = loop.create_task(push())
        _running.add(task)  # the loop keeps no reference of its own
        task.add_done_callback(_finished)

        def cancel() -> None:
            # Within its own `on_next` the task is not cancelled: it stops after that.
            if asyncio.current_task() is not task:
                task.cancel()

        def dispose() -> None:
            nonlocal disposed
            disposed = True
            call_on(loop, cancel)

        return Disposable(dispose)

    return RequestObservable(subscribe)


_running: set[asyncio.Task[None]] = set()


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "an observer of a stream raised", "exception": error, "task": task}
        )
