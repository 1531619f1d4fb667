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
    from streamkit._core.template import Fill

__all__ = ["filling", "hole_of"]


def hole_of(event: RawMessageStreamEvent) -> Hole | None:
    """Return the piece of a text, a thought or a call's input, unless an event has more.

    Unknown fields belong to the event if they are scalars, which no reader of it can change.
    """
    if type(event) is not RawContentBlockDeltaEvent:
        return None
    delta = event.delta
    name = _TEXTS.get(type(delta))
    if name is None or not (has_plain_unknowns(event) and has_plain_unknowns(delta)):
        return None
    return Hole(getattr(delta, name))


def filling(event: RawMessageStreamEvent) -> Fill[RawMessageStreamEvent]:
    """Return a function that makes an event like this one with another piece."""
    given = cast("RawContentBlockDeltaEvent", event)
    new_event, new_delta = copier(given), copier(given.delta)
    name = _TEXTS[type(given.delta)]

    def fill(piece: str) -> RawMessageStreamEvent:
        whole, delta = new_event(), new_delta()
        setattr(delta, name, piece)
        whole.delta = delta
        return whole

    return fill


_TEXTS: dict[type, str] = {
    TextDelta: "text",
    ThinkingDelta: "thinking",
    InputJSONDelta: "partial_json",
}
