"""The common events: one vocabulary for the streams of all families."""

from __future__ import annotations

from typing import TypeVar

from streamkit.families._common.answer_events import (
    AnnotationEvent,
    AnswerChunkEvent,
    FinishEvent,
    ImagePartialEvent,
    RawChunkEvent,
    UsageEvent,
)
from streamkit.families._common.text_events import (
    ContentDeltaEvent,
    ContentDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from streamkit.families._common.tool_events import (
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ServerToolDeltaEvent,
    ServerToolDoneEvent,
)

__all__ = [
    "AnnotationEvent",
    "AnswerChunkEvent",
    "CommonEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "CustomToolCallInputDeltaEvent",
    "CustomToolCallInputDoneEvent",
    "FinishEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "ImagePartialEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "RawChunkEvent",
    "ReasoningDeltaEvent",
    "ReasoningDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
    "ServerToolDeltaEvent",
    "ServerToolDoneEvent",
    "UsageEvent",
]

T = TypeVar("T")

CommonEvent = (
    AnswerChunkEvent
    | ReasoningDeltaEvent
    | ReasoningDoneEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | CustomToolCallInputDeltaEvent
    | CustomToolCallInputDoneEvent
    | ServerToolDeltaEvent
    | ServerToolDoneEvent
    | AnnotationEvent
    | ImagePartialEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
    | UsageEvent
    | FinishEvent
)
"""Any event that ``observe()`` emits, of any family; type checkers narrow it by ``event.type``."""
