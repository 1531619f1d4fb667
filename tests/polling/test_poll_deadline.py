"""No poll begins after the deadline."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex.testing import TestScheduler

from streamkit import APIConnectionError, OpenAIError, PollTimeoutError
from streamkit.polling import (
    Polling,
    poll,
)
from tests.polling.jobs import Job, Source, diagram, failure, is_z
from tests.polling.test_poll_loops import Clock, looped


@pytest.mark.parametrize(
    ("max_wait_seconds", "expected"),
    [(0, "#"), (3, "a--#"), (5, "a--b-#"), (6, "a--b--#"), (7, "a--b--(z,|)")],
)
def test_no_request_is_made_past_the_deadline(max_wait_seconds: float, expected: str) -> None:
    source = Source([*"abz"])
    assert diagram(poll(source, is_z, 3, max_wait_seconds=max_wait_seconds)) == expected
    assert source.fetches == sum(sign in expected for sign in "abz")


def test_the_error_of_the_deadline_says_where_to_go_on() -> None:
    error = failure(poll(Source(["a", "b"]), is_z, 3, max_wait_seconds=4))
    assert isinstance(error, PollTimeoutError)
    assert isinstance(error, OpenAIError)
    assert isinstance(error, TimeoutError)
    assert (error.last, error.resource_id) == (Job("b"), "job_1")
    assert str(error) == "job_1 was not finished after 4 s; its status was 'b'"


def test_an_error_before_the_first_request_knows_the_id_it_was_given() -> None:
    error = failure(poll(Source(["a"]), is_z, 3, max_wait_seconds=0, resource_id="job_2"))
    assert (error.last, error.resource_id) == (None, "job_2")
    assert str(error) == "job_2 was not finished after 0 s"


def test_an_error_between_two_states_has_the_newest_one() -> None:
    lost = APIConnectionError("lost")
    assert failure(poll(Source(["a", "b", lost]), is_z, 3)) is lost
    assert (lost.partial, lost.resource_id) == (Job("b"), "job_1")


def test_what_an_error_brings_along_stays_its_own() -> None:
    lost = APIConnectionError("lost")
    lost.partial, lost.resource_id = "half a job", "job_3"
    assert failure(poll(Source(["a", lost]), is_z, 3)) is lost
    assert (lost.partial, lost.resource_id) == ("half a job", "job_3")


def test_a_final_state_that_comes_late_is_good() -> None:
    scheduler = TestScheduler()
    slow = Source(["z"], on_fetch=lambda: scheduler.sleep(9.0))
    polled = poll(slow, is_z, 3, max_wait_seconds=1)
    assert diagram(polled, scheduler=scheduler) == "---------(z,|)"


def test_a_deadline_that_passes_during_a_request_is_not_waited_for() -> None:
    scheduler = TestScheduler()
    slow = Source(["a"], on_fetch=lambda: scheduler.sleep(4.0))
    polled = poll(slow, is_z, 3, max_wait_seconds=1)
    assert diagram(polled, scheduler=scheduler) == "----(a,#)"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e10])
@pytest.mark.parametrize("name", ["interval", "max_wait_seconds"])
def test_seconds_that_make_no_sense_are_refused_before_any_request(
    name: str, seconds: float
) -> None:
    terms: dict[str, Any] = {name: seconds}
    with pytest.raises(ValueError, match=f"^{name} must be a number from 0"):
        poll(Source(["z"]), is_z, **terms)


@given(
    interval=st.floats(0, 100),
    max_wait_seconds=st.floats(0, 1000),
    start=st.floats(0, 1e9),
)
def test_a_deadline_ends_every_polling(
    interval: float, max_wait_seconds: float, start: float
) -> None:
    clock = Clock(start)
    source = Source(["a"], on_fetch=lambda: clock.sleep(10.0))
    with suppress(PollTimeoutError):
        looped(
            Polling(until=is_z, interval=interval, max_wait_seconds=max_wait_seconds), source, clock
        )
    assert source.fetches <= max_wait_seconds / 10 + 1
