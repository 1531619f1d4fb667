"""The events about calls of functions, custom tools and MCP tools, and about speech."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import JSONText
from streamkit.types.responses.state_events import ItemEvent, StreamEvent

__all__ = [
    "ResponseAudioDeltaEvent",
    "ResponseAudioDoneEvent",
    "ResponseAudioTranscriptDeltaEvent",
    "ResponseAudioTranscriptDoneEvent",
    "ResponseCustomToolCallInputDeltaEvent",
    "ResponseCustomToolCallInputDoneEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseMcpCallArgumentsDeltaEvent",
    "ResponseMcpCallArgumentsDoneEvent",
    "ResponseMcpCallCompletedEvent",
    "ResponseMcpCallFailedEvent",
    "ResponseMcpCallInProgressEvent",
    "ResponseMcpListToolsCompletedEvent",
    "ResponseMcpListToolsFailedEvent",
    "ResponseMcpListToolsInProgressEvent",
]


class ResponseFunctionCallArgumentsDeltaEvent(
    ItemEvent, tag_field="type", tag="response.function_call_arguments.delta"
):
    """A new piece of the arguments of a function call."""

    type: ClassVar[Literal["response.function_call_arguments.delta"]] = (
        "response.function_call_arguments.delta"
    )
    delta: JSONText = ""
    obfuscation: str | None = None


class ResponseFunctionCallArgumentsDoneEvent(
    ItemEvent, tag_field="type", tag="response.function_call_arguments.done"
):
    """The whole arguments of a function call."""

    type: ClassVar[Literal["response.function_call_arguments.done"]] = (
        "response.function_call_arguments.done"
    )
    arguments: JSONText = ""
    name: str | None = None


class ResponseCustomToolCallInputDeltaEvent(
    ItemEvent, tag_field="type", tag="response.custom_tool_call_input.delta"
):
    """A new piece of the input of a custom tool."""

    type: ClassVar[Literal["response.custom_tool_call_input.delta"]] = (
        "response.custom_tool_call_input.delta"
    )
    delta: JSONText = ""
    obfuscation: str | None = None


class ResponseCustomToolCallInputDoneEvent(
    ItemEvent, tag_field="type", tag="response.custom_tool_call_input.done"
):
    """The whole input of a custom tool."""

    type: ClassVar[Literal["response.custom_tool_call_input.done"]] = (
        "response.custom_tool_call_input.done"
    )
    input: JSONText = ""


class ResponseMcpCallArgumentsDeltaEvent(
    ItemEvent, tag_field="type", tag="response.mcp_call_arguments.delta"
):
    """A new piece of the arguments of a call of an MCP tool."""

    type: ClassVar[Literal["response.mcp_call_arguments.delta"]] = (
        "response.mcp_call_arguments.delta"
    )
    delta: JSONText = ""
    obfuscation: str | None = None


class ResponseMcpCallArgumentsDoneEvent(
    ItemEvent, tag_field="type", tag="response.mcp_call_arguments.done"
):
    """The whole arguments of a call of an MCP tool."""

    type: ClassVar[Literal["response.mcp_call_arguments.done"]] = "response.mcp_call_arguments.done"
    arguments: JSONText = ""


class ResponseMcpCallInProgressEvent(
    ItemEvent, tag_field="type", tag="response.mcp_call.in_progress"
):
    """A call of an MCP tool has begun."""

    type: ClassVar[Literal["response.mcp_call.in_progress"]] = "response.mcp_call.in_progress"


class ResponseMcpCallCompletedEvent(ItemEvent, tag_field="type", tag="response.mcp_call.completed"):
    """A call of an MCP tool is complete."""

    type: ClassVar[Literal["response.mcp_call.completed"]] = "response.mcp_call.completed"


class ResponseMcpCallFailedEvent(ItemEvent, tag_field="type", tag="response.mcp_call.failed"):
    """A call of an MCP tool failed."""

    type: ClassVar[Literal["response.mcp_call.failed"]] = "response.mcp_call.failed"


class ResponseMcpListToolsInProgressEvent(
    ItemEvent, tag_field="type", tag="response.mcp_list_tools.in_progress"
):
    """The listing of an MCP server's tools has begun."""

    type: ClassVar[Literal["response.mcp_list_tools.in_progress"]] = (
        "response.mcp_list_tools.in_progress"
    )


class ResponseMcpListToolsCompletedEvent(
    ItemEvent, tag_field="type", tag="response.mcp_list_tools.completed"
):
    """The listing of an MCP server's tools is complete."""

    type: ClassVar[Literal["response.mcp_list_tools.completed"]] = (
        "response.mcp_list_tools.completed"
    )


class ResponseMcpListToolsFailedEvent(
    ItemEvent, tag_field="type", tag="response.mcp_list_tools.failed"
):
    """The listing of an MCP server's tools failed."""

    type: ClassVar[Literal["response.mcp_list_tools.failed"]] = "response.mcp_list_tools.failed"


class ResponseAudioDeltaEvent(StreamEvent, tag_field="type", tag="response.audio.delta"):
    """A new piece of the spoken answer, in base64."""

    type: ClassVar[Literal["response.audio.delta"]] = "response.audio.delta"
    delta: str = ""
    obfuscation: str | None = None


class ResponseAudioDoneEvent(StreamEvent, tag_field="type", tag="response.audio.done"):
    """The spoken answer is whole."""

    type: ClassVar[Literal["response.audio.done"]] = "response.audio.done"


class ResponseAudioTranscriptDeltaEvent(
    StreamEvent, tag_field="type", tag="response.audio.transcript.delta"
):
    """A new piece of the spoken answer's transcript."""

    type: ClassVar[Literal["response.audio.transcript.delta"]] = "response.audio.transcript.delta"
    delta: str = ""
    obfuscation: str | None = None


class ResponseAudioTranscriptDoneEvent(
    StreamEvent, tag_field="type", tag="response.audio.transcript.done"
):
    """The transcript is whole."""

    type: ClassVar[Literal["response.audio.transcript.done"]] = "response.audio.transcript.done"
