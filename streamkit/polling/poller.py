"""Whether to ask again, and after how long: decided without I/O, clocks or threads."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._core.duration import require_duration
from streamkit._core.printable import printable
from streamkit._http.retries import logger
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
"""Seconds between an answer and the next request, when nobody says anything else."""
SHORTEST_HINT = 0.05
"""Seconds that are waited at least, though the server asks to be asked sooner."""
LONGEST_HINT = 300.0
"""Seconds a server may ask us to wait; when it asks for more, that is no sensible answer."""


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A state, and what its response said of the next request."""

    state: T
    hint: object = None
    """Milliseconds to wait, as the header ``openai-poll-after-ms`` has them."""
    redact: Callable[[str], str] = str
    """Takes secrets out of what an error or a log quotes of the state."""


@dataclass(frozen=True, kw_only=True)
class Polling(Generic[T]):
    """The terms on which something is polled; any number of pollers work by them.

    Raises ``ValueError`` for seconds that are negative, or more than ``LONGEST_WAIT``.
    """

    until: Callable[[T], bool | None]
    """Whether a state is final; None when it is none of those that are known."""
    interval: float = DEFAULT_INTERVAL
    """Seconds between an answer and the next request, until a hint says otherwise."""
    max_wait_seconds: float | None = None
    """Seconds from the first request on, after which none is made or goes on; None for no limit."""
    resource_id: str | None = None
    """What is polled; by default the ``id`` of the first state."""
    starts_work: bool = False
    """Whether the first request starts what is polled: it is made in any case, and not timed."""

    def __post_init__(self) -> None:
        """Refuse what could only fail between two requests."""
        require_duration("interval", self.interval)
        if self.max_wait_seconds is not None:
            require_duration("max_wait_seconds", self.max_wait_seconds)


class OutOfTimeError(Exception):
    """A request was ended, for want of time; the poller reports it by an error of its own."""


class Poller(Generic[T]):
    """Decides, state by state, whether to ask again and after how long.

    Until it is ``done``: wait for ``pause``, ask within ``request``, and ``feed`` it the reply.
    """

    def __init__(self, polling: Polling[T]) -> None:
        self.first: T | None = None
        """The state that the first request gave; what it started has its id."""
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
        """What is polled, as far as it is known."""
        own = getattr(self.first, "id", None)
        return self._polling.resource_id or (self._redact(own) if isinstance(own, str) else None)

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request; none before the first.

        ``now`` is what any clock says that counts seconds and never goes back.
        """
        if self._polling.starts_work and not self._has_asked:
            return 0.0
        if self._polling.max_wait_seconds is None:
            return self._pause
        if self._deadline is None:
            self._deadline = now + self._polling.max_wait_seconds
        left = max(self._deadline - now, 0.0)
        # Decided here: after the pause, a clock may be a hair short of the deadline.
        self._is_too_late = left <= self._pause
        return min(left, self._pause)

    def left(self, now: float) -> float | None:
        """Seconds that the next request may take; None for any number."""
        if self._deadline is None or (self._polling.starts_work and not self._has_asked):
            return None
        return max(self._deadline - now, 0.0)

    @contextmanager
    def request(self) -> Generator[None]:
        """Stand around each request; raises ``PollTimeoutError`` where it would be too late."""
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
        """Take the reply: its state becomes the last one, and its hint holds until the next."""
        has_started = self._polling.starts_work and not self._has_asked
        if not self._has_asked:
            self._has_asked = True
            self.first = reply.state
        self.last = reply.state
        self._redact = reply.redact
        hinted = _hinted(reply.hint)
        self._interval = hinted or self._interval
        # What was only just started is looked at right away, unless the server advises otherwise.
        self._pause = 0.0 if has_started and hinted is None else self._interval
        final = self._polling.until(reply.state)
        if final is None:
            logger.warning(
                "%s has the status %s, which is not known here: it is polled no more",
                printable(self.resource_id or "What was polled"),
                self._status(),
            )
        self.done = final is None or bool(final)

    def fail(self, error: Exception) -> None:
        """Put the id on an error that ended the polling, to resume with, and the newest state."""
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
    """The seconds that a hint asks for; None where it is no sensible number of milliseconds."""
    text = str(hint).strip() if isinstance(hint, str | int) else ""
    if not re.fullmatch("[0-9]{1,9}", text):
        return None
    seconds = int(text) / 1000
    return max(seconds, SHORTEST_HINT) if seconds <= LONGEST_HINT else None
