"""What waits for one consumer, and what gives when it is too much: a machine without threads."""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar, cast

from streamkit._core.events import Event, EventsDroppedEvent
from streamkit.errors import SlowConsumerError, StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["DEFAULT_LIMIT", "NOTHING_YET", "Backlog", "End", "NothingYet", "Overflow", "Taken"]

DEFAULT_LIMIT = 256
"""How many events may wait for a consumer."""

Overflow: TypeAlias = Literal["block", "drop_oldest", "coalesce", "fail"]
"""What gives when more than the limit would wait: the stream's pace, the oldest events, the size of
their steps, or the consumer."""

E = TypeVar("E")


class End:
    """No more will come; ``error`` is why, if the stream is not complete."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


class NothingYet(Enum):
    """What is taken from an empty backlog."""

    NOTHING_YET = "nothing yet"


NOTHING_YET = NothingYet.NOTHING_YET

Taken: TypeAlias = E | EventsDroppedEvent | End | NothingYet


class Backlog(Generic[E]):
    """Events between a stream and one consumer, in order, at most ``limit`` of them.

    The end waits beside them, so there is always room for it. After it, nothing is put.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, overflow: Overflow = "block") -> None:
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        if overflow not in _OVERFLOWS:
            raise ValueError(f"overflow must be one of {', '.join(_OVERFLOWS)}, not {overflow!r}")
        self.limit = limit
        self.overflow: Overflow = overflow
        self.dropped = 0
        """How many events were dropped since the consumer was last told."""
        # In the order of what is newest in each. Under a key of its own waits what came from one
        # event to another of a kind; the numbers are the keys of all else.
        self._waiting: OrderedDict[Hashable, tuple[E, E]] = OrderedDict()
        self._count = 0
        self._era = 0
        self._end: End | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether an event can be put, be it because nothing is kept after the end."""
        return len(self._waiting) < self.limit or self._end is not None

    @property
    def has_ended(self) -> bool:
        """Whether what is put is of no use any more."""
        return self._end is not None

    def put(self, event: E) -> bool:
        """Add an event; false if it was not, since ``block`` says to wait until there is room."""
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

    def take(self) -> Taken[E]:
        """Remove the oldest event and return it; the end comes last, again and again."""
        if self.dropped:
            count, self.dropped = self.dropped, 0
            return EventsDroppedEvent(count)
        if self._waiting:
            first, last = self._pop()
            return last if first is last else cast("E", cast("_Mergeable", last).since(first))
        return self._end or NOTHING_YET

    def end(self, error: Exception | None = None) -> None:
        """Put the end after what waits, unless there is one."""
        if self._end is None:
            self._end = End(error)

    def close(self) -> None:
        """Forget what waits: the consumer has gone."""
        if self._waiting or self._end is None:
            self._end = End(StreamClosedError("the consumer was closed before its stream ended"))
        self._waiting.clear()
        self.dropped = 0

    def _pop(self) -> tuple[E, E]:
        _, pair = self._waiting.popitem(last=False)
        return pair

    def _key(self, event: E) -> Hashable:
        if self.overflow == "coalesce":
            if isinstance(event, Event) and hasattr(event, "since"):
                return type(event), event.place, self._era
            # Nothing is merged across what cannot be: a reset, say, or the end of a text.
            self._era += 1
        self._count += 1
        return self._count


class _Mergeable(Protocol):
    """An event that can stand for those before it, of its type and place."""

    def since(self, first: object, /) -> object: ...


_OVERFLOWS: tuple[Overflow, ...] = ("block", "drop_oldest", "coalesce", "fail")
