"""The accumulator of the messages of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.assistants.growing import Growing
from streamkit.families.assistants.message_events import (
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadMessageCompleted,
    ThreadMessageCreated,
    ThreadMessageDelta,
    ThreadMessageIncomplete,
    ThreadMessageInProgress,
)
from streamkit.types.beta.threads import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MessageAccumulator", "MessageEvent"]

MessageEvent = MessageCreatedEvent | MessageDeltaEvent | MessageDoneEvent
"""Any event about a message as a whole."""


class MessageAccumulator(Machine[AssistantStreamEvent, MessageEvent]):
    """A machine that accumulates messages and emits their events: ``accumulate_messages``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.messages: Growing[Message] = Growing(Message, limits)

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[MessageEvent]:
        """Take an event of the stream and return the events about a message."""
        messages = self.messages
        match value:
            case ThreadMessageDelta(data=delta):
                added = messages.add(delta.id, delta.delta)
                if added is None:
                    return ()
                event = MessageDeltaEvent(delta.id, delta.delta, added.mark, added.places)
                if not added.opened:
                    return (event,)
                return (MessageCreatedEvent(delta.id, True, {"id": delta.id}), event)  # noqa: FBT003 - it is resumed
            case ThreadMessageCreated(data=message) | ThreadMessageInProgress(data=message):
                if not messages.open(message):
                    return ()
                resumed = isinstance(value, ThreadMessageInProgress)
                return (MessageCreatedEvent(message.id, resumed, messages.mark(message.id)),)
            case ThreadMessageCompleted(data=message) | ThreadMessageIncomplete(data=message):
                return (MessageDoneEvent(message.id, message),) if messages.finish(message) else ()
            case _:
                return ()
