"""The short roads of a message: from a piece of a block's text to its events, in one call."""

# Hot paths: each delta of a stream but the first ones. They do what `MessageEvents.feed` does with
# the event of the wire that has the piece, unless an event that came between, also one that another
# template read, has put another block in the place of theirs. Each road tests that itself, because
# a call costs more than the test.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from streamkit.families.messages.events import InputJsonEvent, MessageStreamEvent, TextEvent
from streamkit.types.messages import InputJSONDelta, RawContentBlockDeltaEvent, TextDelta

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.template import Fill
    from streamkit.families.messages.block import BlockLog
    from streamkit.families.messages.hole import Filling
    from streamkit.families.messages.log import MessageLog
    from streamkit.types.messages import RawMessageStreamEvent

    Events: TypeAlias = Sequence[MessageStreamEvent[Any]]
    Feed: TypeAlias = Callable[[RawMessageStreamEvent], Events]
    Road: TypeAlias = Callable[..., Events]

__all__ = ["Feeding", "filled_text_road", "input_road", "text_road"]


class Feeding(NamedTuple):
    """A machine and an open block for which a road is made."""

    feed: Feed
    fill: Fill[RawMessageStreamEvent]
    log: MessageLog
    at: int
    """The index of the block in the events of the wire."""
    block: BlockLog


def input_road(feeding: Feeding) -> Road:
    """Return the function that takes the pieces of a call's input."""
    feed, fill, log, index, block = feeding
    text, place, name, id = block.text, block.place, block.name, block.id
    append, growth_at = text.append_whole, log.growth_at

    def take(piece: str) -> Events:
        mark = log.growth
        if mark is None or mark.newest is not block:
            mark = growth_at(index, block)
            if mark is None:
                return feed(fill(piece))
        end = append(piece)
        delta = InputJSONDelta(partial_json=piece)
        wire = RawContentBlockDeltaEvent(index=index, delta=delta, _mark=mark, _end=end)
        return wire, InputJsonEvent(block, text, end, place, piece, name, id)

    return take


def text_road(feeding: Feeding) -> Road:
    """Return the function that takes the pieces of a text."""
    feed, fill, log, index, block = feeding
    text, place = block.text, block.place
    append, growth_at = text.append_whole, log.growth_at

    def take(piece: str) -> Events:
        mark = log.growth
        if mark is None or mark.newest is not block:
            mark = growth_at(index, block)
            if mark is None:
                return feed(fill(piece))
        end = append(piece)
        delta = TextDelta(text=piece)
        wire = RawContentBlockDeltaEvent(index=index, delta=delta, _mark=mark, _end=end)
        return wire, TextEvent(block, text, end, place, piece)

    return take


def filled_text_road(feeding: Feeding, given: RawContentBlockDeltaEvent) -> Road:
    """Return the same function where the events of the wire have fields that are not known.

    They are made like the one that is given, by the function that fills in values.
    """
    feed, fill, log, index, block = feeding
    text, place = block.text, block.place
    append, growth_at = text.append_whole, log.growth_at
    unknown = given.unknown_fields

    def take(piece: str, *values: Any) -> Events:
        mark = log.growth
        if mark is None or mark.newest is not block:
            mark = growth_at(index, block)
            if mark is None:
                return feed(fill(piece, *values))
        end = append(piece)
        wire = cast("RawContentBlockDeltaEvent", fill(piece, *values))
        return wire.grown(mark, end), TextEvent(block, text, end, place, piece)

    names = cast("Filling", fill).names
    if given.delta.unknown_fields or not unknown or unknown != vars(given) or len(names) > 1:
        return take
    if len(names) == len(unknown):
        return _road_with_one(feeding, names[0])
    fields, name = unknown.copy(), "".join(names)

    def take_of_event(piece: str, *values: Any) -> Events:
        mark = log.growth
        if mark is None or mark.newest is not block:
            mark = growth_at(index, block)
            if mark is None:
                return feed(fill(piece, *values))
        end = append(piece)
        delta, unknown = TextDelta(text=piece), fields.copy()
        if values:
            (unknown[name],) = values
        wire: Any = RawContentBlockDeltaEvent(
            index=index, delta=delta, _mark=mark, _end=end, unknown_fields=unknown
        )
        wire.__dict__ = unknown  # one dict costs less
        return wire, TextEvent(block, text, end, place, piece)

    return take_of_event


def _road_with_one(feeding: Feeding, name: str) -> Road:
    """Return the same function where each event has one unknown field, with a value of its own."""
    feed, fill, log, index, block = feeding
    text, place = block.text, block.place
    append, growth_at = text.append_whole, log.growth_at

    def take(piece: str, value: Any = None) -> Events:
        mark = log.growth
        if mark is None or mark.newest is not block:
            mark = growth_at(index, block)
            if mark is None:
                return feed(fill(piece, value))
        end = append(piece)
        delta, unknown = TextDelta(text=piece), {name: value}
        wire: Any = RawContentBlockDeltaEvent(
            index=index, delta=delta, _mark=mark, _end=end, unknown_fields=unknown
        )
        wire.__dict__ = unknown
        return wire, TextEvent(block, text, end, place, piece)

    return take
