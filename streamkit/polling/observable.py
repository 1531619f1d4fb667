"""Polling that is observed: every state, on any scheduler."""

from __future__ import annotations

import asyncio
import inspect
from threading import Event, get_ident
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from streamkit._rx.apart import Apart, must_stay_free, scheduler_off_this_thread, when_done
from streamkit._rx.cancel_scope import CancelScope
from streamkit._rx.loop import call_on, required_loop, running_loop
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
def poll(  # noqa: PLR0913 - what is polled, and one for each of its terms
    fetch: Callable[[], Any],
    until: Callable[[Any], bool | None],
    interval: float = DEFAULT_INTERVAL,
    *,
    hint: Callable[[Any], object] | None = None,
    max_wait_seconds: float | None = None,
    resource_id: str | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Observable[Any]:
    """Ask for a state again and again until it is final; a cold observable of every state.

        fetch:  a      b      c
        [ poll(fetch, until=is_c) ]
                a------b------(c,|)

    ``interval`` seconds lie between an answer and the next request. ``until`` says of a state
    whether it is final, or None where it does not know the state, which ends the polling with a
    warning in the log. ``hint`` finds in a state how many milliseconds the server would have us
    wait, as its header ``openai-poll-after-ms`` says; the newest one holds for all that follow.
    What is no whole number, or more than ``LONGEST_HINT`` seconds, is passed over.

    No request is made ``max_wait_seconds`` after the first, and one that is under way is called off
    then: ``PollTimeoutError``, with the ``last`` state and the ``resource_id``, which by default is
    the ``id`` of the first. An error of ``fetch`` ends the polling and is told the ``resource_id``
    too.

    Where ``fetch`` returns an awaitable, all happens on the running loop. Otherwise, without a
    scheduler here or in ``subscribe``, the subscriber's thread waits until the polling has ended.
    """
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
    """Poll on the given terms for every subscription.

    ``ask`` is given the first state, None before there is one.
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
    """One observer's polling; disposed of from any thread.

    Without a scheduler it takes its turns on the subscriber's thread and waits there itself, since
    reactivex's own scheduler for that cannot be woken. What is awaited brings its loop along.
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
        """Ask once it is time to."""
        from reactivex.scheduler import CurrentThreadScheduler

        pause = self._poller.pause(self._clock())
        if self._scheduler is None:
            soon(CurrentThreadScheduler.singleton(), self._ask_after, pause)
        else:
            self._timer.disposable = schedule_after(self._scheduler, pause, self._ask_now)

    def dispose(self) -> None:
        """Ask no more, and stop waiting."""
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
        # What is awaited is begun on its loop, and whether it is is not known before.
        if running_loop() is None and must_stay_free(scheduler, self._subscribed_by):
            asking = Apart()
            asked = asking.submit(self._asked)
            asking.close()
            when_done(scheduler, asked, self._tell, self.dispose)
        else:
            self._tell(self._asked())

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

    def _tell(self, reply: Reply[T] | Awaitable[Reply[T]] | Exception) -> None:
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
        _running.add(self._task)  # the loop keeps no reference of its own
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
            awaitable.close()  # else it would complain that nobody has awaited it
        required_loop()
