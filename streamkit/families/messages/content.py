"""The distinction between events with content, which readers wait for, and other events."""

from __future__ import annotations

from typing import get_args

from streamkit._core.content import has_content
from streamkit.types.messages import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStreamEvent,
    TextBlock,
    TextDelta,
    ThinkingBlock,
    ThinkingDelta,
    UnknownEvent,
)

__all__ = ["is_content"]


def is_content(event: RawMessageStreamEvent) -> bool:
    """Return whether an event has a part of an answer or the end of the message.

    Text, a thought, a call, any block that is whole from the start and a stop reason are content;
    the start of the message and of an empty text, and an empty piece, are not.
    """
    match event:
        case RawContentBlockDeltaEvent(delta=TextDelta(text=piece)):
            return bool(piece)
        case RawContentBlockDeltaEvent(delta=ThinkingDelta(thinking=piece)):
            return bool(piece)
        case RawContentBlockDeltaEvent(delta=InputJSONDelta(partial_json=piece)):
            return bool(piece)
        case RawContentBlockDeltaEvent():
            return True
        case RawContentBlockStartEvent(content_block=TextBlock(text=text)):
            return bool(text)
        case RawContentBlockStartEvent(content_block=ThinkingBlock(thinking=text)):
            return bool(text)
        case RawContentBlockStartEvent():
            return True
        case RawMessageStartEvent(message=message):
            return bool(message.content)
        case RawMessageDeltaEvent(delta=delta):
            return bool(delta.stop_reason)
        case _:
            return False


for _type in (*get_args(RawMessageStreamEvent), UnknownEvent):
    has_content.register(_type, is_content)
