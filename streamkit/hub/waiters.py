"""The threads and tasks that wait for a change."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

from streamkit._rx.loop import call_on, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Waiters"]


class Waiters:
    """The set of threads and tasks that wait for one object; call its methods under its lock."""

    def __init__(self) -> None:
        self.waiting: dict[object, Callable[[], object]] = {}
        """The function that wakes each waiting thread or task; where none waits, none is woken."""

    def thread(self) -> threading.Lock:
        """Return a lock that this thread waits to acquire, without the lock of the object."""
        # An Event would be a condition over such a lock, and take three times as long.
        woken = threading.Lock()
        woken.acquire()
        self.waiting[woken] = woken.release
        return woken

    def task(self) -> asyncio.Future[None]:
        """Return a future for this task to await, without the lock."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        self.waiting[woken] = partial(call_on, loop, partial(resolve, woken))
        return woken

    def forget(self, woken: object) -> None:
        """Remove a lock or future after its wait, which was woken or cancelled."""
        self.waiting.pop(woken, None)

    def wake(self) -> None:
        """Wake all, so that each looks again."""
        waking = list(self.waiting.values())
        self.waiting.clear()
        for wake in waking:
            wake()
