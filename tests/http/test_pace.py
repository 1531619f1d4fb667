"""The pace of many requests falls when the server is asked too much, and rises again."""

from __future__ import annotations

from math import inf

import httpx
import pytest

from streamkit._http.pace import Pace, hold_asked
from streamkit.errors import APIConnectionError, APIStatusError, StreamkitError


def begun(pace: Pace, now: float = 0.0) -> list[int]:
    """Begin as many attempts as may be under way, and return their marks."""
    marks: list[int] = []
    while pace.wait(now) == 0:
        marks.append(pace.begin())
    return marks


def test_no_more_attempts_than_allowed_are_under_way() -> None:
    pace = Pace(3)
    assert len(begun(pace)) == 3
    assert pace.wait(0) == inf
    pace.end()
    assert pace.wait(0) == 0


def test_a_slowdown_holds_all_until_its_time_and_then_allows_half() -> None:
    pace = Pace(8)
    mark = begun(pace)[0]
    for _ in range(8):
        pace.end()
    pace.slow_down(mark, until=5.0)
    assert pace.wait(2.0) == 3.0
    assert len(begun(pace, now=5.0)) == 4


def test_the_latest_of_several_times_holds() -> None:
    pace = Pace(2)
    pace.slow_down(0, until=9.0)
    pace.slow_down(0, until=5.0)
    assert pace.wait(5.0) == 4.0


def test_attempts_that_were_under_way_together_slow_down_once() -> None:
    pace = Pace(8)
    for mark in begun(pace):
        pace.end()
        pace.slow_down(mark, until=1.0)
    assert len(begun(pace, now=1.0)) == 4


def test_each_later_refusal_halves_again_down_to_one() -> None:
    pace = Pace(8)
    allowed: list[int] = []
    for moment in range(1, 6):
        marks = begun(pace, now=moment)
        allowed.append(len(marks))
        for mark in marks:
            pace.end()
            pace.slow_down(mark, until=moment + 1)
    assert allowed == [8, 4, 2, 1, 1]


def test_as_many_answers_as_are_allowed_let_one_more_in_up_to_the_maximum() -> None:
    pace = Pace(4)
    pace.slow_down(0, until=0.0)
    allowed: list[int] = []
    for _ in range(5):
        marks = begun(pace)
        allowed.append(len(marks))
        for _ in marks:
            pace.end()
            pace.speed_up()
    assert allowed == [2, 2, 3, 4, 4]


def status(code: int, **headers: str) -> APIStatusError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request("POST", "http://127.0.0.1/")
    response = httpx.Response(code, headers=named, request=request)
    return APIStatusError("no", response=response, body=None)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (status(429), 0.5),
        (status(429, retry_after="7"), 7.0),
        (status(429, retry_after_ms="30"), 0.03),
        (status(503, retry_after="7"), 7.0),
        (status(503), None),
        (status(400), None),
        (status(429, retry_after="3600"), None),
        (APIConnectionError("gone"), None),
        (StreamkitError("other"), None),
        (KeyboardInterrupt(), None),
    ],
    ids=[
        "429",
        "429 with seconds",
        "429 with milliseconds",
        "another status with seconds",
        "another status",
        "a refusal",
        "longer than a retry waits",
        "no connection",
        "another error",
        "an interruption",
    ],
)
def test_a_429_and_a_retry_after_hold_all(error: BaseException, seconds: float | None) -> None:
    assert hold_asked(error) == seconds
