"""What counts as the end of an answer, in a stream of chunks or of what becomes of them."""

from __future__ import annotations

from streamkit.errors import OpenAIError
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.types import ChatCompletionChunk

__all__ = ["ended_after_finish", "has_finish_reason"]


def has_finish_reason(item: object) -> bool:
    """Whether an item of any stream is a chunk that ends a choice, or says what such a one adds."""
    if isinstance(item, ChunkEvent):
        return any(update.finish_reason for update in item.updates)
    if isinstance(item, ChatCompletionChunk):
        return any(choice.finish_reason for choice in item.choices or ())
    return isinstance(item, ChoiceUpdate) and bool(item.finish_reason)


def ended_after_finish(error: Exception) -> bool:
    """Whether an error ended a stream in which a choice had finished, as far as it knows.

    It does also where nothing that is observed shows a finish reason.
    """
    completion = error.completion if isinstance(error, OpenAIError) else None
    return completion is not None and any(choice.finish_reason for choice in completion.choices)
