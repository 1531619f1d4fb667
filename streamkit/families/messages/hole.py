"""The piece of text in an event, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import UNSET

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
    """Return the piece of a text, a thought or a call's input, unless an event has more."""
    if type(event) is not RawContentBlockDeltaEvent or event.unknown_fields is not UNSET:
        return None
    delta = event.delta
    if delta.unknown_fields is not UNSET:
        return None
    match delta:
        case TextDelta(text=piece) | ThinkingDelta(thinking=piece):
            return Hole(piece)
        case InputJSONDelta(partial_json=piece):
            return Hole(piece)
        case _:
            return None


def filling(event: RawMessageStreamEvent) -> Fill[RawMessageStreamEvent]:
    """Return a function that makes an event like this one with another piece."""
    given = cast("RawContentBlockDeltaEvent", event)
    index = given.index

    def text(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=TextDelta(text=piece))

    def thinking(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=ThinkingDelta(thinking=piece))

    def json(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=InputJSONDelta(partial_json=piece))

    match given.delta:
        case TextDelta():
            return text
        case ThinkingDelta():
            return thinking
        case _:
            return json
