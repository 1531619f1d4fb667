"""Setting the wall clock by an hour, forwards or back, neither ends nor delays anything."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import abc
from reactivex.scheduler import (
    CatchScheduler,
    CurrentThreadScheduler,
    EventLoopScheduler,
    NewThreadScheduler,
    ThreadPoolScheduler,
    TimeoutScheduler,
)
from reactivex.scheduler.eventloop import AsyncIOScheduler
from reactivex.subject import Subject
from reactivex.testing import TestScheduler

import streamkit.operators as ops
from streamkit._core.compiled import convert
from streamkit._rx.scheduler_time import clock_of, schedule_after
from streamkit._rx.turns import soon
from streamkit.errors import StreamTruncatedError
from streamkit.polling import poll
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 10.0
HOUR = timedelta(hours=1)
SHORT = 0.01
CONTENT = convert({"choices": [{"index": 0, "delta": {"content": "a"}}]}, ChatCompletionChunk)

SCHEDULERS: dict[str, Callable[[], abc.SchedulerBase]] = {
    "an event loop's": EventLoopScheduler,
    "a new thread's": NewThreadScheduler,
    "a pool's": lambda: ThreadPoolScheduler(2),
    "a timer's": TimeoutScheduler,
    "one that catches": lambda: CatchScheduler(NewThreadScheduler(), lambda _: False),
}
EVERY_SCHEDULER = pytest.mark.parametrize("make", SCHEDULERS.values(), ids=SCHEDULERS)
EITHER_WAY = pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forwards", "back"])


class WallClock:
    """A wall clock for reactivex that can be set."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


def does(call: Callable[[], object]) -> Callable[..., None]:
    """Return the call as an action for a scheduler."""

    def action(*_: object) -> None:
        call()

    return action


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    clock = WallClock()
    monkeypatch.setattr("reactivex.scheduler.scheduler.default_now", clock)
    return clock


@EVERY_SCHEDULER
def test_in_real_time_seconds_are_counted(make: Callable[[], abc.SchedulerBase]) -> None:
    assert clock_of(make()) is time.monotonic


def test_virtual_time_is_the_scheduler_s_own() -> None:
    scheduler = TestScheduler()
    clock = clock_of(CatchScheduler(scheduler, lambda _: False))
    before = clock()
    scheduler.advance_by(7)
    assert clock() == before + 7


@EITHER_WAY
@EVERY_SCHEDULER
def test_what_waits_on_a_scheduler_is_done_in_its_time(
    make: Callable[[], abc.SchedulerBase], by: timedelta, wall_clock: WallClock
) -> None:
    done = threading.Event()
    schedule_after(make(), SHORT, does(done.set))
    wall_clock.offset = by
    assert done.wait(PATIENCE)


def disposed_of_in_time(scheduler: abc.SchedulerBase) -> threading.Event:
    """Schedule an action and dispose of it before it is due; return the event that it sets."""
    while True:
        done, due = threading.Event(), time.monotonic() + SHORT
        schedule_after(scheduler, SHORT, does(done.set)).dispose()
        if time.monotonic() < due:
            return done
        # The machine was too busy for that.


@EVERY_SCHEDULER
def test_what_was_disposed_of_is_not_done(make: Callable[[], abc.SchedulerBase]) -> None:
    scheduler, after = make(), threading.Event()
    done = disposed_of_in_time(scheduler)
    schedule_after(scheduler, 3 * SHORT, does(after.set))
    assert after.wait(PATIENCE)
    assert not done.is_set()


def test_on_a_scheduler_that_was_disposed_of_nothing_is_done() -> None:
    scheduler = EventLoopScheduler()
    schedule_after(scheduler, SHORT, does(int))
    scheduler.dispose()
    later = threading.Event()
    schedule_after(TimeoutScheduler.singleton(), 3 * SHORT, does(later.set))
    assert later.wait(PATIENCE)  # a complaint of a thread would be an error here


@EITHER_WAY
@EVERY_SCHEDULER
def test_a_poll_goes_on_and_has_its_time(
    make: Callable[[], abc.SchedulerBase], by: timedelta, wall_clock: WallClock
) -> None:
    ended, ends, asked = threading.Event(), list[Any](), 0

    def fetch() -> int:
        nonlocal asked
        asked += 1
        wall_clock.offset += by
        return asked

    def end(error: Exception | None = None) -> None:
        ends.append(error)
        ended.set()

    poll(fetch, lambda state: state == 3, SHORT, max_wait_seconds=60).subscribe(
        on_error=end, on_completed=end, scheduler=make()
    )
    assert ended.wait(PATIENCE)
    assert ends == [None]


@EITHER_WAY
@EVERY_SCHEDULER
def test_content_in_time_is_in_time(
    make: Callable[[], abc.SchedulerBase], by: timedelta, wall_clock: WallClock
) -> None:
    source, emitted = Subject[Any](), list[Any]()
    limited = source.pipe(ops.content_timeout(between_content=60, total=600, scheduler=make()))
    limited.subscribe(emitted.append, emitted.append, lambda: emitted.append("done"))
    source.on_next(CONTENT)
    wall_clock.offset = by
    source.on_next(CONTENT)
    source.on_completed()
    assert emitted == [CONTENT, CONTENT, "done"]


@EVERY_SCHEDULER
def test_content_that_is_late_is_late(
    make: Callable[[], abc.SchedulerBase], wall_clock: WallClock
) -> None:
    failed = threading.Event()
    limited = Subject[Any]().pipe(ops.content_timeout(first_content=SHORT, scheduler=make()))
    limited.subscribe(on_error=lambda _: failed.set())
    wall_clock.offset = -HOUR
    assert failed.wait(PATIENCE)


@EVERY_SCHEDULER
def test_a_stream_is_begun_anew_in_its_time(
    make: Callable[[], abc.SchedulerBase], wall_clock: WallClock
) -> None:
    ended = threading.Event()
    cut = reactivex.throw(StreamTruncatedError("cut"))

    def set_back(event: Any) -> None:
        assert event.type == "attempt.reset"
        wall_clock.offset -= HOUR

    retried = cut.pipe(ops.retry_stream(wait=lambda _: SHORT, scheduler=make()))
    retried.subscribe(set_back, lambda _: ended.set())
    assert ended.wait(PATIENCE)


def test_whose_turn_it_is_does_not_wait_for_the_clock(wall_clock: WallClock) -> None:
    done = threading.Event()

    def work() -> None:
        trampoline = CurrentThreadScheduler.singleton()

        def outer(*_: Any) -> None:
            soon(trampoline, does(done.set))
            wall_clock.offset = -HOUR

        trampoline.schedule(outer)

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(PATIENCE)


async def test_on_a_loop_its_own_clock_counts(wall_clock: WallClock) -> None:
    done = asyncio.Event()
    schedule_after(AsyncIOScheduler(asyncio.get_running_loop()), SHORT, does(done.set))
    wall_clock.offset = -HOUR
    async with asyncio.timeout(PATIENCE):
        await done.wait()
