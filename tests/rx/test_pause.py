from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from reactivex.disposable import SingleAssignmentDisposable
from reactivex.scheduler import CurrentThreadScheduler
from reactivex.testing import TestScheduler

from streamkit._rx.pause import after


def test_on_a_scheduler_it_is_done_in_its_time() -> None:
    scheduler = TestScheduler()
    done: list[float] = []
    after(30, lambda: done.append(scheduler.clock), SingleAssignmentDisposable(), scheduler)
    scheduler.start()
    assert done == [30]


def test_what_was_disposed_of_is_not_done_on_a_scheduler() -> None:
    scheduler, pause = TestScheduler(), SingleAssignmentDisposable()
    after(30, pytest.fail, pause, scheduler)
    pause.dispose()
    scheduler.start()


async def test_on_a_loop_it_is_done_without_blocking_it() -> None:
    done = asyncio.Event()
    after(0, done.set, SingleAssignmentDisposable())
    assert not done.is_set()
    await done.wait()


@pytest.mark.parametrize("elsewhere", [False, True], ids=["on the loop", "from a thread"])
async def test_to_dispose_cancels_the_timer_of_a_loop(
    monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def call_later(*args: Any) -> asyncio.TimerHandle:
        timers.append(type(loop).call_later(loop, *args))
        return timers[-1]

    monkeypatch.setattr(loop, "call_later", call_later)
    pause = SingleAssignmentDisposable()
    after(3600, pytest.fail, pause)
    if elsewhere:
        await asyncio.to_thread(pause.dispose)
        await asyncio.sleep(0)
    else:
        pause.dispose()
    assert [timer.cancelled() for timer in timers] == [True]


def test_to_dispose_when_the_loop_is_closed_is_harmless() -> None:
    pause = SingleAssignmentDisposable()

    async def main() -> None:
        after(3600, pytest.fail, pause)

    asyncio.run(main())
    pause.dispose()


def test_a_thread_waits_in_its_turn() -> None:
    done: list[str] = []

    def act(*_: object) -> None:
        after(1e-9, lambda: done.append("later"), SingleAssignmentDisposable())
        done.append("now")

    CurrentThreadScheduler.singleton().schedule(act)
    assert done == ["now", "later"]


def test_to_dispose_wakes_a_thread_that_waits() -> None:
    pause = SingleAssignmentDisposable()
    thread = threading.Thread(target=after, args=(3600, pytest.fail, pause))
    thread.start()
    pause.dispose()
    thread.join(10)
    assert not thread.is_alive()
