"""The piece of text in an event, by which a stream learns its templates."""

from __future__ import annotations

from msgspec import UNSET

from streamkit._core.template import Hole
from streamkit.types.messages import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawMessageStreamEvent,
    TextDelta,
    ThinkingDelta,
)

__all__ = ["hole_of"]


def hole_of(event: RawMessageStreamEvent) -> Hole[RawMessageStreamEvent] | None:
    """Return the piece of a text, a thought or a call's input, unless an event has more."""
    if type(event) is not RawContentBlockDeltaEvent or event.unknown_fields is not UNSET:
        return None
    index, delta = event.index, event.delta
    if delta.unknown_fields is not UNSET:
        return None

    def text(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=TextDelta(text=piece))

    def thinking(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=ThinkingDelta(thinking=piece))

    def json(piece: str) -> RawMessageStreamEvent:
        return RawContentBlockDeltaEvent(index=index, delta=InputJSONDelta(partial_json=piece))

    match delta:
        case TextDelta(text=piece):
            return Hole(piece, text)
        case ThinkingDelta(thinking=piece):
            return Hole(piece, thinking)
        case InputJSONDelta(partial_json=piece):
            return Hole(piece, json)
        case _:
            return None
