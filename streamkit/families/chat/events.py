"""The events of a streamed chat completion: the common ones, and its chunks."""

from __future__ import annotations

from typing import Any, TypeVar

from streamkit._core.ending import ends_answer
from streamkit.families._common.events import (
    AnnotationEvent,
    AnswerChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
    UsageEvent,
)
from streamkit.families.chat.log import ChoiceUpdate, CompletionLog, Heading
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

__all__ = ["ChatCompletionEvent", "ChatCompletionStreamEvent", "ChunkEvent"]

T = TypeVar("T")


class ChunkEvent(AnswerChunkEvent, frozen=True, gc=False, eq=False):
    """The event that is emitted first for each chunk; it holds the chunk."""

    _aliases = frozenset({"updates"})
    chunk: ChatCompletionChunk
    _log: CompletionLog
    _reader: Reader
    _heading: Heading
    _choices: tuple[ChoiceUpdate, ...]
    updates: tuple[ChoiceUpdate, ...]
    """The additions of the chunk to each choice, which ``split_by_choice`` separates."""

    @property
    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion accumulated so far, built anew each time it is read."""
        return self._log.build(self._heading, self._choices, self._reader)


ChatCompletionStreamEvent = (
    ChunkEvent
    | ReasoningDeltaEvent
    | ReasoningDoneEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""Any event of ``stream()``; type checkers narrow it by ``event.type``."""

ChatCompletionEvent = (
    ChatCompletionStreamEvent[T]
    | CustomToolCallInputDeltaEvent
    | CustomToolCallInputDoneEvent
    | AnnotationEvent
    | UsageEvent
    | FinishEvent
)
"""Any event of ``observe()``: those of ``stream()``, and more that are common to all protocols."""


# The finish reason of a choice shows that an answer is there.


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
