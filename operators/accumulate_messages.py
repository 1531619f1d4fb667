"""A run's events to those of its messages, each with the message so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.assistants.events import (
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
)
from streamkit.families.assistants.growing import Growing
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadMessageCompleted,
    ThreadMessageCreated,
    ThreadMessageDelta,
    ThreadMessageIncomplete,
    ThreadMessageInProgress,
    UnknownStreamEvent,
)
from streamkit.types.beta.threads import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

__all__ = ["MessageAccumulator", "MessageEvent", "accumulate_messages"]

MessageEvent = MessageCreatedEvent | MessageDeltaEvent | MessageDoneEvent
"""Any event about a message as a whole."""


def accumulate_messages(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[MessageEvent]]:
    """Add each delta to the message of its id, and emit both.

        --created(m)--delta(m:"H")--delta(m:"i")--completed(m)--|
        [                 accumulate_messages()                 ]
        --created-----delta("H")----delta("Hi")---done("Hi")----|

    A message of which the stream has no beginning, for it was in an earlier one, is opened by its
    first delta (``resumed``); if it has none, its end is all there is. What is said of a message
    after its end is nothing. Other events emit nothing.
    """
    return lift(
        lambda: MessageAccumulator(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="accumulate_messages",
    )


class MessageAccumulator(Machine[AssistantStreamEvent, MessageEvent]):
    """The machine of ``accumulate_messages``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.messages: Growing[Message] = Growing(Message, limits)

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[MessageEvent]:
        """Take an event and return what it says of a message."""
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
