"""What shows that an answer is there: the finish reason of a choice."""

from __future__ import annotations

from streamkit._core.ending import ends_answer
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.types import ChatCompletion, ChatCompletionChunk

__all__: list[str] = []


@ends_answer.register(ChatCompletionChunk)
def _(chunk: ChatCompletionChunk) -> bool:
    return any(choice.finish_reason for choice in chunk.choices or ())


@ends_answer.register(ChunkEvent)
def _(event: ChunkEvent) -> bool:
    return any(update.finish_reason for update in event.updates)


@ends_answer.register(ChoiceUpdate)
def _(update: ChoiceUpdate) -> bool:
    return bool(update.finish_reason)


@ends_answer.register(ChatCompletion)
def _(completion: ChatCompletion) -> bool:
    return any(choice.finish_reason for choice in completion.choices)
