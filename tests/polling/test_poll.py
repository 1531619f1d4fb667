"""`poll` emits each state up to the final one, in virtual time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as rx
from reactivex.testing import TestScheduler

from streamkit.polling import (
    LONGEST_HINT,
    SHORTEST_HINT,
    Poller,
    Polling,
    Reply,
    poll,
)
from tests.polling.jobs import Job, Source, diagram, drawn, is_z


@pytest.mark.parametrize(
    ("states", "interval", "expected"),
    [
        ("abz", 3, "a--b--(z,|)"),
        ("aaaz", 2, "a-a-a-(z,|)"),
        ("z", 3, "(z,|)"),
        ("ab?z", 2, "a-b-(?,|)"),
    ],
    ids=["each state", "equal states too", "final at once", "unknown"],
)
def test_every_state_is_emitted_up_to_the_final_one(
    states: str, interval: float, expected: str
) -> None:
    source = Source([*states])
    assert diagram(poll(source, is_z, interval)) == expected
    assert source.fetches == len(states.partition("?")[0]) + states.count("?")


def test_an_unknown_state_is_the_first_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    diagram(poll(Source(["a", "?"]), is_z, 1))
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("streamkit", "WARNING")
    assert "job_1" in record.message
    assert "'?'" in record.message


def test_nothing_is_fetched_before_the_subscription() -> None:
    source = Source(["z"])
    poll(source, is_z, 1)
    assert source.fetches == 0


def test_the_interval_counts_from_the_answer() -> None:
    scheduler = TestScheduler()
    slow = Source([*"abz"], on_fetch=lambda: scheduler.sleep(2.0))
    assert diagram(poll(slow, is_z, 3), scheduler=scheduler) == "--a----b----(z,|)"


def test_each_subscription_has_its_own_interval_and_deadline() -> None:
    scheduler = TestScheduler()
    states = [Job("a", 4000), Job("b", 1000), Job("c"), Job("d"), Job("e")]
    polled = poll(Source(states), is_z, 9, hint=lambda job: job.hint, max_wait_seconds=5)
    first, second = scheduler.create_observer(), scheduler.create_observer()
    for start, observer in ((200.0, first), (202.0, second)):
        scheduler.advance_to(start)
        polled.subscribe(observer, scheduler=scheduler)
    scheduler.start()
    assert drawn(first.messages) == "a---d#"
    assert drawn(second.messages) == "--bceee#"


def test_a_scheduler_of_its_own_is_stronger_than_the_subscribers() -> None:
    own = TestScheduler()
    source = Source(["a", "z"])
    diagram(poll(source, is_z, 1, scheduler=own))
    assert source.fetches == 0
    own.start()
    assert source.fetches == 0  # the subscription has been disposed of meanwhile


def hinted(*hints: object) -> Observable[Job]:
    states = [Job("a", hint) for hint in hints]
    return poll(Source([*states, Job("z")]), is_z, 2, hint=lambda job: job.hint)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (["4000", "1000"], "a---a(z,|)"),
        (["4000", None], "a---a---(z,|)"),
        ([None, 3000], "a-a--(z,|)"),
        ([" 3000 "], "a--(z,|)"),
    ],
    ids=["the newest holds", "until the next", "from then on", "spaces"],
)
def test_the_interval_follows_the_hints(hints: list[object], expected: str) -> None:
    assert diagram(hinted(*hints)) == expected


@pytest.mark.parametrize(
    "hint",
    ["-1", "1.5", "soon", "", "1e3", "+5", "1_0", "٣", "9" * 50, "300001", -5, 7.5, True, [5]],
    ids=repr,
)
def test_a_hint_that_is_none_changes_nothing(hint: object) -> None:
    assert diagram(hinted(hint)) == "a-(z,|)"
    assert diagram(hinted(5000, hint)) == "a----a----(z,|)"


@given(st.integers(min_value=0, max_value=10**9) | st.text())
def test_whatever_the_hint_the_pause_keeps_its_bounds(hint: str | int) -> None:
    poller = Poller(Polling(until=is_z))
    poller.feed(Reply(Job("a"), hint))
    assert SHORTEST_HINT <= poller.pause(0) <= LONGEST_HINT


def test_a_server_that_is_too_eager_is_slowed_down() -> None:
    poller = Poller(Polling(until=is_z))
    poller.feed(Reply(Job("a"), "0"))
    assert poller.pause(0) == SHORTEST_HINT


def test_disposal_stops_it_at_once() -> None:
    source = Source(["a"])
    assert diagram(poll(source, is_z, 3), until="-----!") == "a--a"
    assert source.fetches == 2


def test_an_observer_that_has_enough_stops_it() -> None:
    source = Source(["a"])
    assert diagram(poll(source, is_z, 3).pipe(rx.take(2))) == "a--(a,|)"
    assert source.fetches == 2


def test_an_answer_that_comes_after_the_disposal_is_dropped() -> None:
    scheduler = TestScheduler()
    subscriptions: list[Any] = []

    def dispose() -> None:
        subscriptions[0].dispose()

    source = Source(["z"], on_fetch=dispose)
    observer = scheduler.create_observer()
    subscriptions.append(poll(source, is_z, 3).subscribe(observer, scheduler=scheduler))
    scheduler.start()
    assert (source.fetches, observer.messages) == (1, [])
