"""The texts and images of messages, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.log.growing import built, matched
from streamkit.machine import Machine
from streamkit.operators.accumulate_messages import MessageEvent
from streamkit.operators.lift import lift
from streamkit.run_events import (
    ImageFileDoneEvent,
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
    TextCreatedEvent,
    TextDeltaEvent,
    TextDoneEvent,
    text_of,
)
from streamkit.types.base import plain
from streamkit.types.beta.threads import (
    ImageFile,
    ImageFileContentBlock,
    TextContentBlock,
    TextDeltaBlock,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reactivex import Observable

    from streamkit.log.growing import Mark
    from streamkit.types.beta.threads import MessageContent

__all__ = ["ContentEvent", "ContentTeller", "message_content"]

ContentEvent = TextCreatedEvent | TextDeltaEvent | TextDoneEvent | ImageFileDoneEvent
"""Any event about a block of a message's content."""


def message_content() -> Callable[[Observable[MessageEvent]], Observable[ContentEvent]]:
    """Emit the beginning, each piece and the end of every text, and every image.

        --delta(0:"H")----------delta(0:"i")---delta(1:img)--done---------------|
        [                          message_content()                            ]
        --(created,delta("H"))--delta("i")-----image---------done("Hi")---------|

    Blocks are told apart by their message's id and their index. A text is done when its message is,
    as the message then has it, for until then any block may grow; an image, which comes whole, at
    once. Texts of messages that never end are done at the end of the stream.
    """
    return lift(ContentTeller)


class ContentTeller(Machine[MessageEvent, ContentEvent]):
    """The machine of ``message_content``."""

    def __init__(self) -> None:
        self._messages: dict[str, _Message] = {}

    def feed(self, value: MessageEvent, /) -> Sequence[ContentEvent]:
        """Take an event about a message and return what it says of its content."""
        match value:
            case MessageDeltaEvent(message_id=id):
                message = self._messages.setdefault(id, _Message(id, resumed=True))
                return list(self._grow(message, value))
            case MessageCreatedEvent(message_id=id):
                message = self._messages[id] = _Message(id, resumed=value.resumed)
                blocks = value.blocks().items()
                return [event for at, block in blocks for event in message.show(at, block)]
            case MessageDoneEvent(message_id=id):
                ended = self._messages.pop(id, None)
                return list(ended.end(value.message.content)) if ended else ()

    def close(self) -> Iterable[ContentEvent]:
        """Tell the texts of the messages that have not ended."""
        messages, self._messages = self._messages, {}
        for message in messages.values():
            yield from message.abandon()

    def _grow(self, message: _Message, event: MessageDeltaEvent) -> Iterator[ContentEvent]:
        for index, fragment, block in event.fragments():
            yield from message.show(index, block)
            if isinstance(fragment, TextDeltaBlock) and fragment.text is not None:
                yield TextDeltaEvent(message.id, index, fragment.text, block)


class _Message:
    """What of a message has been told."""

    def __init__(self, id: str, *, resumed: bool) -> None:
        self.id = id
        self._resumed = resumed
        self._texts: dict[int, Mark] = {}
        self._images: set[int] = set()

    def show(self, index: int, block: Mark) -> Iterator[ContentEvent]:
        """Tell what is new of a block as it is now, besides what a delta adds to it."""
        if block.get("type") == "text":
            if index not in self._texts:
                yield TextCreatedEvent(self.id, index, block)
            self._texts[index] = block
        elif index not in self._images and (image := block.get("image_file")):
            self._images.add(index)
            yield ImageFileDoneEvent(self.id, index, built(ImageFile, image))

    def end(self, content: Sequence[MessageContent]) -> Iterator[ContentEvent]:
        """Tell the rest, as the whole message has it."""
        told = {*self._texts, *self._images}
        for index, block in matched(told, content, others=not self._resumed).items():
            if isinstance(block, TextContentBlock):
                if index not in self._texts:
                    yield TextCreatedEvent(self.id, index, plain(block, drop_none=True))
                yield TextDoneEvent(self.id, index, block.text)
            elif index in self._texts:
                yield TextDoneEvent(self.id, index, text_of(self._texts[index]))
            elif isinstance(block, ImageFileContentBlock) and index not in self._images:
                yield ImageFileDoneEvent(self.id, index, block.image_file)

    def abandon(self) -> Iterator[ContentEvent]:
        """Tell the rest of a message that the stream leaves open."""
        for index in sorted(self._texts):
            yield TextDoneEvent(self.id, index, text_of(self._texts[index]))
