"""Who waits for something to change: threads and tasks alike."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

from streamkit._rx.loop import call_on

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Waiters"]


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
        self._wake[woken] = partial(call_on, loop, partial(_set, woken))
        return woken

    def forget(self, woken: object) -> None:
        """Who waited for it waits no more, whether woken or cancelled."""
        self._wake.pop(woken, None)

    def wake(self) -> None:
        """Have all look again."""
        waiting, self._wake = self._wake, {}
        for wake in waiting.values():
            wake()


def _set(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
