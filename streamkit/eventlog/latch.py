"""A one-time signal that threads and tasks wait for."""

from __future__ import annotations

import threading

from streamkit.hub.waiters import Waiters

__all__ = ["Latch"]


class Latch:
    """A signal that is given once, on any thread, and then lets everybody pass."""

    def __init__(self) -> None:
        self.is_given = False
        """Whether the signal was given."""
        self._waiters = Waiters()
        self._lock = threading.Lock()

    def give(self) -> bool:
        """Give the signal; return false if it was given before."""
        with self._lock:
            is_first = not self.is_given
            self.is_given = True
            self._waiters.wake()
        return is_first

    def wait(self) -> None:
        """Block this thread until the signal is given."""
        with self._lock:
            if self.is_given:
                return
            woken = self._waiters.thread()
        woken.acquire()

    async def wait_async(self) -> None:
        """Wait in this task until the signal is given."""
        with self._lock:
            if self.is_given:
                return
            woken = self._waiters.task()
        try:
            await woken
        finally:
            with self._lock:
                self._waiters.forget(woken)
