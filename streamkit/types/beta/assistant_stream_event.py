"""The events of a streamed run, and their decoder.

Source: https://platform.openai.com/docs/api-reference/assistants-streaming/events.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Literal, cast, get_args

import msgspec
from msgspec import field

from streamkit._core.decoding import NestingError, WireDecoder, loads
from streamkit._core.wire import Wire
from streamkit.limits import DEFAULTS
from streamkit.types.beta.thread import Thread
from streamkit.types.beta.threads.message import Message, MessageDeltaEvent
from streamkit.types.beta.threads.run import Run
from streamkit.types.beta.threads.runs.run_step import RunStep, RunStepDeltaEvent
from streamkit.types.shared import ErrorObject

__all__ = [
    "AssistantStreamEvent",
    "ErrorEvent",
    "ThreadCreated",
    "ThreadMessageCompleted",
    "ThreadMessageCreated",
    "ThreadMessageDelta",
    "ThreadMessageInProgress",
    "ThreadMessageIncomplete",
    "ThreadRunCancelled",
    "ThreadRunCancelling",
    "ThreadRunCompleted",
    "ThreadRunCreated",
    "ThreadRunExpired",
    "ThreadRunFailed",
    "ThreadRunInProgress",
    "ThreadRunIncomplete",
    "ThreadRunQueued",
    "ThreadRunRequiresAction",
    "ThreadRunStepCancelled",
    "ThreadRunStepCompleted",
    "ThreadRunStepCreated",
    "ThreadRunStepDelta",
    "ThreadRunStepExpired",
    "ThreadRunStepFailed",
    "ThreadRunStepInProgress",
    "UnknownStreamEvent",
    "stream_event",
]


class ThreadCreated(Wire, tag_field="event", tag="thread.created"):
    """A thread was made."""

    event: ClassVar[Literal["thread.created"]] = "thread.created"
    data: Thread = field(default_factory=Thread)


class ThreadRunCreated(Wire, tag_field="event", tag="thread.run.created"):
    """A run was made."""

    event: ClassVar[Literal["thread.run.created"]] = "thread.run.created"
    data: Run = field(default_factory=Run)


class ThreadRunQueued(Wire, tag_field="event", tag="thread.run.queued"):
    """A run waits for its turn."""

    event: ClassVar[Literal["thread.run.queued"]] = "thread.run.queued"
    data: Run = field(default_factory=Run)


class ThreadRunInProgress(Wire, tag_field="event", tag="thread.run.in_progress"):
    """A run began, or continued."""

    event: ClassVar[Literal["thread.run.in_progress"]] = "thread.run.in_progress"
    data: Run = field(default_factory=Run)


class ThreadRunRequiresAction(Wire, tag_field="event", tag="thread.run.requires_action"):
    """A run waits for the outputs of tools."""

    event: ClassVar[Literal["thread.run.requires_action"]] = "thread.run.requires_action"
    data: Run = field(default_factory=Run)


class ThreadRunCompleted(Wire, tag_field="event", tag="thread.run.completed"):
    """A run completed."""

    event: ClassVar[Literal["thread.run.completed"]] = "thread.run.completed"
    data: Run = field(default_factory=Run)


class ThreadRunIncomplete(Wire, tag_field="event", tag="thread.run.incomplete"):
    """A limit ended a run."""

    event: ClassVar[Literal["thread.run.incomplete"]] = "thread.run.incomplete"
    data: Run = field(default_factory=Run)


class ThreadRunFailed(Wire, tag_field="event", tag="thread.run.failed"):
    """A run failed."""

    event: ClassVar[Literal["thread.run.failed"]] = "thread.run.failed"
    data: Run = field(default_factory=Run)


class ThreadRunCancelling(Wire, tag_field="event", tag="thread.run.cancelling"):
    """A run is being cancelled."""

    event: ClassVar[Literal["thread.run.cancelling"]] = "thread.run.cancelling"
    data: Run = field(default_factory=Run)


class ThreadRunCancelled(Wire, tag_field="event", tag="thread.run.cancelled"):
    """A run was cancelled."""

    event: ClassVar[Literal["thread.run.cancelled"]] = "thread.run.cancelled"
    data: Run = field(default_factory=Run)


class ThreadRunExpired(Wire, tag_field="event", tag="thread.run.expired"):
    """A run waited too long for the outputs of tools."""

    event: ClassVar[Literal["thread.run.expired"]] = "thread.run.expired"
    data: Run = field(default_factory=Run)


class ThreadRunStepCreated(Wire, tag_field="event", tag="thread.run.step.created"):
    """A step was made."""

    event: ClassVar[Literal["thread.run.step.created"]] = "thread.run.step.created"
    data: RunStep = field(default_factory=RunStep)


class ThreadRunStepInProgress(Wire, tag_field="event", tag="thread.run.step.in_progress"):
    """A step began."""

    event: ClassVar[Literal["thread.run.step.in_progress"]] = "thread.run.step.in_progress"
    data: RunStep = field(default_factory=RunStep)


class ThreadRunStepDelta(Wire, tag_field="event", tag="thread.run.step.delta"):
    """Something was added to a step."""

    event: ClassVar[Literal["thread.run.step.delta"]] = "thread.run.step.delta"
    data: RunStepDeltaEvent = field(default_factory=RunStepDeltaEvent)


class ThreadRunStepCompleted(Wire, tag_field="event", tag="thread.run.step.completed"):
    """A step completed."""

    event: ClassVar[Literal["thread.run.step.completed"]] = "thread.run.step.completed"
    data: RunStep = field(default_factory=RunStep)


class ThreadRunStepFailed(Wire, tag_field="event", tag="thread.run.step.failed"):
    """A step failed."""

    event: ClassVar[Literal["thread.run.step.failed"]] = "thread.run.step.failed"
    data: RunStep = field(default_factory=RunStep)


class ThreadRunStepCancelled(Wire, tag_field="event", tag="thread.run.step.cancelled"):
    """A step was cancelled."""

    event: ClassVar[Literal["thread.run.step.cancelled"]] = "thread.run.step.cancelled"
    data: RunStep = field(default_factory=RunStep)


class ThreadRunStepExpired(Wire, tag_field="event", tag="thread.run.step.expired"):
    """A step expired with its run."""

    event: ClassVar[Literal["thread.run.step.expired"]] = "thread.run.step.expired"
    data: RunStep = field(default_factory=RunStep)


class ThreadMessageCreated(Wire, tag_field="event", tag="thread.message.created"):
    """A message was made."""

    event: ClassVar[Literal["thread.message.created"]] = "thread.message.created"
    data: Message = field(default_factory=Message)


class ThreadMessageInProgress(Wire, tag_field="event", tag="thread.message.in_progress"):
    """A message began."""

    event: ClassVar[Literal["thread.message.in_progress"]] = "thread.message.in_progress"
    data: Message = field(default_factory=Message)


class ThreadMessageDelta(Wire, tag_field="event", tag="thread.message.delta"):
    """Something was added to a message."""

    event: ClassVar[Literal["thread.message.delta"]] = "thread.message.delta"
    data: MessageDeltaEvent = field(default_factory=MessageDeltaEvent)


class ThreadMessageCompleted(Wire, tag_field="event", tag="thread.message.completed"):
    """A message completed."""

    event: ClassVar[Literal["thread.message.completed"]] = "thread.message.completed"
    data: Message = field(default_factory=Message)


class ThreadMessageIncomplete(Wire, tag_field="event", tag="thread.message.incomplete"):
    """A message was cut short."""

    event: ClassVar[Literal["thread.message.incomplete"]] = "thread.message.incomplete"
    data: Message = field(default_factory=Message)


class ErrorEvent(Wire, tag_field="event", tag="error"):
    """The server failed in mid-stream."""

    event: ClassVar[Literal["error"]] = "error"
    data: ErrorObject = field(default_factory=ErrorObject)


class UnknownStreamEvent(Wire):
    """An event that this version does not know: a newer event, or a server's own.

    It is emitted among the other events, but is no member of ``AssistantStreamEvent``, so that type
    checkers narrow that union by ``event.event``.
    """

    event: str = ""
    data: Any = None
    """The decoded JSON, or the text when it was no JSON."""


AssistantStreamEvent = (
    ThreadCreated
    | ThreadRunCreated
    | ThreadRunQueued
    | ThreadRunInProgress
    | ThreadRunRequiresAction
    | ThreadRunCompleted
    | ThreadRunIncomplete
    | ThreadRunFailed
    | ThreadRunCancelling
    | ThreadRunCancelled
    | ThreadRunExpired
    | ThreadRunStepCreated
    | ThreadRunStepInProgress
    | ThreadRunStepDelta
    | ThreadRunStepCompleted
    | ThreadRunStepFailed
    | ThreadRunStepCancelled
    | ThreadRunStepExpired
    | ThreadMessageCreated
    | ThreadMessageInProgress
    | ThreadMessageDelta
    | ThreadMessageCompleted
    | ThreadMessageIncomplete
    | ErrorEvent
)
"""An event of any known kind, distinguished by ``event``."""


def stream_event(
    name: str, data: bytes | str, max_depth: int = DEFAULTS.json_depth
) -> AssistantStreamEvent:
    """Decode a server-sent event into the typed event of this ``name``.

    Raises ``ValueError`` when the name is known and ``data`` hold no JSON object. An event of
    unknown name is an ``UnknownStreamEvent``.
    """
    kind = _KINDS.get(name)
    if kind:
        return cast("AssistantStreamEvent", kind(_decoder(kind).decode(data, max_depth)))
    return cast("AssistantStreamEvent", UnknownStreamEvent(name, _plain(data, max_depth)))


_KINDS: dict[str, Any] = {kind.event: kind for kind in get_args(AssistantStreamEvent)}


@functools.cache
def _decoder(kind: Any) -> WireDecoder[Any]:
    (type_,) = (field.type for field in msgspec.structs.fields(kind) if field.name == "data")
    return WireDecoder(type_)


def _plain(data: bytes | str, max_depth: int) -> Any:
    try:
        return loads(data, max_depth)
    except NestingError:
        raise
    except ValueError:
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else data
