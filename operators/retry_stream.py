"""A stream that failed, begun anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import tenacity

from streamkit.backoff import back_off, delay_asked, is_transient
from streamkit.errors import StreamClosedError
from streamkit.events import AttemptResetEvent
from streamkit.pause import after

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reactivex import Observable, abc

__all__ = ["retry_stream"]

T = TypeVar("T")


def retry_stream(
    *,
    max_attempts: int = 3,
    retry_if: Callable[[Exception], bool] = is_transient,
    wait: Callable[[tenacity.RetryCallState], float] = back_off,
    scheduler: abc.SchedulerBase | None = None,
) -> Callable[[Observable[T]], Observable[T | AttemptResetEvent]]:
    """Subscribe again when the source fails, and say so first: what it has emitted is void.

        --a--b--#           ----a--b--c--|
        [          retry_stream()        ]
        --a--b--(reset)-----------a--b--c--|

    The source is to be cold, as ``observe()`` is. An ``attempt.reset`` event comes when an attempt
    has failed, before the wait for the next one: whoever shows or adds up what came begins anew, so
    no text is there twice. There are ``max_attempts`` in all; the error of the last one passes, and
    so does at once what another attempt cannot mend.

    Tried again is what may pass (``retry_if``): a cut stream, a lost connection, silence for too
    long, 408, 409, 429 and 5xx, also when they are reported in mid-stream. Not an answer that is
    there and does not please (``ParseError``, a finish reason), and never a stream that its user
    closed. The wait is what the server asks for, else what ``wait`` says, which any of tenacity's
    strategies can be; by default it grows from half a second to eight. It is spent on
    ``scheduler``, else on that of ``subscribe``, else on the running loop or the subscriber's own
    thread.

    Each attempt is a request with the client's own retries before its answer begins.
    """
    if max_attempts < 1:
        raise ValueError(f"max_attempts must be at least 1, not {max_attempts}")

    def operator(source: Observable[T]) -> Observable[T | AttemptResetEvent]:
        from reactivex import Observable
        from reactivex.disposable import SerialDisposable, SingleAssignmentDisposable
        from reactivex.scheduler import CurrentThreadScheduler

        def subscribe(
            observer: abc.ObserverBase[T | AttemptResetEvent],
            subscribed_on: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            attempts = _Attempts(max_attempts, retry_if, wait)
            waited_on = scheduler or subscribed_on
            # What of the source is subscribed to, then the wait for the next attempt, and so on.
            current = SerialDisposable()

            def begin(*_: object) -> None:
                # Assigned first, for a source may fail while it is subscribed to.
                subscription = SingleAssignmentDisposable()
                current.disposable = subscription
                if current.is_disposed:
                    return
                subscription.disposable = source.subscribe(
                    observer.on_next, on_error, observer.on_completed, scheduler=subscribed_on
                )

            def begin_in_turn() -> None:
                # On the trampoline, which a source that pushes on this thread leaves to do so: else
                # nobody could dispose of it before it has ended.
                CurrentThreadScheduler.singleton().schedule(begin)

            def on_error(error: Exception) -> None:
                try:
                    reset = attempts.failed(error, waited_on.now if waited_on else None)
                except Exception as last:
                    observer.on_error(last)
                    return
                observer.on_next(reset)
                if not current.is_disposed:
                    pause = SingleAssignmentDisposable()
                    current.disposable = pause
                    after(reset.wait, begin_in_turn, pause, waited_on)

            begin()
            return current

        return Observable(subscribe)

    return operator


class _Attempts:
    """The attempts of one subscription, counted; knows whether there is another, and when."""

    def __init__(
        self,
        max_attempts: int,
        retry_if: Callable[[Exception], bool],
        wait: Callable[[tenacity.RetryCallState], float],
    ) -> None:
        self._max_attempts = max_attempts
        self._retry_if = retry_if
        self._wait = wait
        # What tenacity's strategies are told; nothing of it sleeps.
        self._state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})

    def failed(self, error: Exception, now: datetime | None) -> AttemptResetEvent:
        """Announce the attempt that follows; raise ``error`` if there is none."""
        state = self._state
        is_last = state.attempt_number >= self._max_attempts
        if is_last or isinstance(error, StreamClosedError) or not self._retry_if(error):
            raise error
        state.set_exception((type(error), error, error.__traceback__))
        seconds = delay_asked(error, now) or self._wait(state)
        state.idle_for += seconds
        state.prepare_for_next_attempt()
        return AttemptResetEvent(state.attempt_number, seconds, error)
