"""Short roads of a chat: from a piece of a text, or of a call, to its events, in one call."""

# Hot paths: each delta of a text but the first ones. They do what `ChatEvents.feed` does with the
# chunk that has the piece, which is made when it is read.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamkit._core.late_template import as_late
from streamkit.families._common.events import (
    ContentDeltaEvent,
    FunctionToolCallArgumentsDeltaEvent,
    ReasoningDeltaEvent,
    RefusalDeltaEvent,
)
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.template import Fill, Road
    from streamkit._core.text import TextLog
    from streamkit.families.chat.emitters import ToolArgumentsParser
    from streamkit.families.chat.events import ChatCompletionStreamEvent
    from streamkit.families.chat.log import ChoiceLog, ChoiceUpdate, CompletionLog
    from streamkit.structured.reader import Reader
    from streamkit.types import ChatCompletionChunk

__all__ = ["Feeding", "arguments_road", "content_road", "reasoning_road", "refusal_road"]

_NO_CHUNK: Any = None


class Feeding(NamedTuple):
    """A machine for which a road is made, as far as roads concern it."""

    feed: Callable[[ChatCompletionChunk], Sequence[ChatCompletionStreamEvent[Any]]]
    log: CompletionLog
    reader: Reader


def content_road(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk], *, has_notes: bool
) -> Road[ChatCompletionStreamEvent[Any]] | None:
    """Return the road of a choice's content; ``has_notes`` if its chunks have unknown fields."""
    if len(machine.log.choices) == 1:
        return _road_of_only_choice(machine, choice, fill)
    return None if as_late(fill) else _road_of_choice(machine, choice, fill, has_notes=has_notes)


def _road_of_only_choice(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk]
) -> Road[ChatCompletionStreamEvent[Any]]:
    feed, log, reader = machine
    index, text, late = choice.index, choice.content, as_late(fill)
    append = text.append_whole

    def state() -> tuple[object, object, Moment]:
        """Return what stays the same until a chunk of another kind comes."""
        said, latest = log.said if late is None else log.begin_late(late), log.latest
        return said, latest, Moment(log, reader, log.heading, latest, (), fill)

    said, latest, moment = state()

    def take(piece: str, rest: Any = None) -> Sequence[ChatCompletionStreamEvent[Any]]:
        nonlocal said, latest, moment
        if log.said is not said or log.latest is not latest:
            # Chunks of another kind have come between.
            events = feed(fill(piece, rest))
            said, latest, moment = state()
            return events
        if late is not None:
            log.late = rest
        content = ContentDeltaEvent(index, piece, text, append(piece), reader)
        return ChunkEvent(_NO_CHUNK, moment, content, rest), content

    return take


def _road_of_choice(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk], *, has_notes: bool
) -> Road[ChatCompletionStreamEvent[Any]]:
    feed, log, reader = machine
    index, text = choice.index, choice.content
    said, heading = log.said, choice.heading

    def take(piece: str, rest: Any = None) -> Sequence[ChatCompletionStreamEvent[Any]]:
        # Other chunks, of which some are of another choice, have other fields.
        if log.said is not said or (has_notes and choice.heading is not heading):
            return feed(fill(piece, rest))
        updates = log.append_content(choice, piece)
        content = ContentDeltaEvent(index, piece, text, text.length, reader)
        moment = Moment(log, reader, log.heading, log.latest, updates, fill)
        return ChunkEvent(_NO_CHUNK, moment, content, rest), content

    return take


class _Text(NamedTuple):
    """A text of a choice besides its content."""

    log: TextLog
    append: Callable[[str], ChoiceUpdate]
    event: type[ReasoningDeltaEvent | RefusalDeltaEvent]


def reasoning_road(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk]
) -> Road[ChatCompletionStreamEvent[Any]] | None:
    """Return the road of a choice's reasoning."""
    text = _Text(choice.reasoning, choice.append_reasoning, ReasoningDeltaEvent)
    return _text_road(machine, choice, fill, text)


def refusal_road(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk]
) -> Road[ChatCompletionStreamEvent[Any]] | None:
    """Return the road of a choice's refusal."""
    text = _Text(choice.refusal, choice.append_refusal, RefusalDeltaEvent)
    return _text_road(machine, choice, fill, text)


def _text_road(
    machine: Feeding, choice: ChoiceLog, fill: Fill[ChatCompletionChunk], text: _Text
) -> Road[ChatCompletionStreamEvent[Any]] | None:
    feed, log, reader = machine
    grown, append, event_of = text
    late, index = as_late(fill), choice.index
    if late is not None and len(log.choices) > 1:
        return None
    said, heading = log.said if late is None else log.begin_late(late), choice.heading

    def take(piece: str, rest: Any = None) -> Sequence[ChatCompletionStreamEvent[Any]]:
        nonlocal said, heading
        if not piece or log.said is not said or choice.heading is not heading:
            # Chunks of another kind have come between, or the piece has no event of its own.
            events = feed(fill(piece, rest))
            if late is not None:
                said, heading = log.begin_late(late), choice.heading
            return events
        updates = log.update(append(piece))
        if late is not None:
            log.late = rest
        event = event_of(index, piece, grown, grown.length)
        moment = Moment(log, reader, log.heading, log.latest, updates, fill)
        return ChunkEvent(_NO_CHUNK, moment, event, rest), event

    return take


def arguments_road(
    machine: Feeding,
    choice: ChoiceLog,
    place: int,
    parser: ToolArgumentsParser,
    fill: Fill[ChatCompletionChunk],
) -> Road[ChatCompletionStreamEvent[Any]] | None:
    """Return the road of the arguments of the call at a place of a choice."""
    feed, log, reader = machine
    late, call = as_late(fill), choice.grown_call(place)
    if late is not None and len(log.choices) > 1:
        return None
    if call is None or not parser.ends_nothing(call):
        return None
    text = call.arguments
    said = log.said if late is None else log.begin_late(late)

    def take(piece: str, rest: Any = None) -> Sequence[ChatCompletionStreamEvent[Any]]:
        nonlocal said
        if (
            log.said is not said
            or len(piece) == text.length  # it may be the whole again
            or choice.grown_call(place) is not call  # another template's frame came between
            or not parser.ends_nothing(call)
        ):
            events = feed(fill(piece, rest))
            if late is not None:
                said = log.begin_late(late)
            return events
        updates = log.append_arguments(choice, call, piece)
        if late is not None:
            log.late = rest
        arguments = FunctionToolCallArgumentsDeltaEvent(
            choice.index, call.index, call.name, call.id, piece, text, text.length, reader
        )
        moment = Moment(log, reader, log.heading, log.latest, updates, fill)
        return ChunkEvent(_NO_CHUNK, moment, arguments, rest), arguments

    return take
