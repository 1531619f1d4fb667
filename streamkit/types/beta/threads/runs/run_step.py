"""A step of a run, and the deltas that events add to one.

Source: https://platform.openai.com/docs/api-reference/run-steps/step-object.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.beta.threads.run import LastError, Usage
from streamkit.types.beta.threads.runs.tool_call import ToolCall
from streamkit.types.beta.threads.runs.tool_call_delta import ToolCallDelta

__all__ = [
    "MessageCreation",
    "MessageCreationDelta",
    "MessageCreationStepDetails",
    "RunStep",
    "RunStepDelta",
    "RunStepDeltaEvent",
    "RunStepDeltaMessageDelta",
    "StepDetails",
    "StepDetailsDelta",
    "ToolCallDeltaObject",
    "ToolCallsStepDetails",
]


class ToolCallsStepDetails(Wire, tag_field="type", tag="tool_calls"):
    """The details of a step that called tools."""

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"
    tool_calls: list[ToolCall] = []


class MessageCreation(Wire):
    """The message that a step wrote."""

    message_id: str = ""


class MessageCreationStepDetails(Wire, tag_field="type", tag="message_creation"):
    """The details of a step that wrote a message."""

    type: ClassVar[Literal["message_creation"]] = "message_creation"
    message_creation: MessageCreation = field(default_factory=MessageCreation)


StepDetails = ToolCallsStepDetails | MessageCreationStepDetails
"""The details of a step of any kind, distinguished by ``type``."""


class RunStep(Wire):
    """A step of a run: a message, or calls of tools."""

    id: str = ""
    assistant_id: str = ""
    cancelled_at: int | None = None
    completed_at: int | None = None
    created_at: int = 0
    expired_at: int | None = None
    failed_at: int | None = None
    last_error: LastError | None = None
    metadata: dict[str, str] | None = None
    object: str = "thread.run.step"
    run_id: str = ""
    status: str = ""
    """``in_progress``, ``cancelled``, ``failed``, ``completed`` or ``expired``."""
    step_details: StepDetails = field(default_factory=ToolCallsStepDetails)
    thread_id: str = ""
    type: str = ""
    """``message_creation`` or ``tool_calls``."""
    usage: Usage | None = None


class ToolCallDeltaObject(Wire, tag_field="type", tag="tool_calls"):
    """An addition to the calls of a step."""

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"
    tool_calls: list[ToolCallDelta] | None = None


class MessageCreationDelta(Wire):
    """The message that a step writes."""

    message_id: str | None = None


class RunStepDeltaMessageDelta(Wire, tag_field="type", tag="message_creation"):
    """An addition to a step that writes a message."""

    type: ClassVar[Literal["message_creation"]] = "message_creation"
    message_creation: MessageCreationDelta | None = None


StepDetailsDelta = ToolCallDeltaObject | RunStepDeltaMessageDelta
"""An addition to the details of a step, whose kind is ``type``."""


class RunStepDelta(Wire):
    """An addition to a step."""

    step_details: StepDetailsDelta | None = None


class RunStepDeltaEvent(Wire):
    """An addition to the step with this ``id``."""

    id: str = ""
    delta: RunStepDelta = field(default_factory=RunStepDelta)
    object: str = "thread.run.step.delta"
