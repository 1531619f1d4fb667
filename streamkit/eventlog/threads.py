"""The threads on which the tasks of a process read from a store."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from streamkit.eventlog.errors import LogUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Threads"]

T = TypeVar("T")

COUNT = 4
"""The maximum number of tasks that read from a store at the same time; others wait for them."""


class Threads:
    """A pool of threads, which begins when it is needed, and anew in a fork."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._pid = 0
        self._is_closed = False

    async def run(self, call: Callable[[], T]) -> T:
        """Call a function on a thread; if the task is cancelled, the call goes on."""
        if self._is_closed:
            raise LogUnavailableError("the event log was closed")
        if self._pool is None or self._pid != os.getpid():
            self._pool = ThreadPoolExecutor(COUNT, thread_name_prefix="streamkit-eventlog")
            self._pid = os.getpid()
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Begin no more calls."""
        self._is_closed = True
        if self._pool is not None and self._pid == os.getpid():
            self._pool.shutdown(wait=False)
