"""The bounded queue of one consumer, with the policy for an overflow: a machine without threads."""

from __future__ import annotations

from collections import OrderedDict, deque
from enum import Enum
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar, cast

from streamkit._core.events import Event, EventsDroppedEvent
from streamkit.errors import SlowConsumerError, StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

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


NOTHING_YET = NothingYet.NOTHING_YET

Taken: TypeAlias = E | EventsDroppedEvent | End | NothingYet


class Backlog(Generic[E]):
    """A queue of at most ``limit`` events between a stream and one consumer.

    The end is kept beside the events, so there is always room for it. Events put after the end are
    ignored.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, overflow: Overflow = "block") -> None:
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        if overflow not in _OVERFLOWS:
            raise ValueError(f"overflow must be one of {', '.join(_OVERFLOWS)}, not {overflow!r}")
        self.limit = limit
        self.overflow: Overflow = overflow
        self.dropped = 0
        """The number of events dropped since the consumer last got an ``events.dropped`` event."""
        # The first and last event of each merged span, in the order of the last ones. The key of
        # events that can be merged is their kind and place; that of all others is a number.
        self._waiting: OrderedDict[Hashable, tuple[E, E]] = OrderedDict()
        self._count = 0
        self._era = 0
        self._end: End | None = None
        self._past: deque[E] = deque()

    def __len__(self) -> int:
        return len(self._past) + len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether an event can be put without a wait; true after the end, which ignores events."""
        return len(self._waiting) < self.limit or self._end is not None

    @property
    def has_ended(self) -> bool:
        """Whether the end was put or the backlog closed, so that further events are ignored."""
        return self._end is not None

    def put(self, event: E) -> bool:
        """Add an event; return false, without adding it, if ``block`` requires a wait for room."""
        if self._end is not None:
            return True
        first, key = event, self._key(event)
        if key in self._waiting:
            first, _ = self._waiting.pop(key)
        elif len(self._waiting) >= self.limit:
            if self.overflow == "block":
                return False
            if self.overflow != "drop_oldest":
                self.end(SlowConsumerError(limit=self.limit, behind=len(self._waiting) + 1))
                return True
            self._pop()
            self.dropped += 1
        self._waiting[key] = first, event
        return True

    def replay(self, events: Iterable[E]) -> None:
        """Add events that came before the consumer did; the limit does not apply to them."""
        self._past.extend(events)

    def waiting(self) -> list[E]:
        """Return the waiting events, merged as ``take`` would return them."""
        return [*self._past, *map(_merged, self._waiting.values())]

    def drop_oldest(self) -> None:
        """Drop the oldest event."""
        self._pop()

    def take(self) -> Taken[E]:
        """Remove the oldest event and return it; after the last event, always return the end."""
        if self._past:
            return self._past.popleft()
        if self.dropped:
            count, self.dropped = self.dropped, 0
            return EventsDroppedEvent(count)
        if self._waiting:
            return _merged(self._pop())
        return self._end or NOTHING_YET

    def end(self, error: Exception | None = None) -> None:
        """Put the end after the waiting events, unless there is an end already."""
        if self._end is None:
            self._end = End(error)

    def close(self) -> None:
        """Drop the waiting events, because the consumer has gone."""
        if len(self) or self._end is None:
            self._end = End(StreamClosedError("the consumer was closed before its stream ended"))
        self._waiting.clear()
        self._past.clear()
        self.dropped = 0

    def _pop(self) -> tuple[E, E]:
        _, pair = self._waiting.popitem(last=False)
        return pair

    def _key(self, event: E) -> Hashable:
        if self.overflow == "coalesce":
            if isinstance(event, Event) and hasattr(event, "since"):
                return type(event), event.place, self._era
            # No merge spans an event that cannot be merged, such as a reset or the end of a text.
            self._era += 1
        self._count += 1
        return self._count


def _merged(span: tuple[E, E]) -> E:
    first, last = span
    return last if first is last else cast("E", cast("_Mergeable", last).since(first))


class _Mergeable(Protocol):
    """An event that can replace the events of its type and place before it."""

    def since(self, first: object, /) -> object: ...


_OVERFLOWS: tuple[Overflow, ...] = ("block", "drop_oldest", "coalesce", "fail")
