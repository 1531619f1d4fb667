"""Polling as an observable: it emits every state, on any scheduler."""

from __future__ import annotations

import asyncio
import inspect
from threading import Event, get_ident
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from streamkit._core.arguments import require, require_callable, require_plain
from streamkit._rx.apart import Apart, must_stay_free, scheduler_off_this_thread, when_done
from streamkit._rx.cancel_scope import CancelScope
from streamkit._rx.loop import call_on, required_loop, running_loop
from streamkit._rx.operator_input import require_scheduler
from streamkit._rx.scheduler_time import clock_of, schedule_after
from streamkit._rx.turns import soon
from streamkit.polling.patience import patience, patience_on_loop
from streamkit.polling.poller import DEFAULT_INTERVAL, Poller, Polling, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable, abc

__all__ = ["observe_polling", "poll"]

T = TypeVar("T")


@overload
def poll(
    fetch: Callable[[], Awaitable[T]],
    until: Callable[[T], bool | None],
    interval: float = DEFAULT_INTERVAL,
    *,
    hint: Callable[[T], object] | None = None,
    max_wait_seconds: float | None = None,
    resource_id: str | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[T]: ...
@overload
def poll(
    fetch: Callable[[], T],
    until: Callable[[T], bool | None],
    interval: float = DEFAULT_INTERVAL,
    *,
    hint: Callable[[T], object] | None = None,
    max_wait_seconds: float | None = None,
    resource_id: str | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[T]: ...
def poll(  # noqa: PLR0913 - the resource, and the terms of polling
    fetch: Callable[[], Any],
    until: Callable[[Any], bool | None],
    interval: float = DEFAULT_INTERVAL,
    *,
    hint: Callable[[Any], object] | None = None,
    max_wait_seconds: float | None = None,
    resource_id: str | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[Any]:
    """Return a cold observable that fetches and emits states until one of them is final.

        fetch:  a      b      c
        [ poll(fetch, until=is_c) ]
                a------b------(c,|)

    After ``max_wait_seconds`` it emits ``PollTimeoutError``, with the ``last`` state and the
    ``resource_id``. An error of ``fetch`` ends the polling and carries the ``resource_id`` too.

    When ``fetch`` returns an awaitable, everything runs on the running loop. Otherwise, without a
    scheduler here or in ``subscribe``, the subscriber's thread waits until the polling has ended.

    Args:
        fetch: Returns the state, or an awaitable of it.
        until: Returns whether a state is final, or None for an unknown state, which ends the
            polling with a warning in the log.
        interval: Seconds between an answer and the next request.
        hint: Returns the milliseconds that the server asks us to wait, as in its header
            ``openai-poll-after-ms``; the newest hint holds for all later requests. A value that is
            not a whole number, or is more than ``LONGEST_HINT`` seconds, is ignored.
        max_wait_seconds: Seconds from the first request on, after which none is sent and a running
            one is cancelled; None sets no limit.
        resource_id: The id that errors carry; by default the ``id`` of the first state.
        scheduler: The scheduler to poll on.
    """
    require_callable("fetch", fetch)
    require_plain("until", until)
    if hint is not None:
        require_plain("hint", hint)
    require("resource_id", resource_id, str | None, "a string")
    require_scheduler(scheduler)
    polling = Polling(
        until=until,
        interval=interval,
        max_wait_seconds=max_wait_seconds,
        resource_id=resource_id,
    )

    def reply(state: Any) -> Reply[Any]:
        return Reply(state, hint(state) if hint else None)

    async def awaited(state: Awaitable[Any]) -> Reply[Any]:
        return reply(await state)

    def ask(_first: object) -> Reply[Any] | Awaitable[Reply[Any]]:
        state = fetch()
        if not inspect.isawaitable(state):
            return reply(state)
        _require_loop(state)
        return awaited(state)

    return observe_polling(polling, ask, scheduler)


def observe_polling(
    polling: Polling[T],
    ask: Callable[[T | None], Reply[T] | Awaitable[Reply[T]]],
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[T]:
    """Return a cold observable that polls on the given terms for each subscription.

    ``ask`` receives the first state, or None before there is one.
    """
    from reactivex.disposable import Disposable

    from streamkit._rx.observable import Observable

    def subscribe(
        observer: abc.ObserverBase[T], subscribed_on: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        polled_on = scheduler or subscribed_on or scheduler_off_this_thread()
        subscription = _Subscription(Poller(polling), ask, observer, polled_on)
        subscription.ask_later()
        return Disposable(subscription.dispose)

    return Observable(subscribe)


class _Subscription(Generic[T]):
    """The polling for one observer; any thread may dispose it.

    Without a scheduler, the subscriber's thread polls and waits here, because reactivex's own
    scheduler for that thread cannot be woken. An awaitable is awaited on the running loop.
    """

    def __init__(
        self,
        poller: Poller[T],
        ask: Callable[[T | None], Reply[T] | Awaitable[Reply[T]]],
        observer: abc.ObserverBase[T],
        scheduler: abc.SchedulerBase | None,
    ) -> None:
        from reactivex.disposable import MultipleAssignmentDisposable

        self._poller = poller
        self._ask = ask
        self._observer = observer
        self._scheduler = scheduler
        self._clock = clock_of(scheduler)
        self._timer = MultipleAssignmentDisposable()
        self._task: asyncio.Future[Reply[T]] | None = None
        self._asking = CancelScope()
        self._is_disposed = Event()
        self._subscribed_by = get_ident()

    def ask_later(self) -> None:
        """Schedule the next request for when it is due."""
        from reactivex.scheduler import CurrentThreadScheduler

        pause = self._poller.pause(self._clock())
        if self._scheduler is None:
            soon(CurrentThreadScheduler.singleton(), self._ask_after, pause)
        else:
            self._timer.disposable = schedule_after(self._scheduler, pause, self._ask_now)

    def dispose(self) -> None:
        """Send no more requests, and stop waiting."""
        self._is_disposed.set()
        self._asking.cancel()
        if self._task is None:
            self._let_go()
        else:
            call_on(self._task.get_loop(), self._let_go)

    def _let_go(self) -> None:
        self._timer.dispose()
        if self._task is not None:
            self._task.cancel()

    def _ask_after(self, scheduler: abc.SchedulerBase, pause: float | None = None) -> None:
        self._is_disposed.wait(pause)
        self._ask_now(scheduler)

    def _ask_now(self, scheduler: abc.SchedulerBase, _state: object = None) -> None:
        if self._is_disposed.is_set():
            return
        # An awaitable must be created on its loop, and only the call shows whether it returns one.
        if running_loop() is None and must_stay_free(scheduler, self._subscribed_by):
            asking = Apart()
            asked = asking.submit(self._asked)
            asking.close()
            when_done(scheduler, asked, self._handle, self.dispose)
        else:
            self._handle(self._asked())

    def _asked(self) -> Reply[T] | Awaitable[Reply[T]] | Exception:
        try:
            left = self._poller.left(self._clock())
            with self._poller.request(), patience(left, self._asking):
                reply = self._ask(self._poller.first)
                if not isinstance(reply, Reply):
                    _require_loop(reply)
                return reply
        except Exception as error:
            return error

    def _handle(self, reply: Reply[T] | Awaitable[Reply[T]] | Exception) -> None:
        if isinstance(reply, Reply):
            self._take(reply)
        elif not isinstance(reply, Exception):
            self._await(reply)
        elif not self._is_disposed.is_set():
            self._observer.on_error(reply)

    def _await(self, reply: Awaitable[Reply[T]]) -> None:
        from reactivex.scheduler.eventloop import AsyncIOScheduler

        self._scheduler = self._scheduler or AsyncIOScheduler(asyncio.get_running_loop())
        self._task = asyncio.ensure_future(self._awaited(reply))
        _running.add(self._task)  # because the loop holds tasks only weakly
        self._task.add_done_callback(_running.discard)
        self._task.add_done_callback(self._answered)

    async def _awaited(self, reply: Awaitable[Reply[T]]) -> Reply[T]:
        with self._poller.request():
            async with patience_on_loop(self._poller.left(self._clock())):
                return await reply

    def _answered(self, task: asyncio.Future[Reply[T]]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            self._observer.on_error(error)
        else:
            self._take(task.result())

    def _take(self, reply: Reply[T]) -> None:
        if self._is_disposed.is_set():
            return
        try:
            with self._poller.request():
                self._poller.feed(reply)
        except Exception as error:
            self._observer.on_error(error)
            return
        self._observer.on_next(reply.state)
        if self._poller.done:
            self._observer.on_completed()
        elif not self._is_disposed.is_set():
            self.ask_later()


_running: set[asyncio.Future[Any]] = set()


def _require_loop(awaitable: Awaitable[object]) -> None:
    if running_loop() is None:
        if inspect.iscoroutine(awaitable):
            awaitable.close()  # otherwise Python warns that it was never awaited
        required_loop()
