"""The events of streams, as classes: the common ones, and those of chat completions.

An event is a position in an append-only log: ``snapshot``, ``parsed`` and the like give the state
at the moment when the event was emitted, whenever and wherever they are read, and cost nothing
until then. Reading them is cheap for the newest event, and for older ones in order; an old event
that is read alone may read its text again.

The common events mean the same in every protocol. Each has the ``part`` of the answer that it is
about, and in ``raw`` the event of the protocol from which it was made.
"""

from __future__ import annotations

from streamkit._core.events import AttemptResetEvent, Event, EventsDroppedEvent
from streamkit.families._common.decoded_events import ChunkHeadEvent, Head, UnknownEvent
from streamkit.families._common.decoding import EncodedEvent, EventDecoder, decode
from streamkit.families._common.encoding import EventEncoder, encode
from streamkit.families._common.end_event import EndEvent, EndStatus, ErrorReport, end_of
from streamkit.families._common.events import (
    AnnotationEvent,
    AnswerChunkEvent,
    CommonEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ImagePartialEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RawChunkEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
    ServerToolDeltaEvent,
    ServerToolDoneEvent,
    UsageEvent,
)
from streamkit.families._common.part_event import PartEvent
from streamkit.families._common.path_events import (
    ItemDoneEvent,
    ItemFailedEvent,
    PatchEvent,
    PathDeltaEvent,
    PathDoneEvent,
)
from streamkit.families._common.race_event import RaceLoser, RaceSettledEvent
from streamkit.families._common.turn_events import (
    ToolFailedEvent,
    ToolHeldEvent,
    ToolResultEvent,
    ToolStartedEvent,
    TurnDoneEvent,
    TurnEvent,
    TurnStartedEvent,
)
from streamkit.families.chat.events import (
    ChatCompletionEvent,
    ChatCompletionStreamEvent,
    ChunkEvent,
)

__all__ = [
    "AnnotationEvent",
    "AnswerChunkEvent",
    "AttemptResetEvent",
    "ChatCompletionEvent",
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ChunkHeadEvent",
    "CommonEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "CustomToolCallInputDeltaEvent",
    "CustomToolCallInputDoneEvent",
    "EncodedEvent",
    "EndEvent",
    "EndStatus",
    "ErrorReport",
    "Event",
    "EventDecoder",
    "EventEncoder",
    "EventsDroppedEvent",
    "FinishEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "Head",
    "ImagePartialEvent",
    "ItemDoneEvent",
    "ItemFailedEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "PartEvent",
    "PatchEvent",
    "PathDeltaEvent",
    "PathDoneEvent",
    "RaceLoser",
    "RaceSettledEvent",
    "RawChunkEvent",
    "ReasoningDeltaEvent",
    "ReasoningDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
    "ServerToolDeltaEvent",
    "ServerToolDoneEvent",
    "ToolFailedEvent",
    "ToolHeldEvent",
    "ToolResultEvent",
    "ToolStartedEvent",
    "TurnDoneEvent",
    "TurnEvent",
    "TurnStartedEvent",
    "UnknownEvent",
    "UsageEvent",
    "decode",
    "encode",
    "end_of",
]
