"""The events of the messages of a streamed run, and of their texts and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from msgspec.structs import replace

from streamkit._core.emitters.events import TextEvent
from streamkit._core.events import Event
from streamkit._core.merge import EMPTY
from streamkit._core.reading import NOTHING_READ, Reading
from streamkit.families.assistants.growing import Mark, built, growing_text, parts, text_to_parse
from streamkit.types.beta.threads import (
    ImageFile,
    Message,
    MessageContentDelta,
    MessageDelta,
    Text,
    TextDelta,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streamkit.errors import ParseError

__all__ = [
    "ImageFileDoneEvent",
    "MessageCreatedEvent",
    "MessageDeltaEvent",
    "MessageDoneEvent",
    "TextCreatedEvent",
    "TextDeltaEvent",
    "TextDoneEvent",
    "text_of",
]


class MessageCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a message began."""

    type: ClassVar[Literal["message.created"]] = "message.created"
    _at = ("message_id",)
    message_id: str
    resumed: bool
    """Whether the message began in an earlier stream, so that this one has only its rest."""
    _mark: Mark

    @property
    def message(self) -> Message:
        """The message as it began; little more than its id when it is resumed."""
        return built(Message, self._mark)

    def blocks(self) -> Mapping[int, Mark]:
        """Return the content of the message as it began, by index, for ``message_content``."""
        return parts(self._mark)


class MessageDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """An event with an addition to a message."""

    type: ClassVar[Literal["message.delta"]] = "message.delta"
    _at = ("message_id",)
    message_id: str
    delta: MessageDelta
    _mark: Mark
    _places: tuple[int, ...]

    @property
    def snapshot(self) -> Message:
        """The message at the event, with the addition."""
        return built(Message, self._mark)

    def fragments(self) -> Iterator[tuple[int, MessageContentDelta, Mark]]:
        """Yield each block's index, the addition to it, and the block after the addition."""
        blocks = parts(self._mark)
        for index, fragment in zip(self._places, self.delta.content or (), strict=False):
            yield index, fragment, blocks[index]


class MessageDoneEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a message ended: it is complete, or incomplete for good."""

    type: ClassVar[Literal["message.done"]] = "message.done"
    _at = ("message_id",)
    message_id: str
    message: Message
    """The whole message as the server sent it."""


class TextCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a text of a message began."""

    type: ClassVar[Literal["text.created"]] = "text.created"
    _at = ("message_id", "index")
    message_id: str
    index: int
    """The index of the text in the content of the message."""
    _block: Mark

    @property
    def text(self) -> Text:
        """The text as it began, with its first piece."""
        return text_of(self._block)


class TextDeltaEvent(TextEvent, frozen=True, gc=False, eq=False):
    """An event with a piece of a text or of its annotations."""

    type: ClassVar[Literal["text.delta"]] = "text.delta"
    _at = ("message_id", "index")
    message_id: str
    index: int
    delta: TextDelta
    _block: Mark
    _reader: Reading | None = None

    @property
    def snapshot(self) -> Text:
        """The text at the event, with the piece."""
        return text_of(self._block)

    @property
    def parsed(self) -> Any:
        """The parsed text so far; None without ``partial_parse``, and for a text that is no JSON.

        An object or array, and what is still open in it, is a read-only view of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        value = growing_text(self._block, "text", "value")
        if self._reader is None or value is None:
            return None
        return self._reader.partial_content(value.log, value.end)

    def read_by(self, reader: Reading) -> tuple[TextDeltaEvent, None]:
        """Return the event with the parsed text so far, and no error."""
        return replace(self, _reader=reader), None


class TextDoneEvent(TextEvent, frozen=True, gc=False, eq=False):
    """An event that a text ended, because the next block of its message began or the message ended.

    If more of the text comes after all, one more such event follows at the end of the message, with
    the complete text.
    """

    type: ClassVar[Literal["text.done"]] = "text.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    text: Text
    parsed: Any = None
    """The text as ``partial_parse`` parsed it; None where it does not fit its type.

    A text that does not fit raises ``ParseError`` after the last event of the stream. A text that
    was cut short is not parsed.
    """
    _is_cut: bool = False
    """Whether the message of the text ended incomplete, or did not end."""

    def read_by(self, reader: Reading) -> tuple[TextDoneEvent, ParseError | None]:
        """Return the event with the parsed text, and the error of parsing it."""
        log = text_to_parse(self.text.value, is_cut=self._is_cut) if self.text.value else None
        outcome = NOTHING_READ if log is None else reader.content(log)
        return replace(self, parsed=outcome.value), outcome.error


class ImageFileDoneEvent(Event, frozen=True, gc=False, eq=False):
    """An event with an image of a message, which the server sends whole."""

    type: ClassVar[Literal["image_file.done"]] = "image_file.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    image_file: ImageFile


def text_of(block: Mark) -> Text:
    """Return the text of a block of content as of a mark."""
    text: Any = block.get("text")
    return built(Text, cast("Mark", text) if isinstance(text, dict) else EMPTY)
