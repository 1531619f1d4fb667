"""The threads on which the tasks of a process read from a store."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from streamkit.eventlog.errors import LogUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.eventlog.forks import Lock

__all__ = ["Threads"]

T = TypeVar("T")

COUNT = 4
"""The maximum number of tasks that read from a store at the same time; others wait for them."""


class Threads:
    """A pool of threads, which begins when it is needed, and anew in a fork."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._is_closed = False

    async def run(self, call: Callable[[], T]) -> T:
        """Call a function on a thread; if the task is cancelled, the call goes on."""
        if self._is_closed:
            raise LogUnavailableError("the event log was closed")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(COUNT, thread_name_prefix="streamkit-eventlog")
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Begin no more calls."""
        self._is_closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    def locks(self) -> Sequence[Lock]:
        """Return no lock."""
        return []

    def begin_anew(self) -> None:
        """In a fork, leave the parent's threads to it."""
        self._pool = None
