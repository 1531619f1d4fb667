"""A clock of virtual time for recordings and replays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

__all__ = ["VirtualClock"]


class VirtualClock:
    """A clock on which waits pass at once: only it moves, and nothing sleeps.

        clock = VirtualClock()
        with replay("chat.jsonl", speed=1, clock=clock).into(client):
            ...
        assert clock.now() == 2.5

    Waits that overlap, as of several tasks, take as long as the longest.
    """

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Return the virtual time, in seconds since the clock was made."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let some seconds pass."""
        self._now += seconds

    def wait(self, seconds: float, cut: threading.Event) -> None:
        """Let some seconds pass, unless ``cut`` is set."""
        if not cut.is_set():
            self.advance(seconds)

    async def sleep(self, seconds: float) -> None:
        """Let some seconds pass, and other tasks run."""
        until = self._now + seconds
        await asyncio.sleep(0)
        self._now = max(self._now, until)
