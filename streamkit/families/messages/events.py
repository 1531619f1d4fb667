"""The events of a streamed message that the ``anthropic`` package has, besides those of the wire.

As every event, each is a position in an append-only log: what it says stays as it was. ``index`` is
the place of a block in the message's ``content``, which is the server's index unless that is used
for two blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, cast

from streamkit._core.ending import ends_answer
from streamkit._core.events import Event, Growth
from streamkit._core.text import TextLog
from streamkit.families.messages.block import BlockLog
from streamkit.families.messages.log import MessageMark
from streamkit.types.messages import (
    Message,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    TextCitation,
)

if TYPE_CHECKING:
    from streamkit.types.messages import ParsedContentBlock, ParsedMessage

__all__ = [
    "CitationEvent",
    "CompactionEvent",
    "ContentBlockStopEvent",
    "InputJsonEvent",
    "MessageStopEvent",
    "MessageStreamEvent",
    "SignatureEvent",
    "TextEvent",
    "ThinkingEvent",
]

T = TypeVar("T")


class _Piece(Growth, frozen=True, gc=False, eq=False):
    """A new piece of the growing text of a block."""

    _at = ("index",)
    _grows_in = "_log"
    _block: BlockLog
    _log: TextLog
    _end: int
    index: int

    @property
    def block(self) -> BlockLog:
        """The log of the block."""
        return self._block

    @property
    def end(self) -> int:
        """The length of the text at the event."""
        return self._end


class TextEvent(_Piece, frozen=True, gc=False, eq=False):
    """A new piece of a text."""

    type: ClassVar[Literal["text"]] = "text"
    _piece = "text"
    text: str
    """The new piece."""

    @property
    def snapshot(self) -> str:
        """The text so far."""
        return self._log.first(self._end)

    @property
    def parsed(self) -> Any:
        """The text so far, parsed; None when the request did not ask for JSON.

        An object or array, and what is still open in it, is a read-only view of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        return self._block.reader.partial_content(self._log, self._end, self.text)

    def parsed_snapshot(self) -> Any:
        """Return the JSON value that the text so far begins, whatever the request asked for.

        None before any of it is known, and for a text that is no JSON.
        """
        return self._log.partial_json(self._end, self.text)


class InputJsonEvent(_Piece, frozen=True, gc=False, eq=False):
    """A new piece of the input of a tool call; the first piece is often empty."""

    type: ClassVar[Literal["input_json"]] = "input_json"
    _piece = "partial_json"
    partial_json: str
    """The new piece of the input's JSON."""
    name: str
    """The name of the tool."""
    id: str
    """The id of the call."""

    @property
    def snapshot(self) -> object:
        """The input so far, without strings that are still growing.

        Text that is no JSON adds nothing to it.
        """
        log = self._log  # a hot path: `BlockLog.partial_input`, without its call
        value = log.partial_json(self._end, self.partial_json, partial_strings=False)
        return {} if value is None else value

    @property
    def parsed(self) -> Any:
        """The input so far, with strings that are still growing."""
        return self._block.partial_input(self._end, self.partial_json)


class CitationEvent(Event, frozen=True, gc=False, eq=False):
    """A new source of a text."""

    type: ClassVar[Literal["citation"]] = "citation"
    _at = ("index",)
    citation: TextCitation
    index: int
    _block: BlockLog
    _end: int

    @property
    def snapshot(self) -> list[TextCitation]:
        """The sources so far."""
        return self._block.cited(self._end)

    def since(self, _first: CitationEvent) -> CitationEvent:
        """Return the event itself, whose snapshot includes the earlier sources."""
        return self


class ThinkingEvent(_Piece, frozen=True, gc=False, eq=False):
    """A new piece of a thought."""

    type: ClassVar[Literal["thinking"]] = "thinking"
    _piece = "thinking"
    thinking: str
    """The new piece."""

    @property
    def snapshot(self) -> str:
        """The thought so far."""
        return self._log.first(self._end)


class SignatureEvent(Event, frozen=True, gc=False, eq=False):
    """The signature of a thought, which the API checks when the thought is sent back."""

    type: ClassVar[Literal["signature"]] = "signature"
    _at = ("index",)
    signature: str
    index: int


class CompactionEvent(Event, frozen=True, gc=False, eq=False):
    """The summary in place of the earlier conversation."""

    type: ClassVar[Literal["compaction"]] = "compaction"
    _at = ("index",)
    content: str | None
    encrypted_content: str | None
    index: int


class _End(Event, frozen=True, gc=False, eq=False):
    """The end of a block, or of the message."""

    _mark: MessageMark

    @property
    def mark(self) -> MessageMark:
        """The state of the message after the event."""
        return self._mark


class _BlockEnd(_End, frozen=True, gc=False, eq=False):
    """The end of a block."""

    _block: BlockLog

    @property
    def block(self) -> BlockLog:
        """The log of the block."""
        return self._block


class ContentBlockStopEvent(_BlockEnd, Generic[T], frozen=True, gc=False, eq=False):
    """A block is whole."""

    type: ClassVar[Literal["content_block_stop"]] = "content_block_stop"
    _at = ("index",)
    index: int

    @property
    def content_block(self) -> ParsedContentBlock[T]:
        """The block, built anew each time it is read."""
        return cast("ParsedContentBlock[T]", self._block.build())


class MessageStopEvent(_End, Generic[T], frozen=True, gc=False, eq=False):
    """The message is whole."""

    type: ClassVar[Literal["message_stop"]] = "message_stop"

    @property
    def message(self) -> ParsedMessage[T]:
        """The message, built anew each time it is read."""
        return self._mark.log.as_of(self._mark)


MessageStreamEvent = (
    RawMessageStartEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | TextEvent
    | InputJsonEvent
    | CitationEvent
    | ThinkingEvent
    | SignatureEvent
    | CompactionEvent
    | ContentBlockStopEvent[T]
    | RawMessageDeltaEvent
    | MessageStopEvent[T]
)
"""Any event of a stream; type checkers narrow it by ``event.type``."""


# A stop reason shows that an answer is there.


@ends_answer.register(RawMessageDeltaEvent)
def _(event: RawMessageDeltaEvent) -> bool:
    return bool(event.delta.stop_reason)


@ends_answer.register(RawMessageStopEvent)
@ends_answer.register(MessageStopEvent)
def _(_event: RawMessageStopEvent | MessageStopEvent[Any]) -> bool:
    return True


@ends_answer.register(Message)
def _(message: Message) -> bool:
    return bool(message.stop_reason)
