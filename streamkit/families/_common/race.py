"""The race between several sources of an answer, of which one wins."""

# Strategy: the events of each source are held until one shows content. From then on only that
# source emits, on its own thread and without a lock; the lock decides who wins. Sources of the
# blocking client would follow one another on one thread, so each gets a thread of its own.

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from streamkit._core.arguments import require_word
from streamkit._core.content import has_content
from streamkit._core.ending import ends_answer
from streamkit._core.events import Event, Growth
from streamkit._core.said import represented
from streamkit._rx.demand import current_demand
from streamkit._rx.loop import running_loop
from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.turns import soon
from streamkit.errors import StreamkitError
from streamkit.families._common.answer_events import UsageEvent
from streamkit.families._common.race_event import RaceLoser, RaceSettledEvent
from streamkit.families._common.text_events import ContentDoneEvent, RefusalDoneEvent

if TYPE_CHECKING:
    from reactivex import Observable, abc
    from reactivex.disposable import SingleAssignmentDisposable

    from streamkit.families._common.final import Usage

__all__ = ["HELD_LIMIT", "race"]

E = TypeVar("E")

HELD_LIMIT = 10_000
"""The maximum number of events without content that a source may emit before it drops out."""


def race(
    *sources: Observable[E], first: Literal["content", "event"] = "content"
) -> Observable[E | RaceSettledEvent]:
    """Return an observable of the events of the source that is first to emit content.

        --role----"a"--"b"--|      (disposed of when the other wins)
        --role--"x"--"y"--|
        [      race(...)      ]
        --------(settled,role,"x")--"y"--|

    The sources are requests with ``observe``, to several servers or models, or pipelines of them.
    A text, reasoning, a refusal or a tool call is content. A role, usage, an error and an answer
    that ends without any do not win. When a source wins, the others are disposed of, which closes
    their responses. A ``race.settled`` event says which has won, and what the others had emitted
    and cost by then; then come all events of the winner.

    If all sources fail, the error of the first one is emitted, with notes about the others. If none
    has content but some are complete, the events of the first of these are emitted.

    On an event loop the sources are read there. Without a loop each is read on a thread of its own,
    and ``subscribe`` returns when the race is over, unless it got a scheduler.

    Args:
        sources: The observables, of any protocol.
        first: What wins: ``content``, or any ``event``.

    Raises:
        TypeError: There is no source, or one is no observable.
        ValueError: ``first`` is neither.
    """
    require_word("first", first, ("content", "event"))
    if not sources:
        raise TypeError("race takes one observable or more")
    for source in sources:
        _INPUT.source(source)
    from streamkit._rx.observable import Observable

    def subscribe(
        observer: abc.ObserverBase[E | RaceSettledEvent],
        scheduler: abc.SchedulerBase | None = None,
    ) -> abc.DisposableBase:
        run: _Race[E] = _Race(len(sources), observer, any_event=first == "event")
        return run.begin(sources, scheduler)

    return Observable(subscribe)


_INPUT = OperatorInput("race")


class _Runner(Generic[E]):
    """A source in the race."""

    def __init__(self) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self.subscription: SingleAssignmentDisposable = SingleAssignmentDisposable()
        self.held: list[E] = []
        self.events = 0
        self.usage: Usage | None = None
        self.error: Exception | None = None
        self.is_out = False
        """Whether the source has ended without winning."""


class _Race(Generic[E]):
    def __init__(self, count: int, observer: abc.ObserverBase[Any], *, any_event: bool) -> None:
        self._observer = observer
        self._any_event = any_event
        self._runners: list[_Runner[E]] = [_Runner() for _ in range(count)]
        self._winner: int | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()

    def begin(
        self, sources: tuple[Observable[E], ...], scheduler: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        """Subscribe to the sources, in their order, until one has won."""
        from reactivex.disposable import Disposable
        from reactivex.scheduler import CurrentThreadScheduler, NewThreadScheduler

        demand = current_demand()
        blocks = scheduler is None and demand is None and running_loop() is None
        if demand is not None:
            demand.expect_others()
        if scheduler is None and running_loop() is None:
            scheduler = NewThreadScheduler()
        for number, (runner, source) in enumerate(zip(self._runners, sources, strict=True)):
            if self._winner is not None:
                break
            runner.subscription.disposable = source.subscribe(
                partial(self._on_next, number, runner),
                partial(self._on_end, number, runner),
                partial(self._on_end, number, runner),
                scheduler=scheduler,
            )
        if blocks:
            # On the trampoline, so that all has been subscribed to and can be disposed of.
            soon(CurrentThreadScheduler.singleton(), self._wait)
        return Disposable(self._dispose)

    def _wait(self, *_: object) -> None:
        self._over.wait()

    def _on_next(self, number: int, runner: _Runner[E], event: E) -> None:
        if self._winner == number:
            self._push(event)
            return
        with self._lock:
            if self._winner is not None or runner.is_out:
                return
            runner.events += 1
            runner.held.append(event)
            if isinstance(event, UsageEvent):
                runner.usage = event.usage
            if self._any_event or _is_content(event):
                self._winner = number
            elif runner.events <= HELD_LIMIT:
                return
        if self._winner is None:
            runner.subscription.dispose()
            message = f"a source of a race emitted {runner.events} events without content"
            self._on_end(number, runner, StreamkitError(message))
        elif self._winner == number:
            self._settle(number)

    def _on_end(self, number: int, runner: _Runner[E], error: Exception | None = None) -> None:
        if self._winner == number:
            self._finish(error)
            return
        with self._lock:
            runner.error, runner.is_out = error, True
            if self._winner is not None or not all(each.is_out for each in self._runners):
                return
            errors = [each.error for each in self._runners]
            self._winner = errors.index(None) if None in errors else 0
        if None in errors:
            self._settle(self._winner)
        self._finish(_first([each for each in errors if each]) if None not in errors else None)

    def _settle(self, winner: int) -> None:
        """Dispose of the losers; emit the result, and what was held of the winner."""
        losers: list[RaceLoser] = []
        for number, runner in enumerate(self._runners):
            if number != winner:
                runner.subscription.dispose()
                failed = None if runner.error is None else represented(runner.error)
                losers.append(RaceLoser(number, runner.events, runner.usage, failed))
                runner.held.clear()
        self._push(RaceSettledEvent(winner, losers))
        held, self._runners[winner].held = self._runners[winner].held, []
        for event in held:
            self._push(event)

    def _push(self, event: Any) -> None:
        try:
            self._observer.on_next(event)
        except BaseException:
            self._dispose()
            raise

    def _finish(self, error: Exception | None) -> None:
        try:
            if error is None:
                self._observer.on_completed()
            else:
                self._observer.on_error(error)
        finally:
            self._over.set()

    def _dispose(self) -> None:
        for runner in self._runners:
            runner.subscription.dispose()
        self._over.set()


def _first(errors: list[Exception]) -> Exception:
    """Return the first error, with notes about the others."""
    error, *others = errors
    for other in others:
        error.add_note(f"Another source of the race failed, too: {represented(other)}")
    return error


def _is_content(event: object) -> bool:
    if isinstance(event, Growth):
        return bool(event.piece_of(event)) or _is_call(event)
    if isinstance(event, ContentDoneEvent):
        return bool(event.content)
    if isinstance(event, RefusalDoneEvent):
        return bool(event.refusal)
    if isinstance(event, str):
        return bool(event)
    if isinstance(event, Event):
        return _is_call(event)
    return has_content(event) and not ends_answer(event)


def _is_call(event: Event) -> bool:
    return bool(getattr(event, "tool_call_id", None))
