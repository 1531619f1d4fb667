"""The stream of a chat completion: its events, and the completion that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from streamkit.families._resource._async.stream import AsyncStream
from streamkit.families.chat.events import ChatCompletionStreamEvent

if TYPE_CHECKING:
    from streamkit.families.chat.machine import ChatEvents
    from streamkit.types import ParsedChatCompletion

__all__ = ["AsyncChatCompletionStream"]

T = TypeVar("T")


class AsyncChatCompletionStream(AsyncStream[ChatCompletionStreamEvent[T]]):
    """The events of a streamed chat completion, as an async iterator."""

    _final: ParsedChatCompletion[T] | None = None

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The completion so far, parsed as far as it has arrived."""
        return self._events.snapshot()

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole parsed completion."""
        await self.until_done()
        if self._final is None:
            self._final = self._events.completion()
        return self._final

    @property
    def _events(self) -> ChatEvents:
        return cast("ChatEvents", self._pipeline.machine)
