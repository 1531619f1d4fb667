# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""The stream of a chat completion: its events, and the completion that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource._sync.answer_stream import AnswerStream
from streamkit.families.chat.events import ChatCompletionEvent, ChatCompletionStreamEvent

if TYPE_CHECKING:
    from streamkit.types import ParsedChatCompletion

__all__ = ["ChatCompletionStream"]

T = TypeVar("T")


class ChatCompletionStream(AnswerStream[ChatCompletionStreamEvent[T], ChatCompletionEvent[T], T]):
    """The events of a streamed chat completion, as an iterator."""

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The completion so far, parsed as far as it has arrived."""
        completion: ParsedChatCompletion[T] = self._pipeline.machine.snapshot()
        return completion

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end and return the whole parsed completion."""
        completion: ParsedChatCompletion[T] = self._whole()
        return completion
