"""How long a reader waits for a stream: which limit is reached, and when. No clock, no waiting.

Only the time counts in which the reader waits for the server, so a slow reader is never a silent
server. The exception is ``total``, which is on the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf

from streamkit._core.duration import require_duration
from streamkit.errors import StreamTimeoutError, TimeLimit

__all__ = ["Deadlines", "StreamLimits"]


@dataclass(frozen=True, kw_only=True)
class StreamLimits:
    """Seconds that an answer may take; None is no limit."""

    first_content: float | None = None
    """From the request to the first content."""
    between_content: float | None = None
    """From any content to the next, or to the end."""
    total: float | None = None
    """From the request to the end of the answer."""

    def __post_init__(self) -> None:
        """Refuse what is no length of time."""
        for field in fields(self):
            seconds = getattr(self, field.name)
            if seconds is not None:
                require_duration(field.name, seconds)


class Deadlines:
    """When a limit will be reached; every time is told by the caller, in seconds of any clock.

    One thread tells what happens, and any may ask. The request is sent at ``now``.
    """

    # Strategy: of the limit that holds, the seconds that are left are kept; waiting uses them up.
    # The changes are in such an order that whoever asks in the middle of one only asks too early.

    def __init__(self, limits: StreamLimits, now: float) -> None:
        self._limits = limits
        self._between = _or_inf(limits.between_content)
        self._ends = now + _or_inf(limits.total)
        self.begin()

    def have_passed(self, now: float) -> bool:
        """Whether there is no time for anything more by then."""
        return now >= self._ends

    def begin(self) -> None:
        """The request is sent, or sent again: the first content is waited for, anew if need be."""
        self._limit: TimeLimit = "first_content"
        self._left = _or_inf(self._limits.first_content)
        self._since = self._ends
        self._until: float | None = None

    def wait(self, now: float) -> float:
        """The reader begins to wait; return until when it may."""
        self._since = now
        until = now + self._left
        self._until = until = min(until, self._ends)
        return until

    def arrived(self, now: float) -> None:
        """Something came, be it content or not, and the reader waits no longer."""
        if self._until is not None:
            self._left -= now - self._since
            self._until = None

    def content(self) -> None:
        """What arrived was content."""
        self._limit = "between_content"
        self._left = self._between

    def reached(self, now: float) -> StreamTimeoutError | None:
        """The error of the limit that a waiting reader has reached by now, if there is one."""
        until = self._until
        return None if until is None or now < until else self.error()

    def error(self) -> StreamTimeoutError:
        """The error of the limit that a reader who waits will reach first."""
        limit = "total" if self._until == self._ends else self._limit
        seconds = getattr(self._limits, limit)
        message = f"{_SAID[limit]} {seconds:g} s ({limit})"
        return StreamTimeoutError(message, limit=limit, seconds=seconds)

    def earliest(self, now: float) -> float:
        """The earliest time at which a limit can be reached: one need not ask again before."""
        until = self._until
        if until is None:
            until = now + self._left
        # Content may come at any time, and its limit hold from then on.
        until = min(until, now + self._between)
        return min(until, self._ends) if now < self._ends else until


def _or_inf(seconds: float | None) -> float:
    return inf if seconds is None else seconds


_SAID: dict[TimeLimit, str] = {
    "first_content": "no content came within",
    "between_content": "no content came for",
    "total": "the answer was not complete after",
}
