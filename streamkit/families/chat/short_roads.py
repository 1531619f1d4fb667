"""Short roads of a chat: from a piece of a choice's text to its events, in one call."""

# Hot paths: each delta of a text but the first ones. They do what `ChatEvents.feed` does with the
# chunk that has the piece, which is made when it is read.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamkit._core.late_template import as_late
from streamkit.families._common.events import (
    ContentDeltaEvent,
    ReasoningDeltaEvent,
    RefusalDeltaEvent,
)
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.late_template import LateFill
    from streamkit._core.template import Fill, Road
    from streamkit._core.text import TextLog
    from streamkit.families.chat.events import ChatCompletionStreamEvent
    from streamkit.families.chat.log import ChoiceLog, ChoiceUpdate, CompletionLog
    from streamkit.structured.reader import Reader
    from streamkit.types import ChatCompletionChunk

__all__ = ["Feeding", "late_content_road", "reasoning_road", "refusal_road"]

_NO_CHUNK: Any = None


class Feeding(NamedTuple):
    """A machine for which a road is made, as far as roads concern it."""

    feed: Callable[[ChatCompletionChunk], Sequence[ChatCompletionStreamEvent[Any]]]
    log: CompletionLog
    reader: Reader


def late_content_road(
    machine: Feeding, choice: ChoiceLog, fill: LateFill[ChatCompletionChunk]
) -> Road[ChatCompletionStreamEvent[Any]]:
    """Return the road of the only choice's content where chunks have other values beside it."""
    feed, log, reader = machine
    index, text = choice.index, choice.content
    append = text.append_whole
    said, latest = log.begin_late(fill), log.latest
    moment = Moment(log, reader, log.heading, latest, (), fill)

    def take(piece: str, frame: bytes) -> Sequence[ChatCompletionStreamEvent[Any]]:
        nonlocal said, latest, moment
        if log.said is not said or log.latest is not latest:
            # Chunks of another kind have come between.
            events = feed(fill(piece, frame))
            said, latest = log.begin_late(fill), log.latest
            moment = Moment(log, reader, log.heading, latest, (), fill)
            return events
        append(piece)
        log.late = frame
        content = ContentDeltaEvent(index, piece, text, text.length, reader)
        return ChunkEvent(_NO_CHUNK, moment, content, frame), content

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
