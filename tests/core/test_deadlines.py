"""Each time limit of a stream is reached at its exact time on a clock of plain numbers."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit import StreamTimeoutError
from streamkit._core.deadlines import Deadlines, StreamLimits

ALL = StreamLimits(first_content=10, between_content=5, total=100)


def limit_of(error: StreamTimeoutError | None) -> tuple[str, float | None] | None:
    return None if error is None else (error.limit, error.seconds)


def test_the_first_content_is_waited_for_from_the_request_on() -> None:
    deadlines = Deadlines(ALL, 1000)
    assert deadlines.wait(1000) == 1010
    assert deadlines.reached(1009.9) is None
    assert limit_of(deadlines.reached(1010)) == ("first_content", 10)


def test_what_is_no_content_gives_no_more_time() -> None:
    deadlines = Deadlines(ALL, 0)
    deadlines.wait(0)
    deadlines.arrived(4)
    assert deadlines.wait(4) == 10
    deadlines.arrived(9)
    assert deadlines.wait(9) == 10


def test_content_gives_time_for_the_next() -> None:
    deadlines = Deadlines(ALL, 0)
    deadlines.wait(0)
    deadlines.arrived(9)
    deadlines.content()
    assert deadlines.wait(9) == 14
    deadlines.arrived(12)
    assert deadlines.wait(12) == 14
    assert limit_of(deadlines.reached(14)) == ("between_content", 5)
    deadlines.arrived(14)
    deadlines.content()
    assert deadlines.wait(14) == 19


def test_a_reader_that_is_busy_elsewhere_costs_no_time() -> None:
    deadlines = Deadlines(ALL, 0)
    deadlines.wait(0)
    deadlines.arrived(3)
    assert deadlines.reached(60) is None
    assert deadlines.wait(60) == 67


def test_the_total_is_on_the_clock_whoever_is_slow() -> None:
    deadlines = Deadlines(ALL, 0)
    deadlines.wait(0)
    deadlines.arrived(3)
    assert deadlines.reached(200) is None
    assert deadlines.wait(200) == 100
    assert limit_of(deadlines.reached(200)) == ("total", 100)


def test_another_attempt_has_time_for_its_first_content_and_none_in_all() -> None:
    deadlines = Deadlines(ALL, 0)
    deadlines.wait(0)
    deadlines.arrived(9)
    deadlines.begin()
    assert deadlines.wait(95) == 100
    assert limit_of(deadlines.reached(100)) == ("total", 100)


def test_without_a_limit_nothing_is_ever_reached() -> None:
    deadlines = Deadlines(StreamLimits(), 0)
    assert deadlines.wait(0) == inf
    assert deadlines.reached(1e9) is None
    assert deadlines.earliest(1e9) == inf


def test_no_limit_can_be_reached_before_the_earliest() -> None:
    deadlines = Deadlines(StreamLimits(between_content=5), 0)
    deadlines.wait(0)
    assert deadlines.earliest(7) == 12  # if content came now, and nothing after it
    deadlines.arrived(7)
    deadlines.content()
    deadlines.wait(7)
    assert deadlines.earliest(8) == 12
    deadlines.arrived(10)
    assert deadlines.earliest(20) == 22  # if the reader waited again from now on


@pytest.mark.parametrize("name", ["first_content", "between_content", "total"])
@pytest.mark.parametrize("seconds", [-1, nan, 1e10])
def test_a_limit_is_a_length_of_time(name: str, seconds: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a number from 0"):
        StreamLimits(**{name: seconds})


TWICE = [("wait", 1), ("content", 0), ("wait", 0), ("content", 0)]
SECONDS = st.one_of(st.none(), st.integers(0, 20))


@given(
    limits=st.builds(StreamLimits, first_content=SECONDS, between_content=SECONDS, total=SECONDS),
    steps=st.lists(
        st.tuples(st.sampled_from(["wait", "nothing", "content"]), st.integers(0, 9)), min_size=3
    ),
)
@example(StreamLimits(first_content=20, between_content=1), [*TWICE, ("wait", 3)])
@example(StreamLimits(between_content=5, total=9), [("wait", 1), ("content", 1), ("wait", 9)])
def test_whoever_looks_only_at_the_earliest_time_misses_no_limit(
    limits: StreamLimits, steps: list[tuple[str, int]]
) -> None:
    now = 0.0
    deadlines = Deadlines(limits, now)
    look_at = deadlines.earliest(now)
    is_waiting = False
    for step, seconds in steps:
        if step == "wait" and not is_waiting:
            is_waiting = True
            if now >= deadlines.wait(now):  # the reader itself compares the time
                assert deadlines.reached(now)
                return
        elif is_waiting and step != "wait":
            is_waiting = False
            deadlines.arrived(now)
            if step == "content":
                deadlines.content()
        for _ in range(seconds):
            now += 1
            if now >= look_at:
                if deadlines.reached(now):
                    return
                look_at = deadlines.earliest(now)
            assert deadlines.reached(now) is None
