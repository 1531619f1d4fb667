"""The clock that times a recording and paces a replay; tests have a virtual one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

__all__ = ["SYSTEM", "Clock"]


class Clock(Protocol):
    """A clock, with the waits that it can time."""

    def now(self) -> float:
        """Return the seconds since some moment in the past."""
        ...

    def wait(self, seconds: float, cut: threading.Event) -> None:
        """Block for some seconds, or until ``cut`` is set."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds on the running loop."""
        ...


class SystemClock:
    """The monotonic clock of the system."""

    def now(self) -> float:
        """Return the seconds since some moment in the past."""
        return time.monotonic()

    def wait(self, seconds: float, cut: threading.Event) -> None:
        """Block for some seconds, or until ``cut`` is set."""
        cut.wait(seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds on the running loop."""
        import asyncio  # here, because a program that only blocks needs no asyncio

        await asyncio.sleep(seconds)


SYSTEM: Clock = SystemClock()
