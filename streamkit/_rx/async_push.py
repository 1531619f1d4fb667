"""Cold observables of streams on an event loop: each subscription is a task of its own.

They differ from the observables of a thread (``push.py``): a task waits without blocking, and is
cancelled.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from streamkit._rx.demand import current_demand
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
    from reactivex.disposable import CompositeDisposable, Disposable

    from streamkit._rx.observable import RequestObservable

    def subscribe(
        observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        try:
            loop = required_loop()
        except StreamkitError as error:
            observer.on_error(error)
            return Disposable()
        subscription = _Subscription(open_stream, observer)
        demand = current_demand()
        attached = None if demand is None else demand.attach_async(subscription)
        if attached is not None:  # a loop reads the stream
            return CompositeDisposable(
                Disposable(partial(call_on, loop, subscription.end)), attached
            )
        task = loop.create_task(subscription.push())
        _running.add(task)  # the loop keeps no reference of its own
        task.add_done_callback(_finished)

        def cancel() -> None:
            # Within its own `on_next` the task is not cancelled: it stops after that.
            if asyncio.current_task() is not task:
                task.cancel()

        def dispose() -> None:
            subscription.is_disposed = True
            call_on(loop, cancel)

        return Disposable(dispose)

    return RequestObservable(subscribe)


class _Subscription(Generic[E]):
    """The subscription of an observer to a stream, which one task reads."""

    def __init__(
        self,
        open_stream: Callable[[], Awaitable[AsyncPullable[E]]],
        observer: abc.ObserverBase[E],
    ) -> None:
        self._open_stream = open_stream
        self._observer = observer
        self._stream: AsyncPullable[E] | None = None
        self._opening: asyncio.Task[AsyncPullable[E]] | None = None
        self.is_disposed = False
        self.emit = observer.on_next
        self.read: Callable[[], Awaitable[E]] = self._open_and_read

    async def push(self) -> None:
        """Emit every event."""
        try:
            stream = await self._open_stream()
        except Exception as error:
            self._observer.on_error(error)
            return
        async with stream:
            while not self.is_disposed:
                try:
                    event = await anext(stream)
                except StopAsyncIteration:
                    self._observer.on_completed()
                    return
                except Exception as error:
                    self._observer.on_error(error)
                    return
                self._observer.on_next(event)

    async def push_next(self) -> bool:
        """Emit the next event; return false after the last, or after disposal."""
        try:
            event = await self.read()
        except BaseException as error:
            emit_end = await self.ended_by(error)
            emit_end()
            return False
        self.emit(event)
        return not self.is_disposed

    async def ended_by(self, raised: BaseException) -> Callable[[], object]:
        """Close the stream that has raised; return a function that emits its end."""
        if isinstance(raised, StopAsyncIteration):
            await self._close()
            return self._observer.on_completed
        if isinstance(raised, Exception):
            await self._close()
            return partial(self._observer.on_error, raised) if not self.is_disposed else _nothing
        task = asyncio.current_task()
        is_cancelled = task is not None and task.cancelling() > 0
        if isinstance(raised, asyncio.CancelledError) and self.is_disposed and not is_cancelled:
            return _nothing  # ``end`` has cancelled the opening
        raise raised

    def end(self) -> None:
        """Close the stream, or do not open it; the task that reads it is woken."""
        if self.is_disposed:
            return
        self.is_disposed = True
        if self._opening is not None:
            self._opening.cancel()
        elif self._stream is not None:
            task = asyncio.get_running_loop().create_task(self._close())
            _running.add(task)
            task.add_done_callback(_finished)

    async def _open_and_read(self) -> E:
        # A task of its own, which ``end`` can cancel without the task of the loop.
        self._opening = asyncio.ensure_future(self._open_stream())
        try:
            self._stream = await self._opening
        finally:
            self._opening = None
        self.read = self._stream.__anext__
        return await self.read()

    async def _close(self) -> None:
        if self._stream is not None:
            await self._stream.__aexit__(None, None, None)


_running: set[asyncio.Task[None]] = set()


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "an observer of a stream raised", "exception": error, "task": task}
        )


def _nothing() -> None:
    """Do nothing, in place of an end that nobody waits for."""
