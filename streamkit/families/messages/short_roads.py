"""The short roads of a message: from a piece of a block's text to its events, in one call."""

# Hot paths: each delta of a stream but the first ones. They do what `MessageEvents.feed` does with
# the event of the wire that has the piece.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from streamkit.families.messages.events import InputJsonEvent, MessageStreamEvent, TextEvent
from streamkit.types.messages import InputJSONDelta, RawContentBlockDeltaEvent, TextDelta

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.template import Fill
    from streamkit.families.messages.block import BlockLog
    from streamkit.families.messages.hole import Filling
    from streamkit.families.messages.log import MessageLog
    from streamkit.types.messages import RawMessageStreamEvent

    Road: TypeAlias = Callable[[str], Sequence[MessageStreamEvent[Any]]]

__all__ = ["filled_text_road", "input_road", "text_road"]


def input_road(log: MessageLog, block: BlockLog, index: int) -> Road:
    """Return the function that takes the pieces of a call's input."""
    text, place, name, id = block.text, block.place, block.name, block.id
    append, growth = text.append_whole, log.mark_growth

    def take(piece: str) -> Sequence[MessageStreamEvent[Any]]:
        end = append(piece)
        mark, delta = growth(block), InputJSONDelta(partial_json=piece)
        wire = RawContentBlockDeltaEvent(index=index, delta=delta, _mark=mark, _end=end)
        return wire, InputJsonEvent(block, text, end, place, piece, name, id)

    return take


def text_road(log: MessageLog, block: BlockLog, index: int) -> Road:
    """Return the function that takes the pieces of a text."""
    text, place = block.text, block.place
    append, growth = text.append_whole, log.mark_growth

    def take(piece: str) -> Sequence[MessageStreamEvent[Any]]:
        end = append(piece)
        mark, delta = growth(block), TextDelta(text=piece)
        wire = RawContentBlockDeltaEvent(index=index, delta=delta, _mark=mark, _end=end)
        return wire, TextEvent(block, text, end, place, piece)

    return take


def filled_text_road(
    log: MessageLog,
    block: BlockLog,
    given: RawContentBlockDeltaEvent,
    fill: Fill[RawMessageStreamEvent],
) -> Road:
    """Return the same function where the events of the wire have fields that are not known.

    They are made like the one that is given, by the function that fills in values.
    """
    text, place, index = block.text, block.place, given.index
    append, growth = text.append_whole, log.mark_growth
    unknown = given.unknown_fields

    def take(piece: str, *values: Any) -> Sequence[MessageStreamEvent[Any]]:
        end = append(piece)
        wire = cast("RawContentBlockDeltaEvent", fill(piece, *values))
        return wire.grown(growth(block), end), TextEvent(block, text, end, place, piece)

    names = cast("Filling", fill).names
    if given.delta.unknown_fields or not unknown or unknown != vars(given) or len(names) > 1:
        return take
    if len(names) == len(unknown):
        return _road_with_one(log, block, index, names[0])
    fields, name = unknown.copy(), names[0] if names else None

    def take_of_event(piece: str, value: Any = None) -> Sequence[MessageStreamEvent[Any]]:
        end = append(piece)
        mark, delta, unknown = growth(block), TextDelta(text=piece), fields.copy()
        if name is not None:
            unknown[name] = value
        wire: Any = RawContentBlockDeltaEvent(
            index=index, delta=delta, _mark=mark, _end=end, unknown_fields=unknown
        )
        wire.__dict__ = unknown  # one dict costs less
        return wire, TextEvent(block, text, end, place, piece)

    return take_of_event


def _road_with_one(log: MessageLog, block: BlockLog, index: int | None, name: str) -> Road:
    """Return the same function where each event has one unknown field, with a value of its own."""
    text, place = block.text, block.place
    append, growth = text.append_whole, log.mark_growth

    def take(piece: str, value: Any = None) -> Sequence[MessageStreamEvent[Any]]:
        end = append(piece)
        mark, delta, unknown = growth(block), TextDelta(text=piece), {name: value}
        wire: Any = RawContentBlockDeltaEvent(
            index=index, delta=delta, _mark=mark, _end=end, unknown_fields=unknown
        )
        wire.__dict__ = unknown
        return wire, TextEvent(block, text, end, place, piece)

    return take
