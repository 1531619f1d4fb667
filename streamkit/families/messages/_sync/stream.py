# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""The stream of a message: its events, and the message that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._common.events import CommonEvent
from streamkit.families._resource._sync.answer_stream import AnswerStream
from streamkit.families.messages.events import MessageStreamEvent, TextEvent
from streamkit.types.messages import ParsedTextBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.types.messages import ParsedMessage

__all__ = ["MessageStream"]

T = TypeVar("T")


class MessageStream(AnswerStream[MessageStreamEvent[T], CommonEvent[T], T]):
    """The events of a streamed message, as an iterator."""

    @property
    def text_stream(self) -> Iterator[str]:
        """The pieces of the text alone; reading them reads the events of the stream."""
        return self._pieces()

    @property
    def current_message_snapshot(self) -> ParsedMessage[T]:
        """The message so far, parsed as far as it has arrived."""
        message: ParsedMessage[T] = self._pipeline.machine.snapshot()
        return message

    def get_final_message(self) -> ParsedMessage[T]:
        """Read the stream to its end and return the whole parsed message."""
        message: ParsedMessage[T] = self._whole()
        return message

    def get_final_text(self) -> str:
        """Read the stream to its end and return all text of the message; empty if it has none."""
        message = self.get_final_message()
        texts = (block for block in message.content if isinstance(block, ParsedTextBlock))
        return "".join([block.text for block in texts])

    def _pieces(self) -> Iterator[str]:
        for event in self:
            if isinstance(event, TextEvent):
                yield event.text
