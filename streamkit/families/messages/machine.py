"""The machine that turns the events of the wire into those of the ``anthropic`` package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from streamkit._core.copying import copied
from streamkit._core.machine import AnswerMachine
from streamkit.errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    StreamkitError,
)
from streamkit.families.messages.events import (
    CitationEvent,
    CompactionEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    MessageStreamEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from streamkit.families.messages.log import MessageLog
from streamkit.families.messages.short_roads import (
    Feeding,
    filled_text_road,
    input_road,
    text_road,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.messages import (
    CitationsDelta,
    CompactionDelta,
    InputJSONDelta,
    ParsedMessage,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit._core.template import Fill, Road
    from streamkit.families.messages.block import BlockLog
    from streamkit.structured.reader import Reader

    _Events: TypeAlias = Sequence[MessageStreamEvent[Any]]

__all__ = ["MessageEvents"]

_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
_GOES_ON = frozenset({"tool_use", "pause_turn", "compaction"})
"""The stop reasons of a message that goes on in another, so that its text is no answer yet."""


class MessageEvents(
    AnswerMachine[RawMessageStreamEvent, MessageStreamEvent[Any], ParsedMessage[Any]]
):
    """A machine that emits each event of the wire and after it those that follow from it.

    The end of a block and the end of the message come in place of the wire's own. A message that
    was not streamed is fed as a start with the whole content.
    """

    def __init__(self, reader: Reader, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader
        self._log = MessageLog(reader, limits)
        self._has_read = False
        self._error: ParseError | None = None

    def feed(self, value: RawMessageStreamEvent, /) -> _Events:
        """Return the events of an event of the wire; nothing after ``message_stop``."""
        if self.done:
            return ()
        if type(value) is RawContentBlockDeltaEvent:  # a hot path: nearly all events are deltas
            return self._delta(value)
        log = self._log
        match value:
            case RawContentBlockStartEvent(index=index, content_block=block):
                ended = () if index is None else self._stop(index)
                events = (*ended, value, *self._begun(log.open(index, block)))
            case RawContentBlockStopEvent(index=index):
                return self._stop(index)
            case RawMessageStartEvent(message=message):
                opened = log.start(message)
                events = (value, *(event for block in opened for event in self._begun(block)))
            case RawMessageDeltaEvent():
                log.append(value)
                events = (value,)
            case RawMessageStopEvent():
                return [*self._finish()]
            case _:
                events = (value,)
        value.accumulated(log.mark_change())
        return events

    def short_road(
        self, empty: RawMessageStreamEvent, fill: Fill[RawMessageStreamEvent], /
    ) -> Road[MessageStreamEvent[Any]] | None:
        """Return a function that takes the pieces of a block's text."""
        if self.done or type(empty) is not RawContentBlockDeltaEvent:
            return None
        index, delta, log = empty.index, empty.delta, self._log
        if index is None:
            return None
        if isinstance(delta, InputJSONDelta):
            block = log.block(index, "input")
            if empty.unknown_fields or delta.unknown_fields or not _is_plain(block):
                return None
            return input_road(Feeding(self.feed, fill, log, index, block))
        if isinstance(delta, TextDelta):
            block = log.block(index, "text")
            if not _is_plain(block):
                return None
            feeding = Feeding(self.feed, fill, log, index, block)
            if empty.unknown_fields or delta.unknown_fields:
                return filled_text_road(feeding, empty)
            return text_road(feeding)
        return None

    def close(self) -> Iterator[MessageStreamEvent[Any]]:
        """Emit the end of what has not ended, then raise the error of the answer, if any."""
        if not self.done and not self._log.is_empty:
            yield from self._finish()
        error = self._verdict()
        if error is not None:
            error.partial = self.final()
            raise error

    def fail(self, error: Exception, /) -> None:
        """Attach the message so far to an error of the stream."""
        if not self._log.is_empty:
            super().fail(error)

    def snapshot(self) -> ParsedMessage[Any]:
        """Return the message so far, parsed as far as it has arrived."""
        return self._log.build()

    def final(self) -> ParsedMessage[Any]:
        """Return the whole parsed message; call this after ``close``."""
        return self._log.build()

    def _delta(self, value: RawContentBlockDeltaEvent) -> _Events:
        delta, log, index = value.delta, self._log, value.index
        event: MessageStreamEvent[Any]
        # A hot path: the kinds of deltas in the order of their frequency.
        # `isinstance` costs much where it is False.
        if type(delta) is InputJSONDelta:
            block = log.block(index, "input")
            text = block.text
            piece = text.append(delta.partial_json)
            event = InputJsonEvent(
                block, text, text.length, block.place, piece, block.name, block.id
            )
        elif type(delta) is TextDelta:
            block = log.block(index, "text")
            text = block.text
            piece = text.append(delta.text)
            event = TextEvent(block, text, text.length, block.place, piece)
        elif type(delta) is ThinkingDelta:
            block = log.block(index, "thinking")
            text = block.text
            piece = text.append(delta.thinking)
            event = ThinkingEvent(block, text, text.length, block.place, piece)
        else:
            return self._rare_delta(value)
        value.grown(log.mark_growth(block), text.length)
        # A block of a type that this version does not know has no events of its own.
        return (value, event) if block.is_known else (value,)

    def _rare_delta(self, value: RawContentBlockDeltaEvent) -> _Events:
        """Return the events of a delta that adds to no text."""
        delta, log, index = value.delta, self._log, value.index
        events: _Events = (value,)
        if isinstance(delta, CitationsDelta):
            block = log.block(index, "text")
            end = block.cite(delta.citation)
            if block.is_known:
                own = copied(delta.citation)
                events = (value, CitationEvent(own, block.place, block, end))
        elif isinstance(delta, SignatureDelta):
            block = log.block(index, "thinking")
            block.replace(signature=delta.signature)
            if block.is_known:
                events = (value, SignatureEvent(delta.signature, block.place))
        elif isinstance(delta, CompactionDelta):
            block = log.block(index, "compaction")
            block.replace(content=delta.content, encrypted_content=delta.encrypted_content)
            if block.is_known:
                event = CompactionEvent(delta.content, delta.encrypted_content, block.place)
                events = (value, event)
        value.accumulated(log.mark_change())
        return events

    def _begun(self, block: BlockLog) -> _Events:
        """Return the events of a text that stands in the start of its block."""
        text = block.text
        if not text.length:
            return ()
        whole = text.first(text.length)
        if block.kind == "text":
            return (TextEvent(block, text, text.length, block.place, whole),)
        return (ThinkingEvent(block, text, text.length, block.place, whole),)

    def _stop(self, index: int | None) -> _Events:
        block = self._log.stop(index)
        return () if block is None else (self._whole(block),)

    def _whole(self, block: BlockLog) -> ContentBlockStopEvent[Any]:
        outcome = block.stop()
        if outcome is not None and block.text.length:
            # One text that fits is enough: models write prose before the JSON.
            self._has_read = self._has_read or outcome.error is None
            self._error = outcome.error or self._error
        return ContentBlockStopEvent(self._log.mark(), block, block.place)

    def _finish(self) -> Iterator[MessageStreamEvent[Any]]:
        for block in self._log.blocks:
            if not block.is_whole:
                yield self._whole(block)
        self.done = True
        yield MessageStopEvent(self._log.mark())

    def _verdict(self) -> StreamkitError | None:
        reason, expects = self._log.mark().stop_reason, self._reader.expects_content
        if reason in _CUT and (expects or self._has_cut_call()):
            return LengthFinishReasonError(completion=self.final())
        if reason == "refusal" and (expects or self._has_cut_call()):
            return ContentFilterFinishReasonError(completion=self.final())
        if self._has_read or not expects or reason in _GOES_ON:
            return None
        return self._error or ParseError(
            f"The answer has no text to parse (stop reason {reason!r})", content=""
        )

    def _has_cut_call(self) -> bool:
        return any(block.is_cut for block in self._log.blocks)


def _is_plain(block: BlockLog) -> bool:
    """Return whether the pieces of a block are whole characters, with events of their own."""
    return block.is_known and not block.text.has_half
