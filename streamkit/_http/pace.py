"""The pace at which many requests are sent, and slowed down together. No I/O.

The number of attempts at once falls by half when the server is asked too much, and grows by one
when as many have been answered as are allowed, as the window of TCP does (RFC 5681, section 3.1).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from streamkit._http.backoff import FIRST_DELAY, LONGEST_RETRY_AFTER, delay_asked
from streamkit.errors import APIStatusError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Pace", "hold_asked"]


class Pace:
    """The number of attempts that may be under way at once, and the time before which none begins.

    The caller passes each time, in seconds of any clock.

    Args:
        most: The number of attempts that are never exceeded.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = float(most)
        self._under_way = 0
        self._held_until = -inf
        self._slowdowns = 0

    def wait(self, now: float) -> float:
        """Return the seconds until an attempt may begin; ``inf`` while others must end first."""
        if self._under_way >= int(self._allowed):
            return inf
        return max(0.0, self._held_until - now)

    def begin(self) -> int:
        """Count an attempt that begins; return its mark, the number of slowdowns before it."""
        self._under_way += 1
        return self._slowdowns

    def end(self) -> None:
        """Count an attempt that has ended in any way."""
        self._under_way -= 1

    def speed_up(self) -> None:
        """Note an answer: when as many have come as may be under way, one more may be."""
        self._allowed = min(self._allowed + 1 / self._allowed, self._most)

    def slow_down(self, mark: int, until: float) -> None:
        """Let no attempt begin before a time, and then fewer at once.

        Of the attempts that were under way together, only the first to be refused counts.
        """
        self._held_until = max(self._held_until, until)
        if mark == self._slowdowns:
            self._slowdowns += 1
            self._allowed = max(self._allowed / 2, 1.0)


def hold_asked(error: BaseException, now: datetime | None = None) -> float | None:
    """Return the seconds for which an error of one request holds all; None if it concerns none.

    Those are the errors with the status 429, or with a ``Retry-After``. A server that asks for a
    longer time than a retry may wait holds nothing, because every request fails then.
    """
    if not isinstance(error, APIStatusError):
        return None
    asked = delay_asked(error, now)
    if asked is None:
        return FIRST_DELAY if error.status_code == 429 else None
    return asked if asked <= LONGEST_RETRY_AFTER else None
