"""The stream of a message: its events, and the message that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._common.events import CommonEvent
from streamkit.families._resource._async.answer_stream import AsyncAnswerStream
from streamkit.families.messages.events import MessageStreamEvent, TextEvent
from streamkit.types.messages import ParsedTextBlock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamkit.types.messages import ParsedMessage

__all__ = ["AsyncMessageStream"]

T = TypeVar("T")


class AsyncMessageStream(AsyncAnswerStream[MessageStreamEvent[T], CommonEvent[T], T]):
    """The events of a streamed message, as an async iterator."""

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """The pieces of the text alone; reading them reads the events of the stream."""
        return self._pieces()

    @property
    def current_message_snapshot(self) -> ParsedMessage[T]:
        """The message so far, parsed as far as it has arrived."""
        message: ParsedMessage[T] = self._pipeline.machine.snapshot()
        return message

    async def get_final_message(self) -> ParsedMessage[T]:
        """Read the stream to its end and return the whole parsed message."""
        message: ParsedMessage[T] = await self._whole()
        return message

    async def get_final_text(self) -> str:
        """Read the stream to its end and return all text of the message; empty if it has none."""
        message = await self.get_final_message()
        texts = (block for block in message.content if isinstance(block, ParsedTextBlock))
        return "".join([block.text for block in texts])

    async def _pieces(self) -> AsyncIterator[str]:
        async for event in self:
            if isinstance(event, TextEvent):
                yield event.text
