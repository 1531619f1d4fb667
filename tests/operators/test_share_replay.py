"""``share`` with ``replay`` gives late observers what there was, and with ``linger`` waits."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.testing import TestScheduler

from streamkit.operators import share
from tests.operators.texts import events


class Notes:
    """The notifications of an observer; the end is the error, or ``|``."""

    def __init__(self, source: rx.Observable[Any], **options: Any) -> None:
        self.seen: list[Any] = []
        note = self.seen.append
        self.subscription = source.subscribe(note, note, lambda: note("|"), **options)


@pytest.mark.parametrize(
    ("replay", "expected"), [("all", [1, 2, 3]), ("snapshot", [1, 2, 3]), (1, [2, 3])]
)
def test_a_late_observer_gets_what_there_was(replay: Any, expected: list[int]) -> None:
    source: rx.Subject[int] = rx.Subject()
    shared = source.pipe(share(replay=replay))
    first = Notes(shared)
    source.on_next(1)
    source.on_next(2)
    late = Notes(shared)
    assert late.seen == expected[:-1]
    source.on_next(3)
    source.on_completed()
    assert late.seen == [*expected, "|"]
    assert first.seen == [1, 2, 3, "|"]
    assert Notes(shared).seen == [*expected[-1:], "|"] if replay == 1 else [*expected, "|"]


def test_a_snapshot_is_merged_and_had_after_an_error() -> None:
    subscribed: list[int] = []
    error = OSError("lost")
    answer = rx.concat(rx.from_iterable(events(["a", "b"])), rx.throw(error))

    def begin(_: Any) -> rx.Observable[Any]:
        subscribed.append(1)
        return answer

    shared = rx.defer(begin).pipe(share(replay="snapshot"))
    for _ in range(2):
        seen = Notes(shared).seen
        assert "".join(e.delta for e in seen[:-1] if e.type == "content.delta") == "ab"
        assert seen[-1] is error
    assert subscribed == [1]


def test_an_observer_that_comes_while_another_thread_emits_misses_nothing() -> None:
    source: rx.Subject[int] = rx.Subject()
    shared = source.pipe(share(replay="all"))
    notes = [Notes(shared)]

    def feed() -> None:
        for number in range(300):
            source.on_next(number)

    feeder = threading.Thread(target=feed)
    feeder.start()
    notes += [Notes(shared) for _ in range(20)]
    feeder.join(10)
    assert all(note.seen == [*range(300)] for note in notes)


def test_an_observer_may_leave_while_it_catches_up() -> None:
    source: rx.Subject[int] = rx.Subject()
    shared = source.pipe(share(replay="all"))
    Notes(shared)
    for number in range(3):
        source.on_next(number)
    taken: list[int] = []
    shared.pipe(rx_operators.take(1)).subscribe(taken.append)
    assert taken == [0]


def test_an_observer_that_raises_while_it_catches_up_raises_where_it_subscribes() -> None:
    source: rx.Subject[int] = rx.Subject()
    shared = source.pipe(share(replay="all"))
    first = Notes(shared)
    source.on_next(1)

    def refuse(_: int) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        shared.subscribe(refuse)
    source.on_next(2)
    assert first.seen == [1, 2]


@pytest.mark.parametrize("returns_after", [9, 11])
def test_the_source_is_kept_for_the_seconds_of_linger(returns_after: int) -> None:
    clock = TestScheduler()
    source: rx.Subject[int] = rx.Subject()
    subscribed: list[int] = []

    def begin(_: Any) -> rx.Observable[int]:
        subscribed.append(1)
        return source

    shared = rx.defer(begin).pipe(share(replay="all", linger=10))
    first = Notes(shared, scheduler=clock)
    source.on_next(1)
    first.subscription.dispose()
    clock.advance_by(returns_after)
    second = Notes(shared, scheduler=clock)
    clock.advance_by(100)
    source.on_next(2)
    in_time = returns_after < 10
    assert second.seen == ([1, 2] if in_time else [2])
    assert len(subscribed) == (1 if in_time else 2)
    second.subscription.dispose()
    assert source.observers
    clock.advance_by(10)
    assert not source.observers


@pytest.mark.parametrize("options", [{"replay": 0}, {"linger": -1}])
def test_what_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        share(**options)
