"""The piece of text in an event, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.copying import copied, copier, has_unread
from streamkit._core.reports import SIGNS
from streamkit._core.template import Hole
from streamkit._core.wire import SCALARS, Wire
from streamkit.types.messages import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawMessageStreamEvent,
    TextDelta,
    ThinkingDelta,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Filling", "hole_of"]

W = TypeVar("W", bound=Wire)


def hole_of(event: RawMessageStreamEvent, max_depth: int) -> Hole | None:
    """Return the piece of a text, a thought or a call's input, unless an event has more.

    Unknown fields may be others in each event, but for two of one name, and those that may report
    an error. They belong to the event while they are the same, if they are scalars, which no reader
    of it can change.
    """
    if type(event) is not RawContentBlockDeltaEvent:
        return None
    delta = event.delta
    name = _TEXTS.get(type(delta))
    if name is None or has_unread(event) or has_unread(delta):
        return None
    outer, inner = event.unknown_fields or {}, delta.unknown_fields or {}
    fixed = (outer.keys() & inner.keys()) | (outer.keys() & SIGNS)
    beside: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for field, value in (*outer.items(), *inner.items()):
        if value.__class__ in SCALARS:
            if value is not None and field not in fixed:
                optional[field] = value
        elif field in fixed:
            return None
        else:
            beside[field] = value
    return Hole(getattr(delta, name), beside, optional, max_depth=max_depth)


class Filling:
    """A function of a piece and the values of some unknown fields that makes events like one."""

    __slots__ = ("_inner", "_name", "_new_delta", "_new_event", "names")

    def __init__(self, event: RawMessageStreamEvent, names: Sequence[str] = ()) -> None:
        given = cast("RawContentBlockDeltaEvent", event)
        self._new_event, self._new_delta = _copier(given, names), _copier(given.delta, names)
        self._name = _TEXTS[type(given.delta)]
        self.names = names
        """The names of the fields."""
        self._inner = frozenset(names).intersection(given.delta.unknown_fields or ())

    def __call__(self, piece: str, *values: Any) -> RawMessageStreamEvent:
        """Return a new event."""
        whole, delta = self._new_event(), self._new_delta()
        setattr(delta, self._name, piece)
        whole.delta = delta
        for name, value in zip(self.names, values, strict=True):
            (delta if name in self._inner else whole).add_unknown({name: value})
        return whole


def _copier(wire: W, names: Sequence[str]) -> Callable[[], W]:
    """Return a function that makes copies of an object, in which fields of these names are None."""
    like, fields = copied(wire), wire.unknown_fields or {}
    like.add_unknown(dict.fromkeys(name for name in names if name in fields))
    return copier(like)


_TEXTS: dict[type, str] = {
    TextDelta: "text",
    ThinkingDelta: "thinking",
    InputJSONDelta: "partial_json",
}
