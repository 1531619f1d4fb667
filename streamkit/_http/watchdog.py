"""A thread that ends a blocking reader's wait when a limit of time is reached."""

from __future__ import annotations

import threading
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.deadlines import Deadlines
    from streamkit.errors import StreamTimeoutError

__all__ = ["Watchdog"]

_DAY = 86400.0


class Watchdog:
    """A thread that calls ``expire`` when a limit is reached while the reader waits.

    The thread wakes when a limit could be reached and not whenever bytes arrive, so reading costs
    nothing more. The watchdog acts once, and must be stopped.
    """

    # Strategy: no read arms a timer. The thread sleeps until the earliest time at which a limit can
    # be reached, checks the deadlines as they are then, and sleeps on.

    def __init__(
        self,
        deadlines: Deadlines,
        clock: Callable[[], float],
        expire: Callable[[StreamTimeoutError], object],
    ) -> None:
        self._deadlines = deadlines
        self._clock = clock
        self._expire = expire
        self._error: StreamTimeoutError | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.stop = self._stopped.set
        """The function that stops the watchdog; it holds no error, which would hold its reader."""
        threading.Thread(target=self._watch, name="streamkit-watchdog", daemon=True).start()

    def hand_over(self, expire: Callable[[StreamTimeoutError], object]) -> None:
        """Call ``expire`` from now on, and at once if a limit was reached already."""
        with self._lock:
            self._expire = expire
            if self._error is not None:
                expire(self._error)

    def _watch(self) -> None:
        while not self._stopped.wait(self._time_to_sleep()):
            with self._lock:
                self._error = self._deadlines.reached(self._clock())
                if self._error is not None:
                    self._expire(self._error)
                    return

    def _time_to_sleep(self) -> float | None:
        now = self._clock()
        seconds = self._deadlines.earliest(now) - now
        return None if seconds == inf else min(max(seconds, 0), _DAY)
