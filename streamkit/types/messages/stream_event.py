"""The events of a streamed message as they are on the wire.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming.
A delta of a kind that this version does not know is a plain ``Wire``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec import field

from streamkit._core.marked import MarkedEvent
from streamkit._core.wire import JSONText, Wire
from streamkit.types.messages.citation import CitationCharLocation, TextCitation
from streamkit.types.messages.content_block import ContentBlock, TextBlock
from streamkit.types.messages.message import Container, Message, StopDetails
from streamkit.types.messages.usage import MessageDeltaUsage

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "CitationsDelta",
    "CompactionDelta",
    "InputJSONDelta",
    "MessageDelta",
    "RawContentBlockDelta",
    "RawContentBlockDeltaEvent",
    "RawContentBlockStartEvent",
    "RawContentBlockStopEvent",
    "RawMessageDeltaEvent",
    "RawMessageStartEvent",
    "RawMessageStopEvent",
    "RawMessageStreamEvent",
    "SignatureDelta",
    "TextDelta",
    "ThinkingDelta",
    "UnknownEvent",
]


class TextDelta(Wire, tag_field="type", tag="text_delta"):
    """A new piece of a text."""

    type: ClassVar[Literal["text_delta"]] = "text_delta"
    text: str = ""


class InputJSONDelta(Wire, tag_field="type", tag="input_json_delta"):
    """A new piece of a call's input."""

    type: ClassVar[Literal["input_json_delta"]] = "input_json_delta"
    partial_json: JSONText = ""


class CitationsDelta(Wire, tag_field="type", tag="citations_delta"):
    """A source of the text."""

    type: ClassVar[Literal["citations_delta"]] = "citations_delta"
    citation: TextCitation = field(default_factory=CitationCharLocation)


class ThinkingDelta(Wire, tag_field="type", tag="thinking_delta"):
    """A new piece of a thought."""

    type: ClassVar[Literal["thinking_delta"]] = "thinking_delta"
    thinking: str = ""


class SignatureDelta(Wire, tag_field="type", tag="signature_delta"):
    """The signature of a thought."""

    type: ClassVar[Literal["signature_delta"]] = "signature_delta"
    signature: str = ""


class CompactionDelta(Wire, tag_field="type", tag="compaction_delta"):
    """The summary of a compaction block, as a whole."""

    type: ClassVar[Literal["compaction_delta"]] = "compaction_delta"
    content: str | None = None
    encrypted_content: str | None = None


RawContentBlockDelta = (
    TextDelta | InputJSONDelta | CitationsDelta | ThinkingDelta | SignatureDelta | CompactionDelta
)
"""An addition to a block of any kind, distinguished by ``type``."""


class RawMessageStartEvent(MarkedEvent, tag_field="type", tag="message_start"):
    """The message began; its ``content`` is still empty."""

    type: ClassVar[Literal["message_start"]] = "message_start"
    message: Message = field(default_factory=Message)


class RawContentBlockStartEvent(MarkedEvent, tag_field="type", tag="content_block_start"):
    """A block began; some kinds of blocks are whole from the start."""

    type: ClassVar[Literal["content_block_start"]] = "content_block_start"
    index: int | None = None
    content_block: ContentBlock = field(default_factory=TextBlock)


class RawContentBlockDeltaEvent(MarkedEvent, tag_field="type", tag="content_block_delta"):
    """An addition to a block."""

    type: ClassVar[Literal["content_block_delta"]] = "content_block_delta"
    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_end"})
    index: int | None = None
    delta: RawContentBlockDelta = field(default_factory=TextDelta)
    _end: int | None = field(default=None, name="\ufdd1")  # a name that no server sends

    @property
    def mark(self) -> Any:
        """The state of the answer after the event; None where it is not accumulated."""
        return self._mark if self._end is None else self._mark.grown_to(self._end)

    def grown(self, mark: object, end: int) -> Self:
        """Set the state of the answer, and the length of the text that grew; return the event.

        All deltas of a text share the state until something else changes.
        """
        self._mark, self._end = mark, end
        return self


class RawContentBlockStopEvent(MarkedEvent, tag_field="type", tag="content_block_stop"):
    """A block is whole."""

    type: ClassVar[Literal["content_block_stop"]] = "content_block_stop"
    index: int | None = None


class MessageDelta(Wire):
    """New values of fields of the message."""

    container: Container | None = None
    stop_details: StopDetails | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None


class RawMessageDeltaEvent(MarkedEvent, tag_field="type", tag="message_delta"):
    """New values of fields of the message, and the tokens used so far."""

    type: ClassVar[Literal["message_delta"]] = "message_delta"
    delta: MessageDelta = field(default_factory=MessageDelta)
    usage: MessageDeltaUsage | None = None


class RawMessageStopEvent(MarkedEvent, tag_field="type", tag="message_stop"):
    """The message is whole."""

    type: ClassVar[Literal["message_stop"]] = "message_stop"


class UnknownEvent(MarkedEvent):
    """An event that this version does not know; its other fields are attributes, too.

    It is emitted among the other events, but is no member of ``RawMessageStreamEvent``, so that
    type checkers narrow that union by ``event.type``.
    """

    type: str = ""


RawMessageStreamEvent = (
    RawMessageStartEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawContentBlockStopEvent
    | RawMessageDeltaEvent
    | RawMessageStopEvent
)
"""An event of any known kind, distinguished by ``type``."""
