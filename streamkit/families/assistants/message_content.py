"""The emitter of the texts and images of messages, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit._core.wire import plain
from streamkit.families.assistants.growing import built, matched
from streamkit.families.assistants.message_accumulator import MessageEvent
from streamkit.families.assistants.message_events import (
    ImageFileDoneEvent,
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
    TextCreatedEvent,
    TextDeltaEvent,
    TextDoneEvent,
    text_of,
)
from streamkit.types.beta.threads import (
    ImageFile,
    ImageFileContentBlock,
    TextContentBlock,
    TextDeltaBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamkit.families.assistants.growing import Mark
    from streamkit.types.beta.threads import MessageContent, MessageContentDelta, Text

__all__ = ["ContentEmitter", "ContentEvent"]

ContentEvent = TextCreatedEvent | TextDeltaEvent | TextDoneEvent | ImageFileDoneEvent
"""Any event about a block of a message's content."""


class ContentEmitter(Machine[MessageEvent, ContentEvent]):
    """A machine that emits the events about the content of messages: ``message_content``."""

    def __init__(self) -> None:
        self._messages: dict[str, _Message] = {}

    def feed(self, value: MessageEvent, /) -> Sequence[ContentEvent]:
        """Take an event about a message and return the events about its content."""
        match value:
            case MessageDeltaEvent(message_id=id):
                message = self._messages.setdefault(id, _Message(id, resumed=True))
                return [
                    event
                    for index, fragment, block in value.fragments()
                    for event in message.grow(index, fragment, block)
                ]
            case MessageCreatedEvent(message_id=id):
                message = self._messages[id] = _Message(id, resumed=value.resumed)
                blocks = value.blocks().items()
                return [event for at, block in blocks for event in message.show(at, block)]
            case MessageDoneEvent(message_id=id):
                ended = self._messages.pop(id, None)
                is_cut = value.message.status == "incomplete"
                return list(ended.end(value.message.content, is_cut=is_cut)) if ended else ()

    def close(self) -> Iterable[ContentEvent]:
        """Emit the done events of the texts in messages that have not ended."""
        messages, self._messages = self._messages, {}
        for message in messages.values():
            yield from message.end(is_cut=True)


class _Message:
    """The state of one message: the blocks that have been emitted."""

    def __init__(self, id: str, *, resumed: bool) -> None:
        self.id = id
        self._resumed = resumed
        self._texts: dict[int, Mark] = {}
        self._others: set[int] = set()
        self._images: set[int] = set()
        # A text is open from its beginning to that of the next block, so there is only one.
        self._open: int | None = None
        self._done: dict[int, Mark] = {}
        """The texts that were done and had no piece since, in their state when they were done."""

    def show(self, index: int, block: Mark) -> Iterator[ContentEvent]:
        """Emit the events for a new block or a new image in it, but not those of its deltas."""
        if block.get("type") == "text":
            if index not in self._texts:
                yield from self._overtaken()
                self._open = index
                yield TextCreatedEvent(self.id, index, block)
            self._texts[index] = block
            return
        if index not in self._others:
            self._others.add(index)
            yield from self._overtaken()
        if index not in self._images and (image := block.get("image_file")):
            self._images.add(index)
            yield ImageFileDoneEvent(self.id, index, built(ImageFile, image))

    def grow(
        self, index: int, fragment: MessageContentDelta, block: Mark
    ) -> Iterator[ContentEvent]:
        """Emit the events for a delta of a block; ``block`` is its state after the delta."""
        yield from self.show(index, block)
        if not isinstance(fragment, TextDeltaBlock) or fragment.text is None:
            return
        if index in self._done:
            if not any(fragment.text.to_dict().values()):
                return  # some servers send an empty piece of every text at the end
            del self._done[index]
        yield TextDeltaEvent(self.id, index, fragment.text, block)

    def end(
        self, content: Sequence[MessageContent] = (), *, is_cut: bool
    ) -> Iterator[ContentEvent]:
        """Emit the remaining events, from the whole message, or from the state so far.

        The texts that have begun are done before any block begins that only the whole message has.
        """
        known = {*self._texts, *self._others}
        whole = matched(known, content, others=not self._resumed)
        for index, mark in sorted(self._texts.items()):
            block = whole.get(index)
            text = block.text if isinstance(block, TextContentBlock) else text_of(mark)
            if not self._has_been(index, text):
                yield TextDoneEvent(self.id, index, text, _is_cut=is_cut)
        for index, block in whole.items():
            if isinstance(block, TextContentBlock) and index not in self._texts:
                yield TextCreatedEvent(self.id, index, plain(block, drop_none=True))
                yield TextDoneEvent(self.id, index, block.text, _is_cut=is_cut)
            elif isinstance(block, ImageFileContentBlock) and index not in self._images:
                yield ImageFileDoneEvent(self.id, index, block.image_file)

    def _overtaken(self) -> Iterator[ContentEvent]:
        """Emit the done event of the text that is open when the next block begins."""
        if self._open is not None:
            index, self._open = self._open, None
            block = self._done[index] = self._texts[index]
            yield TextDoneEvent(self.id, index, text_of(block))

    def _has_been(self, index: int, text: Text) -> bool:
        """Return whether a done event had this very text."""
        done = self._done.get(index)
        return done is not None and text_of(done).to_dict() == text.to_dict()
