"""The operator that begins a failed stream anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from streamkit._core.arguments import require_count, require_plain, require_word
from streamkit._core.ending import ends_answer
from streamkit._core.events import AttemptResetEvent, Event
from streamkit._http.backoff import back_off, delay_asked, is_transient
from streamkit._http.retry_state import RetryState
from streamkit._rx.operator_input import OperatorInput, require_scheduler
from streamkit._rx.pause import after
from streamkit.errors import StreamClosedError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reactivex import Observable, abc

__all__ = ["HELD_RESULTS", "retry_stream"]

T = TypeVar("T")

Wait: TypeAlias = "Callable[[Any], float]"
"""A wait strategy of tenacity, or a function that reads the same attributes of its argument."""

HELD_RESULTS = 4096
"""The maximum number of done events that an attempt holds back; one more makes it the last."""


def retry_stream(
    *,
    max_attempts: int = 3,
    retry_if: Callable[[Exception], bool] = is_transient,
    wait: Wait = back_off,
    results: Literal["each", "once"] = "each",
    scheduler: abc.SchedulerBase | None = None,
) -> Callable[[Observable[T]], Observable[T | AttemptResetEvent]]:
    """Subscribe again when the source fails, after an event that makes its earlier items void.

        --a--b--#           ----a--b--c--|
        [          retry_stream()        ]
        --a--b--(reset)-----------a--b--c--|

    The source must be cold, as ``observe()`` is. When an attempt has failed, an ``attempt.reset``
    event is emitted before the wait for the next one. An observer that shows or adds up the items
    then begins anew, so no text appears twice. The error of the last attempt is passed on, and an
    error that another attempt cannot mend is passed on at once.

    By default the transient errors are retried: a cut stream, a lost connection, a timeout, and the
    statuses 408, 409, 429 and 5xx, also when they are reported in mid-stream. A whole answer that
    does not fit (``ParseError``) is not retried, and a stream that its user closed never is.

    Each attempt is a request with the client's own retries before its answer begins.

    An answer is complete if it has a finish reason, in a chunk, a chunk event or the error's
    ``completion``; a run, if it rests. Any error after that is passed on, so that nobody pays for
    an answer twice. A done event may come earlier, as that of a tool call does when another opens,
    and become void. An observer that acts on done events (runs a tool, stores a message) needs
    ``results="once"``:

        --call.done--b--#           ----call.done--c--finish--|
        [             retry_stream(results="once")            ]
        -------------b--(reset)---------------c--(call.done,finish)--|

    Args:
        max_attempts: The maximum number of subscriptions to the source, the first included.
        retry_if: Returns whether another attempt may mend an error; by default, if it is transient.
        wait: Returns the seconds until the next attempt if the server asks for none; by default
            they grow from half a second to eight. Any strategy of tenacity fits. The argument has
            the attributes that these read: ``attempt_number`` (of the failed attempt; the first is
            1), ``outcome`` (its ``exception()`` is the error), ``seconds_since_start`` and
            ``idle_for``, the seconds waited so far.
        results: With ``"each"``, events whose type ends with ``.done`` are emitted as they come.
            With ``"once"`` they are held back, in their order, until no other attempt can follow:
            until a finish reason, the end, an error that is passed on or the last attempt, or until
            there are more than ``HELD_RESULTS``. Those of a failed attempt are not emitted.
        scheduler: The scheduler of the wait; by default the one given to ``subscribe``, else the
            running loop or the subscriber's own thread.
    """
    require_count("max_attempts", max_attempts)
    require_plain("retry_if", retry_if)
    require_plain("wait", wait)
    require_word("results", results, ("each", "once"))
    require_scheduler(scheduler)

    def operator(source: Observable[T]) -> Observable[T | AttemptResetEvent]:
        _INPUT.source(source)
        from reactivex.disposable import SerialDisposable, SingleAssignmentDisposable
        from reactivex.scheduler import CurrentThreadScheduler

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[T | AttemptResetEvent],
            subscribed_on: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            attempts = _Attempts(max_attempts, retry_if, wait)
            waited_on = scheduler or subscribed_on
            # The subscription to the source, then the wait for the next attempt, and so on.
            current = SerialDisposable()

            def begin(*_: object) -> None:
                # Assigned first, because a source may fail during the call of `subscribe`.
                subscription = SingleAssignmentDisposable()
                current.disposable = subscription
                if current.is_disposed:
                    return
                attempt = _Attempt(observer, holds=results == "once" and not attempts.is_last)

                def on_error(error: Exception) -> None:
                    fail(attempt, error)

                subscription.disposable = source.subscribe(
                    attempt.on_next, on_error, attempt.on_completed, scheduler=subscribed_on
                )

            def begin_in_turn() -> None:
                # On the trampoline, because a source that pushes on this thread then does so after
                # this call: else nobody could dispose of it before it has ended.
                CurrentThreadScheduler.singleton().schedule(begin)

            def fail(attempt: _Attempt[Any], error: Exception) -> None:
                now = waited_on.now if waited_on else None
                try:
                    is_settled = attempt.is_settled or _has_whole(error)
                    reset = attempts.failed(error, now, is_settled=is_settled)
                except Exception as last:
                    attempt.settle()
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


_INPUT = OperatorInput("retry_stream")


class _Attempt(Generic[T]):
    """An observer of one attempt, which passes its items on or holds them back."""

    def __init__(self, observer: abc.ObserverBase[T | AttemptResetEvent], *, holds: bool) -> None:
        self.is_settled = False
        """Whether no other attempt can follow, most often because the answer is complete."""
        self._observer = observer
        self._holds = holds
        self._held: list[T] = []
        # A hot path: the dispatch on a type costs more than a look-up of its result.
        self._ends: dict[type[Any], Callable[[Any], bool]] = {}

    def on_next(self, item: T) -> None:
        """Pass an item on, or hold it back while another attempt may emit it again."""
        if not self.is_settled:
            kind = type(item)
            ends = self._ends.get(kind)
            if ends is None:
                ends = self._ends[kind] = ends_answer.dispatch(kind)
            if ends(item):
                self.settle()
        if self._holds and _is_result(item):
            self._held.append(item)
            if len(self._held) > HELD_RESULTS:
                self.settle()
        else:
            self._observer.on_next(item)

    def on_completed(self) -> None:
        """Emit the items held back, and complete."""
        self.settle()
        self._observer.on_completed()

    def settle(self) -> None:
        """Emit the items held back, and hold nothing back from now on."""
        self.is_settled, self._holds = True, False
        held, self._held = self._held, []
        for item in held:
            self._observer.on_next(item)


def _has_whole(error: Exception) -> bool:
    """Return whether an error's ``partial`` shows that the answer was complete.

    It may show this even if no emitted item does.
    """
    return isinstance(error, StreamkitError) and ends_answer(error.partial)


def _is_result(item: object) -> bool:
    return isinstance(item, Event) and getattr(item, "type", "").endswith(".done")


class _Attempts:
    """A counter of one subscription's attempts, which decides whether and when another follows."""

    def __init__(
        self,
        max_attempts: int,
        retry_if: Callable[[Exception], bool],
        wait: Wait,
    ) -> None:
        self._max_attempts = max_attempts
        self._retry_if = retry_if
        self._wait = wait
        self._state = RetryState()

    @property
    def is_last(self) -> bool:
        """Whether no other attempt follows the present one, however it fails."""
        return self._state.attempt_number >= self._max_attempts

    def failed(
        self, error: Exception, now: datetime | None, *, is_settled: bool
    ) -> AttemptResetEvent:
        """Return the event of the attempt that follows; raise ``error`` if none does."""
        state = self._state
        is_final = is_settled or self.is_last or isinstance(error, StreamClosedError)
        if is_final or not self._retry_if(error):
            raise error
        state.failed(error)
        seconds = delay_asked(error, now) or self._wait(state)
        state.waits(seconds)
        return AttemptResetEvent(state.attempt_number, seconds, error)
