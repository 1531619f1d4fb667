from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from types import SimpleNamespace
from typing import Any

import pytest
from reactivex.scheduler import EventLoopScheduler, ImmediateScheduler, NewThreadScheduler

from streamkit._rx.apart import Apart, scheduler_off_this_thread, when_done
from tests.leftovers import PATIENCE, nothing_left


def setting(event: threading.Event) -> Callable[..., None]:
    """Return an action of a scheduler that sets the event."""

    def action(*_: object) -> None:
        event.set()

    return action


def test_work_is_done_in_order_on_one_other_thread() -> None:
    with nothing_left():
        apart = Apart()
        done = [apart.submit(threading.get_ident) for _ in range(3)]
        threads = {future.result(PATIENCE) for future in done}
        apart.close()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_what_work_raises_is_raised_where_it_is_asked_for() -> None:
    apart = Apart()
    with pytest.raises(ZeroDivisionError):
        apart.submit(lambda: 1 // 0).result(PATIENCE)
    apart.close()


def test_work_submitted_before_the_close_is_done_and_after_it_is_cancelled() -> None:
    with nothing_left():
        apart, goes_on = Apart(), threading.Event()
        apart.submit(goes_on.wait)
        before = apart.submit(lambda: 1)
        apart.close()
        apart.close()
        after = apart.submit(lambda: 2)
        goes_on.set()
        assert before.result(PATIENCE) == 1
        with pytest.raises(CancelledError):
            after.result(PATIENCE)


def test_a_thread_ends_when_nobody_can_submit_any_more() -> None:
    with nothing_left():
        apart = Apart()
        apart.submit(lambda: None).result(PATIENCE)
        del apart
        gc.collect()


def test_cancelled_work_is_not_waited_for() -> None:
    apart = Apart()
    called: list[int] = []
    looked = threading.Event()
    with nothing_left():
        apart.close()
        scheduler = EventLoopScheduler(exit_if_empty=True)
        when_done(scheduler, apart.submit(lambda: 1), called.append, lambda: None)
        scheduler.schedule(setting(looked))
        assert looked.wait(PATIENCE)
    assert called == []


def test_a_scheduler_has_its_turns_while_work_is_done() -> None:
    apart, goes_on, settled = Apart(), threading.Event(), threading.Event()
    results: list[Any] = []

    def settle(result: Any) -> None:
        results.append(result)
        settled.set()

    with nothing_left():
        scheduler = EventLoopScheduler(exit_if_empty=True)
        when_done(scheduler, apart.submit(lambda: goes_on.wait(PATIENCE)), settle, lambda: None)
        scheduler.schedule(setting(goes_on))
        assert settled.wait(PATIENCE)
        apart.close()
    assert results == [True]


class EndsWithTheSlice(Future[str]):
    """The future of work that is done in the moment in which a wait for it ends in vain."""

    def result(self, timeout: float | None = None) -> str:
        if timeout is not None and not self.done():
            self.set_result("late")
            raise TimeoutError
        return super().result(timeout)


def test_work_that_is_done_as_a_slice_ends_is_taken() -> None:
    future, seen = EndsWithTheSlice(), list[str]()
    looks = list[Callable[..., object]]()
    scheduler: Any = SimpleNamespace(schedule=looks.append)
    when_done(scheduler, future, seen.append, lambda: None)
    looks.pop()(scheduler)
    if not future.done():
        future.set_result("late")
    for look in looks:
        look(scheduler)
    assert seen == ["late"]


def test_a_timeout_of_the_work_itself_is_raised_on_the_scheduler() -> None:
    future = Future[str]()
    future.set_exception(TimeoutError("of the work"))
    scheduler: Any = ImmediateScheduler()
    with pytest.raises(TimeoutError, match="of the work"):
        when_done(scheduler, future, lambda _: None, lambda: None)


def test_a_thread_of_ones_own_may_be_blocked_however_shallow_its_stack() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(scheduler_off_this_thread()))
    thread.start()
    thread.join()
    assert found == [None]
    assert _at_the_bottom("scheduler_off_this_thread()") == "None"


def _at_the_bottom(expression: str) -> str:
    """Return the value of an expression at the top level of a program of its own."""
    program = f"from streamkit._rx.apart import *; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_thread_of_a_scheduler_must_not_be() -> None:
    found: list[Any] = []
    looked = threading.Event()

    def look(*_: object) -> None:
        found.append(scheduler_off_this_thread())
        looked.set()

    EventLoopScheduler(exit_if_empty=True).schedule(look)
    assert looked.wait(PATIENCE)
    assert isinstance(found[0], NewThreadScheduler)


async def test_work_that_is_waited_for_no_more_leaves_the_rest_to_be_done() -> None:
    go_on, done = threading.Event(), threading.Event()
    apart = Apart()
    waiting = asyncio.wrap_future(apart.submit(lambda: go_on.wait(PATIENCE)))
    unwanted = apart.submit(lambda: pytest.fail("nobody waits for it"))
    apart.submit(done.set)
    unwanted.cancel()
    waiting.cancel()
    go_on.set()
    assert await asyncio.to_thread(done.wait, PATIENCE)
    apart.close()
