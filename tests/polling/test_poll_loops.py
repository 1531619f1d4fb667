"""The loops of polling, blocking and awaited, return the final state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from streamkit import OpenAIError, PollTimeoutError
from streamkit.polling import (
    DEFAULT_INTERVAL,
    Polling,
    Reply,
    poll_until_done,
    poll_until_done_async,
)
from tests.polling.jobs import Job, Source, is_z


@dataclass
class Clock:
    """A clock that moves when a test sleeps on it."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list[float])

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def looped(polling: Polling[Any], source: Source, clock: Clock) -> Any:
    def ask(_first: object) -> Reply[Any]:
        state = source()
        return Reply(state, state.hint)

    return poll_until_done(polling, ask, sleep=clock.sleep, clock=clock)


def looped_async(polling: Polling[Any], source: Source, clock: Clock) -> Any:
    async def ask(_first: object) -> Reply[Any]:
        state = source()
        return Reply(state, state.hint)

    return asyncio.run(poll_until_done_async(polling, ask, sleep=clock.sleep_async, clock=clock))


Loop = Callable[[Polling[Any], Source, Clock], Any]
LOOPS = pytest.mark.parametrize("loop", [looped, looped_async], ids=["sync", "async"])


@LOOPS
def test_a_loop_returns_the_final_state(loop: Loop) -> None:
    clock, source = Clock(), Source(["a", Job("b", 2500), "c", "z"])
    assert loop(Polling(until=is_z), source, clock) == Job("z")
    assert clock.naps == [0.0, DEFAULT_INTERVAL, 2.5, 2.5]


@LOOPS
def test_a_loop_has_a_deadline(loop: Loop) -> None:
    clock, source = Clock(), Source([*"abz"])
    with pytest.raises(PollTimeoutError) as caught:
        loop(Polling(until=is_z, interval=2, max_wait_seconds=3), source, clock)
    assert caught.value.last == Job("b")
    assert clock.naps == [0.0, 2.0, 1.0]


@LOOPS
def test_an_error_within_a_loop_keeps_the_id(loop: Loop) -> None:
    lost = OpenAIError("lost")
    with pytest.raises(OpenAIError):
        loop(Polling(until=is_z), Source(["a", lost]), Clock())
    assert lost.resource_id == "job_1"


@LOOPS
def test_what_starts_the_work_is_not_timed_and_is_looked_at_right_away(loop: Loop) -> None:
    clock, source = Clock(), Source([*"aaz"])
    assert loop(Polling(until=is_z, starts_work=True), source, clock) == Job("z")
    assert clock.naps == [0.0, 0.0, 1.0]


@LOOPS
def test_what_starts_the_work_may_say_when_to_ask(loop: Loop) -> None:
    clock, source = Clock(), Source([Job("a", "4000"), "z"])
    assert loop(Polling(until=is_z, starts_work=True), source, clock) == Job("z")
    assert clock.naps == [0.0, 4.0]


@LOOPS
def test_what_starts_the_work_is_done_though_there_is_no_time_to_poll(loop: Loop) -> None:
    source = Source(["a"])
    with pytest.raises(PollTimeoutError) as caught:
        loop(Polling(until=is_z, starts_work=True, max_wait_seconds=0), source, Clock())
    assert (source.fetches, caught.value.last) == (1, Job("a"))


@LOOPS
def test_what_is_final_from_the_start_is_not_polled(loop: Loop) -> None:
    source = Source(["z"])
    loop(Polling(until=is_z, starts_work=True, max_wait_seconds=0), source, Clock())
    assert source.fetches == 1
