"""The bounded queue of one consumer, with the policy for an overflow: a machine without threads."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeAlias, TypeVar

from streamkit._core.arguments import require_count, require_word
from streamkit._core.events import EventsDroppedEvent
from streamkit.errors import SlowConsumerError, StreamClosedError
from streamkit.hub.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DEFAULT_LIMIT", "NOTHING_YET", "Backlog", "End", "NothingYet", "Overflow", "Taken"]

DEFAULT_LIMIT = 256
"""The maximum number of events that wait for a consumer, by default."""

Overflow: TypeAlias = Literal["block", "drop_oldest", "coalesce", "fail"]
"""The policy when more events than the limit would wait: the stream waits, the oldest event is
dropped, waiting events are merged, or the consumer fails."""

E = TypeVar("E")


class End:
    """The end of a consumer's events; ``error`` is the reason if the stream is not complete."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


class NothingYet(Enum):
    """The type of the value that an empty backlog returns."""

    NOTHING_YET = "nothing yet"


NOTHING_YET: Final = NothingYet.NOTHING_YET

Taken: TypeAlias = E | EventsDroppedEvent | End | NothingYet


class Backlog(Generic[E]):
    """A queue of at most ``limit`` events between a stream and one consumer.

    The end is kept beside the events, so there is always room for it. Events put after the end are
    ignored. If it ``is_atomic``, one thread may put while another takes; else they need a lock.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, overflow: Overflow = "block") -> None:
        require_count("limit", limit)
        require_word("overflow", overflow, _OVERFLOWS)
        self.limit = limit
        self.overflow: Overflow = overflow
        self.dropped = 0
        """The number of events dropped since the consumer last got an ``events.dropped`` event."""
        self._waiting: deque[E] | Spans[E] = Spans() if overflow == "coalesce" else deque()
        self.queue: deque[E] | None = None
        """The waiting events if it ``is_atomic``: a hot path appends and takes them itself."""
        if isinstance(self._waiting, deque) and self.is_atomic:
            self.queue = self._waiting
        self.ending: End | None = None
        """The end, once it was put."""
        self.past: deque[E] = deque()
        """The events from before the consumer came, which are taken first."""

    def __len__(self) -> int:
        return len(self.past) + len(self._waiting)

    @property
    def is_atomic(self) -> bool:
        """Whether ``offer`` and ``take`` need no lock, because each changes the queue once."""
        return self.overflow in ("block", "fail")

    @property
    def has_room(self) -> bool:
        """Whether an event can be put without a wait; true after the end, which ignores events."""
        return len(self._waiting) < self.limit or self.ending is not None

    @property
    def has_ended(self) -> bool:
        """Whether the end was put or the backlog closed, so that further events are ignored."""
        return self.ending is not None

    def offer(self, event: E) -> bool:
        """Add an event if there is room for one; return false, and do nothing, if there is not."""
        # A hot path: once per event and consumer.
        if self.ending is None:
            waiting = self._waiting
            if len(waiting) >= self.limit:
                return False
            waiting.append(event)
        return True

    def put(self, event: E) -> bool:
        """Add an event; return false, without adding it, if ``block`` requires a wait for room."""
        if self.offer(event):
            return True
        waiting = self._waiting
        if not (isinstance(waiting, Spans) and waiting.merges(event)):
            if self.overflow == "block":
                return False
            if self.overflow != "drop_oldest":
                self.end(SlowConsumerError(limit=self.limit, behind=len(waiting) + 1))
                return True
            waiting.popleft()
            self.dropped += 1
        waiting.append(event)
        return True

    def replay(self, events: Iterable[E]) -> None:
        """Add events that came before the consumer did; the limit does not apply to them."""
        self.past.extend(events)

    def take(self) -> Taken[E]:
        """Remove the oldest event and return it; after the last event, always return the end."""
        # A hot path: once per event and consumer.
        end = self.ending  # before the look at the events: none is added after the end
        try:
            if self.past:
                return self.past.popleft()
            if self.dropped:
                count, self.dropped = self.dropped, 0
                return EventsDroppedEvent(count)
            if self._waiting:
                return self._waiting.popleft()
        except LookupError:  # another reader was faster
            return NOTHING_YET
        return end or NOTHING_YET

    def end(self, error: Exception | None = None) -> None:
        """Put the end after the waiting events, unless there is an end already."""
        if self.ending is None:
            self.ending = End(error)

    def close(self) -> None:
        """Drop the waiting events, because the consumer has gone."""
        if len(self) or self.ending is None:
            self.ending = End(StreamClosedError("the consumer was closed before its stream ended"))
        self._waiting.clear()
        self.past.clear()
        self.dropped = 0


_OVERFLOWS: tuple[Overflow, ...] = ("block", "drop_oldest", "coalesce", "fail")
