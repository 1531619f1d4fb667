"""The decision to poll again, and after how long, without I/O, clocks or threads."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._core.duration import require_duration
from streamkit._core.logger import logger
from streamkit._core.printable import printable
from streamkit.errors import PollTimeoutError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = [
    "DEFAULT_INTERVAL",
    "LONGEST_HINT",
    "SHORTEST_HINT",
    "Poller",
    "Polling",
    "Reply",
]

T = TypeVar("T")

DEFAULT_INTERVAL = 1.0
"""Seconds between an answer and the next request, when neither caller nor server sets another."""
SHORTEST_HINT = 0.05
"""The least number of seconds to wait, although the server hints at fewer."""
LONGEST_HINT = 300.0
"""The most seconds that a server may hint at; a longer hint is ignored as a mistake."""


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A state, and the hint of its response about the next request."""

    state: T
    hint: object = None
    """The milliseconds to wait, as text or number, from the header ``openai-poll-after-ms``."""
    redact: Callable[[str], str] = str
    """A function that removes secrets from the text that an error or a log quotes."""


@dataclass(frozen=True, kw_only=True)
class Polling(Generic[T]):
    """The terms on which a resource is polled; any number of pollers may share them.

    Raises ``ValueError`` for seconds that are negative, or more than ``LONGEST_WAIT``.
    """

    until: Callable[[T], bool | None]
    """A function that returns whether a state is final, or None for an unknown state."""
    interval: float = DEFAULT_INTERVAL
    """Seconds between an answer and the next request, until a hint sets others."""
    max_wait_seconds: float | None = None
    """Seconds from the first request on, after which none is sent or continued; None: no limit."""
    resource_id: str | None = None
    """The id of the polled resource; by default the ``id`` of the first state."""
    starts_work: bool = False
    """Whether the first request creates the resource; if so, no time limit applies to it."""

    def __post_init__(self) -> None:
        """Raise now for values that would otherwise fail between two requests."""
        require_duration("interval", self.interval)
        if self.max_wait_seconds is not None:
            require_duration("max_wait_seconds", self.max_wait_seconds)


class OutOfTimeError(Exception):
    """A request was cancelled because its time was over; the poller raises another error for it."""


class Poller(Generic[T]):
    """A machine that decides after each state whether to poll again, and after how long.

    Until it is ``done``: wait for ``pause``, send the request within ``request``, and ``feed`` the
    reply.
    """

    def __init__(self, polling: Polling[T]) -> None:
        self.first: T | None = None
        """The state that the first request returned; it holds the id of the created resource."""
        self.last: T | None = None
        """The newest state."""
        self.done = False
        self._polling = polling
        self._interval = polling.interval
        self._pause = 0.0
        self._deadline: float | None = None
        self._has_asked = False
        self._is_too_late = False
        self._redact: Callable[[str], str] = str

    @property
    def resource_id(self) -> str | None:
        """The id of the polled resource; None until it is known."""
        own = getattr(self.first, "id", None)
        return self._polling.resource_id or (self._redact(own) if isinstance(own, str) else None)

    def pause(self, now: float) -> float:
        """Return the seconds to wait before the next request; 0 before the first.

        ``now`` is the reading of any clock that counts seconds and never goes back.
        """
        if self._polling.starts_work and not self._has_asked:
            return 0.0
        if self._polling.max_wait_seconds is None:
            return self._pause
        if self._deadline is None:
            self._deadline = now + self._polling.max_wait_seconds
        left = max(self._deadline - now, 0.0)
        # This is decided before the pause: after it, a clock may be just short of the deadline.
        self._is_too_late = left <= self._pause
        return min(left, self._pause)

    def left(self, now: float) -> float | None:
        """Return the seconds that the next request may take; None when there is no limit."""
        if self._deadline is None or (self._polling.starts_work and not self._has_asked):
            return None
        return max(self._deadline - now, 0.0)

    @contextmanager
    def request(self) -> Generator[None]:
        """Wrap a request; raise ``PollTimeoutError`` when it is too late, and complete errors."""
        if self._is_too_late:
            raise self._timeout()
        try:
            yield
        except OutOfTimeError:
            raise self._timeout() from None
        except Exception as error:
            self.fail(error)
            raise

    def feed(self, reply: Reply[T]) -> None:
        """Take a reply: its state becomes ``last``, and its hint holds until the next hint."""
        has_started = self._polling.starts_work and not self._has_asked
        if not self._has_asked:
            self._has_asked = True
            self.first = reply.state
        self.last = reply.state
        self._redact = reply.redact
        hinted = _hinted(reply.hint)
        self._interval = hinted or self._interval
        # A resource that was just created is fetched at once, unless the server hints otherwise.
        self._pause = 0.0 if has_started and hinted is None else self._interval
        final = self._polling.until(reply.state)
        if final is None:
            logger().warning(
                "%s has the status %s, which is not known here: it is polled no more",
                printable(self.resource_id or "What was polled"),
                self._status(),
            )
        self.done = final is None or bool(final)

    def fail(self, error: Exception) -> None:
        """Add the id, to resume the polling with, and the newest state to an error."""
        if isinstance(error, StreamkitError):
            error.resource_id = error.resource_id or self.resource_id
            error.partial = self.last if error.partial is None else error.partial
        elif self.resource_id is not None:
            error.add_note(f"It was raised while {printable(self.resource_id)} was polled.")

    def _timeout(self) -> PollTimeoutError:
        what = printable(self.resource_id or "What was polled")
        has_status = getattr(self.last, "status", None)
        return PollTimeoutError(
            f"{what} was not finished after {self._polling.max_wait_seconds:g} s"
            + (f"; its status was {self._status()}" if has_status else ""),
            last=self.last,
            resource_id=self.resource_id,
        )

    def _status(self) -> str:
        return self._redact(ascii(getattr(self.last, "status", None)))


def _hinted(hint: object) -> float | None:
    """Return the seconds that a hint asks for; None when it is not a sensible number."""
    text = str(hint).strip() if isinstance(hint, str | int) else ""
    if not re.fullmatch("[0-9]{1,9}", text):
        return None
    seconds = int(text) / 1000
    return max(seconds, SHORTEST_HINT) if seconds <= LONGEST_HINT else None
