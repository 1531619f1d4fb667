"""Tools that run on the running loop; functions that block run on threads.

They differ from those of a program that blocks (``tool_runs.py``): a coroutine is a task, which is
cancelled with the stream, and a task waits for the results.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import copy_context
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from streamkit._core.said import represented
from streamkit._rx.loop import call_on
from streamkit.families._common.tool_run import output_of
from streamkit.families._common.tool_runs_base import ToolRunsBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families._common.tool_run import Run

__all__ = ["AsyncToolRuns"]


class AsyncToolRuns(ToolRunsBase):
    """The calls of one stream, on the running loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken: asyncio.Future[None] | None = None

    async def wait(self) -> None:
        """Wait until there are events to take, or no call is left."""
        while self.is_busy and not self.has_news:
            self._woken = self._loop.create_future()
            try:
                await self._woken
            finally:
                self._woken = None

    def _notify(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
        super()._notify()

    def _decide(self, run: Run, refusal: str | None) -> None:
        call_on(self._loop, partial(super()._decide, run, refusal))

    def _launch(self, run: Run) -> None:
        task = self._loop.create_task(self._work(run))
        self._tasks.add(task)  # the loop keeps no reference of its own
        task.add_done_callback(self._tasks.discard)
        run.stops.append(partial(self._cancel, task))

    def _limit(self, run: Run, seconds: float) -> None:
        run.stops.append(self._loop.call_later(seconds, self._expire, run).cancel)

    def _cancel(self, task: asyncio.Task[None]) -> None:
        def cancel() -> None:
            if asyncio.current_task(self._loop) is not task:  # a task that ends is not cancelled
                task.cancel()

        call_on(self._loop, cancel)

    async def _work(self, run: Run) -> None:
        try:
            result = run.work() if run.is_async else await self._apart(run.work)
            if isawaitable(result):
                result = await result
            output = output_of(result)
        except Exception as error:
            self._fail(run, error)
        except BaseException as error:
            self._fail(run, RuntimeError(f"the tool raised {represented(error)}"))
            raise
        else:
            self._return(run, result, output)

    async def _apart(self, call: Callable[[], Any]) -> Any:
        """Call a function that may block, on a thread of its own."""
        # Not a thread of the loop's pool, whose end the loop would wait for.
        future: asyncio.Future[Any] = self._loop.create_future()
        context = copy_context()

        def work() -> None:
            try:
                result = context.run(call)
            except BaseException as error:
                done = partial(_set, future, None, error)
            else:
                done = partial(_set, future, result)
            call_on(self._loop, done)

        threading.Thread(target=work, name="streamkit-tool", daemon=True).start()
        return await future


def _set(future: asyncio.Future[Any], result: Any, error: BaseException | None = None) -> None:
    if future.done():  # the call is over
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        future.set_exception(error)
    else:  # no future can hold these
        future.set_exception(RuntimeError(f"the tool raised {represented(error)}"))
