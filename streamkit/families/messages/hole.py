"""The piece of text in an event, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from streamkit._core.copying import copier, has_plain_unknowns
from streamkit._core.template import Hole
from streamkit.types.messages import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawMessageStreamEvent,
    TextDelta,
    ThinkingDelta,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.template import Scalar

__all__ = ["Filling", "hole_of"]


def hole_of(event: RawMessageStreamEvent) -> Hole | None:
    """Return the piece of a text, a thought or a call's input, unless an event has more.

    Unknown fields belong to the event if they are scalars, which no reader of it can change. They
    may be others in each event, but for two of one name.
    """
    if type(event) is not RawContentBlockDeltaEvent:
        return None
    delta = event.delta
    name = _TEXTS.get(type(delta))
    if name is None or not (has_plain_unknowns(event) and has_plain_unknowns(delta)):
        return None
    outer, inner = event.unknown_fields or {}, delta.unknown_fields or {}
    optional = {
        field: value
        for field, value in (*outer.items(), *inner.items())
        if value is not None and not (field in outer and field in inner)
    }
    return Hole(getattr(delta, name), optional=optional)


class Filling:
    """A function of a piece and the values of some unknown fields that makes events like one."""

    __slots__ = ("_inner", "_name", "_new_delta", "_new_event", "names")

    def __init__(self, event: RawMessageStreamEvent, names: Sequence[str] = ()) -> None:
        given = cast("RawContentBlockDeltaEvent", event)
        self._new_event, self._new_delta = copier(given), copier(given.delta)
        self._name = _TEXTS[type(given.delta)]
        self.names = names
        """The names of the fields."""
        self._inner = frozenset(names).intersection(given.delta.unknown_fields or ())

    def __call__(self, piece: str, *values: Scalar) -> RawMessageStreamEvent:
        """Return a new event."""
        whole, delta = self._new_event(), self._new_delta()
        setattr(delta, self._name, piece)
        whole.delta = delta
        for name, value in zip(self.names, values, strict=True):
            (delta if name in self._inner else whole).add_unknown({name: value})
        return whole


_TEXTS: dict[type, str] = {
    TextDelta: "text",
    ThinkingDelta: "thinking",
    InputJSONDelta: "partial_json",
}
