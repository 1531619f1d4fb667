"""The answers that a fault stalls until they are released."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Condition


class Stalls:
    """The stalled answers: they wait in the server's loop, and any thread may release them."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._changed = Condition()

    async def wait(self) -> None:
        """Wait until ``release`` is called."""
        go_on = asyncio.Event()
        with self._changed:
            self._waiting[go_on] = asyncio.get_running_loop()
            self._changed.notify_all()
        try:
            await go_on.wait()
        finally:
            with self._changed:
                self._waiting.pop(go_on, None)

    def release(self) -> int:
        """Let all stalled answers go on, and return their number."""
        with self._changed:
            released = self._waiting
            self._waiting = {}
        for go_on, loop in released.items():
            with suppress(RuntimeError):  # its server has stopped, and so has the answer
                loop.call_soon_threadsafe(go_on.set)
        return len(released)

    def reached(self, timeout: float | None = None) -> bool:
        """Block until an answer stalls, at most ``timeout`` seconds; return whether one does."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._waiting), timeout)
