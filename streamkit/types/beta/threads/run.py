"""A run: an assistant at work on a thread.

Source: https://platform.openai.com/docs/api-reference/runs/object.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from msgspec import field

from streamkit._core.wire import JSONText, Wire
from streamkit.types.beta.assistant_tool import AssistantTool

__all__ = [
    "Function",
    "IncompleteDetails",
    "LastError",
    "RequiredAction",
    "RequiredActionFunctionToolCall",
    "RequiredActionSubmitToolOutputs",
    "Run",
    "RunStatus",
    "TruncationStrategy",
    "Usage",
]

RunStatus = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "failed",
    "completed",
    "incomplete",
    "expired",
]
"""The states of a run."""


class Function(Wire):
    """The function that is to be called, its arguments as JSON text."""

    arguments: JSONText = ""
    name: str = ""


class RequiredActionFunctionToolCall(Wire, tag_field="type", tag="function"):
    """A call whose output the run waits for."""

    type: ClassVar[Literal["function"]] = "function"
    id: str = ""
    function: Function = field(default_factory=Function)


class RequiredActionSubmitToolOutputs(Wire):
    """The calls whose outputs the run waits for."""

    tool_calls: list[RequiredActionFunctionToolCall] = []


class RequiredAction(Wire):
    """The action that a run waits for, from its caller."""

    submit_tool_outputs: RequiredActionSubmitToolOutputs = field(
        default_factory=RequiredActionSubmitToolOutputs
    )
    type: str = "submit_tool_outputs"


class LastError(Wire):
    """The error that ended a run, or a step of one."""

    code: str = ""
    message: str = ""


class IncompleteDetails(Wire):
    """The reason that a run is incomplete."""

    reason: str | None = None


class TruncationStrategy(Wire):
    """The part of the thread that the run may read."""

    type: str = "auto"
    last_messages: int | None = None


class Usage(Wire):
    """The numbers of tokens that a run, or a step of one, used."""

    completion_tokens: int = 0
    prompt_tokens: int = 0
    total_tokens: int = 0


class Run(Wire):
    """An assistant at work on a thread."""

    id: str = ""
    assistant_id: str = ""
    cancelled_at: int | None = None
    completed_at: int | None = None
    created_at: int = 0
    expires_at: int | None = None
    failed_at: int | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str = ""
    last_error: LastError | None = None
    max_completion_tokens: int | None = None
    max_prompt_tokens: int | None = None
    metadata: dict[str, str] | None = None
    model: str = ""
    object: str = "thread.run"
    parallel_tool_calls: bool = True
    required_action: RequiredAction | None = None
    response_format: str | dict[str, Any] | None = None
    started_at: int | None = None
    status: str = ""
    """One of ``RunStatus``, unless the server has states of its own."""
    thread_id: str = ""
    tool_choice: str | dict[str, Any] | None = None
    tools: list[AssistantTool] = []
    truncation_strategy: TruncationStrategy | None = None
    usage: Usage | None = None
    temperature: float | None = None
    top_p: float | None = None
