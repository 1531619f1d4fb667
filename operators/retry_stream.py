"""A stream that failed, begun anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from streamkit._core.ending import ends_answer
from streamkit._core.events import AttemptResetEvent, Event
from streamkit._http.backoff import back_off, delay_asked, is_transient
from streamkit._http.retry_state import RetryState
from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.pause import after
from streamkit.errors import StreamClosedError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reactivex import Observable, abc

__all__ = ["HELD_RESULTS", "retry_stream"]

T = TypeVar("T")

Wait: TypeAlias = "Callable[[Any], float]"
"""A strategy of tenacity, or a function that reads the same of its argument."""

HELD_RESULTS = 4096
"""How many done events of an attempt are held back; with one more it is begun anew no more."""


def retry_stream(
    *,
    max_attempts: int = 3,
    retry_if: Callable[[Exception], bool] = is_transient,
    wait: Wait = back_off,
    results: Literal["each", "once"] = "each",
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
    there and does not please (``ParseError``), and never a stream that its user closed. The wait is
    what the server asks for, else what ``wait`` says, which any of tenacity's strategies can be; by
    default it grows from half a second to eight. It is spent on ``scheduler``, else on that of
    ``subscribe``, else on the running loop or the subscriber's own thread.

    Each attempt is a request with the client's own retries before its answer begins.

    An answer that has a finish reason, in a chunk, a chunk event or the error's ``completion``, is
    there, and so is a run that rests: whatever fails after it passes, so that nobody pays for it
    twice. A done event can come
    before that, as that of a tool call does once another is opened, and be void. Whoever acts on
    them (runs a tool, stores a message) asks for ``results="once"``:

        --call.done--b--#           ----call.done--c--finish--|
        [             retry_stream(results="once")            ]
        -------------b--(reset)---------------c--(call.done,finish)--|

    Args:
        max_attempts: How often the source is subscribed to in all.
        retry_if: Whether another attempt may mend an error.
        wait: Returns the seconds until the next attempt, where the server asks for none. It is
            called with what tenacity's strategies read: ``attempt_number`` (of the attempt that has
            failed; the first is 1), ``outcome`` (whose ``exception()`` is the error),
            ``seconds_since_start`` and ``idle_for``, the seconds that were waited so far.
        results: With ``"each"`` the events whose type ends with ``.done`` are emitted as they come;
            with ``"once"`` they are held back, in their order, until no other attempt can follow:
            until a finish reason, the end, the error that passes or the last attempt, and for at
            most ``HELD_RESULTS`` of them. Those of an attempt that failed are not emitted.
        scheduler: Where the wait is spent.
    """
    if max_attempts < 1:
        raise ValueError(f"max_attempts must be at least 1, not {max_attempts}")
    if results not in {"each", "once"}:
        raise ValueError(f"results must be 'each' or 'once', not {results!r}")

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
            # What of the source is subscribed to, then the wait for the next attempt, and so on.
            current = SerialDisposable()

            def begin(*_: object) -> None:
                # Assigned first, for a source may fail while it is subscribed to.
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
                # On the trampoline, which a source that pushes on this thread leaves to do so: else
                # nobody could dispose of it before it has ended.
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
    """What one attempt emits, on its way to the observer."""

    def __init__(self, observer: abc.ObserverBase[T | AttemptResetEvent], *, holds: bool) -> None:
        self.is_settled = False
        """Whether its answer is there, so that no other attempt follows."""
        self._observer = observer
        self._holds = holds
        self._held: list[T] = []
        # A hot place: to look a type up costs more than to ask what was found.
        self._ends: dict[type[Any], Callable[[Any], bool]] = {}

    def on_next(self, item: T) -> None:
        """Pass an item on, or hold it back while another attempt may bring it again."""
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
        """Pass on that the attempt is complete, after what was held back."""
        self.settle()
        self._observer.on_completed()

    def settle(self) -> None:
        """Emit what was held back, and hold nothing back from now on."""
        self.is_settled, self._holds = True, False
        held, self._held = self._held, []
        for item in held:
            self._observer.on_next(item)


def _has_whole(error: Exception) -> bool:
    """Whether an error ended a stream whose answer was there, as far as it knows.

    It does also where nothing that is observed shows the end.
    """
    return isinstance(error, StreamkitError) and ends_answer(error.partial)


def _is_result(item: object) -> bool:
    return isinstance(item, Event) and getattr(item, "type", "").endswith(".done")


class _Attempts:
    """The attempts of one subscription, counted; knows whether there is another, and when."""

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
        """Announce the attempt that follows; raise ``error`` if there is none."""
        state = self._state
        is_final = is_settled or self.is_last or isinstance(error, StreamClosedError)
        if is_final or not self._retry_if(error):
            raise error
        state.failed(error)
        seconds = delay_asked(error, now) or self._wait(state)
        state.waits(seconds)
        return AttemptResetEvent(state.attempt_number, seconds, error)
