"""Each operator keeps the rules of operators on the events of every protocol, in virtual time."""

from __future__ import annotations

from typing import Any

import pytest
from reactivex import Observable
from reactivex.disposable import SerialDisposable
from reactivex.notification import OnError, OnNext
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import ParseError
from tests.families.common.answers import in_letters
from tests.families.common.catalogue import CATALOGUE, Entry
from tests.families.common.protocols import PROTOCOLS
from tests.families.common.taking import begun, events_of

pytestmark = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
families = pytest.mark.parametrize("family", PROTOCOLS)

LOST = OSError("lost")
START, STEP = 200, 10
COMPLETED = "completed"


def run(
    entry: Entry, events: list[Any], *, error: Exception | None = None, leaves: float | None = None
) -> tuple[list[Any], Any, float]:
    """Run an operator in virtual time; return its outputs, its end, and when its source was let go.

    Another observer subscribes to the same observable in the middle of the answer; both must get
    the same. Times are counted from a subscription.
    """
    scheduler = TestScheduler()
    records = [ReactiveTest.on_next(STEP * n, event) for n, event in enumerate(events, 1)]
    end = STEP * (len(events) + 1)
    ends = ReactiveTest.on_completed(end) if error is None else ReactiveTest.on_error(end, error)
    source = scheduler.create_cold_observable(*records, ends)
    observed = entry.operator()(source)
    begins = [START] if entry.is_shared else [START, START + 2.5 * STEP]
    observers = [scheduler.create_observer() for _ in begins]
    for observer, at in zip(observers, begins, strict=True):
        subscribe(scheduler, observed, observer, at, leaves)
    scheduler.start()
    taken = [
        (
            [entry.shown(value.value) for value in values if isinstance(value, OnNext)],
            next((ending(value) for value in values if not isinstance(value, OnNext)), None),
            subscription.unsubscribe - at,
        )
        for values, subscription, at in zip(
            ([message.value for message in each.messages] for each in observers),
            source.subscriptions,
            begins,
            strict=True,
        )
    ]
    assert taken[0] == taken[-1]
    return taken[0]


def subscribe(
    scheduler: TestScheduler,
    observed: Observable[Any],
    observer: Any,
    at: float,
    leaves: float | None,
) -> None:
    """Have an observer subscribe at a time, and leave some time later."""
    subscription = SerialDisposable()

    def begin(*_: object) -> None:
        subscription.disposable = observed.subscribe(observer, scheduler=scheduler)

    def dispose(*_: object) -> None:
        subscription.dispose()

    scheduler.schedule_absolute(at, begin)
    if leaves is not None:
        scheduler.schedule_absolute(at + leaves, dispose)


def ending(notification: Any) -> Any:
    """Return COMPLETED, or the error of the source, or the class of another error."""
    if isinstance(notification, OnError):
        error: Any = notification.exception
        return LOST if error is LOST else error.__class__
    return COMPLETED


@pytest.mark.diagonal
@families
def test_a_whole_answer(family: str, entry: Entry) -> None:
    events = events_of(family, entry.answer)
    outputs, end, let_go = run(entry, events)
    assert (outputs, end) == (entry.items, COMPLETED)
    assert let_go <= STEP * (len(events) + 1)


def test_an_empty_source(entry: Entry) -> None:
    outputs, end, let_go = run(entry, [])
    assert (outputs, let_go) == (entry.items[len(entry.items) - entry.at_end :], STEP)
    assert end == (ParseError if entry.needs_text else COMPLETED)


@pytest.mark.diagonal
@families
def test_an_error_of_the_source_comes_last_and_is_the_same(family: str, entry: Entry) -> None:
    events = begun(events_of(family, entry.answer))
    outputs, end, let_go = run(entry, events, error=LOST)
    assert outputs == entry.items[: len(entry.items) - entry.last]
    if not entry.ends_early:
        assert (end, let_go) == (LOST, STEP * (len(events) + 1))


@pytest.mark.diagonal
@families
def test_nothing_comes_after_disposal_and_the_source_is_let_go(family: str, entry: Entry) -> None:
    events = events_of(family, entry.answer)
    for count in (0, len(begun(events)) // 3):
        leaves = STEP * (count + 0.5)
        outputs, end, let_go = run(entry, events, leaves=leaves)
        assert (end, let_go) == (None, leaves)
        assert outputs == entry.items[: len(outputs)] != entry.items


@pytest.mark.diagonal
@families
def test_any_cut_of_the_answer_adds_up_to_the_same(family: str, entry: Entry) -> None:
    outputs, end, _ = run(entry, events_of(family, in_letters(entry.answer)))
    assert (entry.sum(outputs), end) == (entry.sum(entry.items), COMPLETED)
