"""Waiting events of which each delta is merged with the one before it, of its kind and place."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from streamkit._core.events import Event

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

__all__ = ["Spans"]

E = TypeVar("E")


class Spans(Generic[E]):
    """A queue in which an event that continues a waiting one becomes one with it."""

    def __init__(self) -> None:
        # Spans of merged events, in the order of their last events. The key of events that can be
        # merged is their kind and place; that of all others is a number.
        self._spans: OrderedDict[Hashable, list[E]] = OrderedDict()
        self._newest: list[E] | None = None
        # The kind of the newest span, if its event can be merged, and its place.
        self._kind: type[Any] | None = None
        self._place: Hashable = ()
        self._era = 0

    def __len__(self) -> int:
        return len(self._spans)

    def __iter__(self) -> Iterator[E]:
        return map(_merged, self._spans.values())

    def merges(self, event: E) -> bool:
        """Return whether the event continues a waiting one, and so needs no room."""
        return self._key(event) in self._spans

    def extend(self, event: E) -> bool:
        """Merge an event into the newest one if it continues that; return false if it does not."""
        # A hot path: in most streams, most events continue the one before them.
        newest = self._newest
        if newest is None or type(event) is not self._kind:
            return False
        if cast("Event", event).place != self._place:
            return False
        newest[1] = event
        return True

    def append(self, event: E) -> None:
        """Add an event."""
        key: Any = self._key(event)
        if key is None:
            # No merge spans an event that cannot be merged, such as a reset or the end of a text.
            self._era += 1
            key, self._kind = self._era, None
        else:
            self._kind, self._place, _ = key
        spans = self._spans
        span = spans.get(key)
        if span is None:
            spans[key] = self._newest = [event, event]
            return
        span[1] = event
        if span is not self._newest:
            spans.move_to_end(key)
            self._newest = span

    def popleft(self) -> E:
        """Remove and return the oldest event, with those that continue it."""
        _, span = self._spans.popitem(last=False)
        if span is self._newest:
            self._newest = None
        return _merged(span)

    def clear(self) -> None:
        """Remove all events."""
        self._spans.clear()
        self._newest = None

    def _key(self, event: E) -> tuple[type[Any], Hashable, int] | None:
        """Return the kind and place of an event that can be merged, or None."""
        if isinstance(event, Event) and hasattr(event, "since"):
            return type(event), event.place, self._era
        return None


def _merged(span: list[E]) -> E:
    first, last = span
    return last if first is last else cast("E", cast("_Mergeable", last).since(first))


class _Mergeable(Protocol):
    """An event that can replace the events of its type and place before it."""

    def since(self, first: object, /) -> object: ...
