"""The time limits of a stream's reader: the limit that is reached, and when. No clock, no waiting.

Only the time that the reader waits for the server counts, so a slow reader does not look like a
silent server. The exception is ``total``, which counts all time.
"""

from __future__ import annotations

from math import inf

from streamkit._core.duration import require_duration
from streamkit._core.value import Value
from streamkit.errors import StreamTimeoutError, TimeLimit

__all__ = ["Deadlines", "StreamLimits"]


class StreamLimits(Value, frozen=True, kw_only=True):
    """Seconds that an answer may take; None means no limit."""

    first_content: float | None = None
    """Seconds from the request to the first content."""
    between_content: float | None = None
    """Seconds from any content to the next, or to the end."""
    total: float | None = None
    """Seconds from the request to the end of the answer."""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a value that is no length of time."""
        for name in self.__struct_fields__:
            seconds = getattr(self, name)
            if seconds is not None:
                require_duration(name, seconds)


class Deadlines:
    """The times at which limits are reached; the caller passes each time, in seconds of any clock.

    One thread reports what happens, and any thread may query. The request is sent at ``now``.
    """

    # Strategy: the remaining seconds of the current limit are kept; waiting uses them up. The order
    # of the changes is such that a query in the middle of one only sees too early a time.

    def __init__(self, limits: StreamLimits, now: float) -> None:
        self._limits = limits
        self._between = _or_inf(limits.between_content)
        self._ends = now + _or_inf(limits.total)
        self.begin()

    def have_passed(self, now: float) -> bool:
        """Return whether no time is left at ``now``."""
        return now >= self._ends

    def begin(self) -> None:
        """Start the wait for the first content: the request is sent, or sent again."""
        self._limit: TimeLimit = "first_content"
        self._left = _or_inf(self._limits.first_content)
        self._since = self._ends
        self._until: float | None = None

    def wait(self, now: float) -> float:
        """Start a wait of the reader; return the time at which it must end."""
        self._since = now
        until = now + self._left
        self._until = until = min(until, self._ends)
        return until

    def arrived(self, now: float) -> None:
        """End a wait of the reader, because data came, content or not."""
        if self._until is not None:
            self._left -= now - self._since
            self._until = None

    def content(self) -> None:
        """Restart the limit, because the data were content."""
        self._limit = "between_content"
        self._left = self._between

    def reached(self, now: float) -> StreamTimeoutError | None:
        """Return the error of the limit that a waiting reader has reached at ``now``, or None."""
        until = self._until
        return None if until is None or now < until else self.error()

    def error(self) -> StreamTimeoutError:
        """Return the error of the limit that a waiting reader will reach first."""
        limit = "total" if self._until == self._ends else self._limit
        seconds = getattr(self._limits, limit)
        message = f"{_SAID[limit]} {seconds:g} s ({limit})"
        return StreamTimeoutError(message, limit=limit, seconds=seconds)

    def earliest(self, now: float) -> float:
        """Return the earliest time at which a limit can be reached: no query is needed before."""
        until = self._until
        if until is None:
            until = now + self._left
        # Content may come at any time, and its limit counts from then on.
        until = min(until, now + self._between)
        return min(until, self._ends) if now < self._ends else until


def _or_inf(seconds: float | None) -> float:
    return inf if seconds is None else seconds


_SAID: dict[TimeLimit, str] = {
    "first_content": "no content came within",
    "between_content": "no content came for",
    "total": "the answer was not complete after",
}
