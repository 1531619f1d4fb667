"""The streams of chat completions: their events, and the completion they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit.families._resource.stream import AsyncStream, Stream
from streamkit.families.chat.events import ChatCompletionStreamEvent

if TYPE_CHECKING:
    from streamkit._core.pipeline import Pipeline
    from streamkit.families.chat.machine import ChatEvents
    from streamkit.types import ParsedChatCompletion

__all__ = ["AsyncChatCompletionStream", "ChatCompletionStream"]

T = TypeVar("T")


class _Completion(Generic[T]):
    """The completion that a stream of events adds up to."""

    _pipeline: Pipeline[Any]
    _final: ParsedChatCompletion[T] | None = None

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The completion so far; parsed as far as it goes."""
        return self._events.snapshot()

    def _final_completion(self) -> ParsedChatCompletion[T]:
        if self._final is None:
            self._final = self._events.completion()
        return self._final

    @property
    def _events(self) -> ChatEvents:
        return cast("ChatEvents", self._pipeline.machine)


class ChatCompletionStream(_Completion[T], Stream[ChatCompletionStreamEvent[T]]):
    """The events of a streamed chat completion, as an iterator."""

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole completion, parsed."""
        self.until_done()
        return self._final_completion()


class AsyncChatCompletionStream(_Completion[T], AsyncStream[ChatCompletionStreamEvent[T]]):
    """The events of a streamed chat completion, as an async iterator."""

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole completion, parsed."""
        await self.until_done()
        return self._final_completion()
