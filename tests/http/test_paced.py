"""Threads and tasks wait for their turn at a pace, in line, and can be called off meanwhile."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from streamkit._http.async_paced import AsyncTurns
from streamkit._http.paced import Turns
from streamkit._rx.cancel_scope import CancelScope
from streamkit.errors import StreamClosedError
from tests.http.test_pace import status
from tests.leftovers import PATIENCE, join

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = status(429, retry_after="5")


class Line:
    """Threads that wait for turns, on a clock that stands still."""

    def __init__(self, most: int) -> None:
        self.now = 0.0
        self.turns: Any = Turns(most, lambda: self.now)
        self.served: list[int] = []
        self.threads: list[threading.Thread] = []
        self._has_come = threading.Condition()

    def join_in(self, scope: CancelScope | None = None) -> None:
        """Begin a thread that takes a turn, and return once it stands in line."""
        number = len(self.threads)

        def wait() -> None:
            with scope or CancelScope(), suppress(StreamClosedError):
                self.turns.take()
                with self._has_come:
                    self.served.append(number)
                    self._has_come.notify_all()

        before = len(self.turns._waiting)
        self.threads.append(threading.Thread(target=wait))
        self.threads[-1].start()
        while len(self.turns._waiting) == before:
            threading.Event().wait(0.001)

    def passes(self, moment: float) -> None:
        """Set the clock, and let those in line look at it."""
        with self.turns._changed:
            self.now = moment
            self.turns._changed.notify_all()

    def wait_for(self, served: list[int]) -> None:
        with self._has_come:
            assert self._has_come.wait_for(lambda: self.served == served, PATIENCE)


def test_threads_wait_for_the_time_that_the_server_asked_for_and_are_served_in_line() -> None:
    line = Line(4)
    line.turns.give_back(line.turns.take(), REFUSED)
    for _ in range(3):
        line.join_in()
    line.passes(4.9)
    assert line.served == []
    line.passes(5.0)
    line.wait_for([0, 1])  # half of the four
    line.turns.give_back(1)
    line.wait_for([0, 1, 2])
    for thread in line.threads:
        join(thread)


def test_a_thread_in_line_is_called_off_and_those_behind_it_go_on() -> None:
    line = Line(1)
    mark = line.turns.take()
    scope = CancelScope()
    line.join_in(scope)
    line.join_in()
    scope.cancel()
    join(line.threads[0])
    line.turns.give_back(mark)
    line.wait_for([1])
    join(line.threads[1])


def on_a_loop(main: Callable[[Callable[[float], None]], object]) -> None:
    """Run a coroutine on a loop whose clock the coroutine sets by a function."""
    moment = 0.0

    def passes(now: float) -> None:
        nonlocal moment
        moment = now

    async def run() -> None:
        loop = asyncio.get_running_loop()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "time", lambda: moment)
            await main(passes)  # type: ignore[misc]  # it is a coroutine function

    asyncio.run(run())


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_tasks_wait_for_the_time_that_the_server_asked_for_and_are_served_in_line() -> None:
    async def main(passes: Callable[[float], None]) -> None:
        turns = AsyncTurns(4)
        turns.give_back(await turns.take(), REFUSED)
        line = [asyncio.ensure_future(turns.take()) for _ in range(3)]
        for moment, served in ((0.0, 0), (4.9, 0), (5.0, 2)):
            passes(moment)
            await settled()
            assert [turn.done() for turn in line] == [number < served for number in range(3)]
        turns.give_back(line[0].result())
        await settled()
        assert line[2].done()

    on_a_loop(main)


def test_a_task_in_line_is_cancelled_and_those_behind_it_go_on() -> None:
    async def main(_: Callable[[float], None]) -> None:
        turns = AsyncTurns(1)
        mark = await turns.take()
        line = [asyncio.ensure_future(turns.take()) for _ in range(3)]
        await settled()
        line[0].cancel()
        turns.give_back(mark)  # which serves the second
        line[1].cancel()  # and it is gone before it knows
        await settled()
        assert [turn.cancelled() for turn in line] == [True, True, False]
        assert line[2].done()

    on_a_loop(main)
