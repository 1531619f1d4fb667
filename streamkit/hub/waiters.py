"""Who waits for something to change: threads and tasks alike."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Waiters", "running_loop"]


class Waiters:
    """Wakes all who wait; its methods are called under the lock of what they wait for."""

    def __init__(self) -> None:
        self._wake: dict[object, Callable[[], object]] = {}

    def thread(self) -> threading.Event:
        """What this thread waits for, without the lock."""
        woken = threading.Event()
        self._wake[woken] = woken.set
        return woken

    def task(self) -> asyncio.Future[None]:
        """What this task awaits, without the lock."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        self._wake[woken] = partial(_wake, loop, woken)
        return woken

    def forget(self, woken: object) -> None:
        """Who waited for it waits no more, whether woken or cancelled."""
        self._wake.pop(woken, None)

    def wake(self) -> None:
        """Have all look again."""
        waiting, self._wake = self._wake, {}
        for wake in waiting.values():
            wake()


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs on this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Future[None]) -> None:
    if running_loop() is loop:
        _set(woken)
    else:
        with suppress(RuntimeError):  # the loop is closed, and nobody on it waits
            loop.call_soon_threadsafe(_set, woken)


def _set(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
