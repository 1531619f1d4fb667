"""Tools that run on threads, for a program that blocks.

They differ from those of a loop (``async_tool_runs.py``): each tool has a thread, a coroutine runs
on a loop of that thread, and a thread waits for the results. A function that blocks cannot be
stopped, so its result is dropped.
"""

from __future__ import annotations

import threading
from contextvars import copy_context
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from streamkit._core.said import represented
from streamkit.families._common.tool_run import output_of
from streamkit.families._common.tool_runs_base import ToolRunsBase

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from streamkit.families._common.tool_run import Run

__all__ = ["ToolRuns"]


class ToolRuns(ToolRunsBase):
    """The calls of one stream, on threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changed = threading.Condition(self._lock)

    def wait(self) -> None:
        """Wait until there are events to take, or no call is left."""
        with self._changed:
            while self.is_busy and not self.has_news:
                self._changed.wait()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
        super()._notify()

    def _launch(self, run: Run) -> None:
        # A daemon: a tool that cannot be interrupted must not keep the process alive.
        work = partial(copy_context().run, self._work, run)
        threading.Thread(target=work, name=f"streamkit-tool-{run.call.name}", daemon=True).start()

    def _limit(self, run: Run, seconds: float) -> None:
        clock = threading.Timer(seconds, self._expire, [run])
        clock.daemon = True
        run.stops.append(clock.cancel)
        clock.start()

    def _work(self, run: Run) -> None:
        try:
            result = run.work()
            if isawaitable(result):
                result = _awaited(run, result)
            output = output_of(result)
        except Exception as error:
            self._fail(run, error)
        except BaseException as error:
            self._fail(run, RuntimeError(f"the tool raised {represented(error)}"))
        else:
            self._return(run, result, output)


def _awaited(run: Run, awaitable: Awaitable[Any]) -> Any:
    """Await the result of a coroutine function on a loop of this thread."""
    import asyncio

    from streamkit._rx.loop import call_on

    async def main() -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(awaitable)
        run.stops.append(partial(call_on, loop, task.cancel))
        if run.is_over:
            task.cancel()
        return await task

    return asyncio.run(main())
