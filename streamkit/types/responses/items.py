"""The items of which the output of a response consists."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import Wire
from streamkit.types.responses.calls import (
    AdditionalTools,
    Program,
    ProgramOutput,
    ResponseCustomToolCall,
    ResponseCustomToolCallOutputItem,
    ResponseFunctionToolCall,
    ResponseFunctionToolCallOutputItem,
    ResponseToolSearchCall,
    ResponseToolSearchOutputItem,
)
from streamkit.types.responses.content import MessagePart, PartReasoningText, SummaryPart
from streamkit.types.responses.hosted import (
    ImageGenerationCall,
    McpApprovalRequest,
    McpApprovalResponse,
    McpCall,
    McpListTools,
    ResponseCodeInterpreterToolCall,
    ResponseComputerToolCall,
    ResponseComputerToolCallOutputItem,
    ResponseFileSearchToolCall,
    ResponseFunctionWebSearch,
)
from streamkit.types.responses.shell import (
    LocalShellCall,
    LocalShellCallOutput,
    ResponseApplyPatchToolCall,
    ResponseApplyPatchToolCallOutput,
    ResponseFunctionShellToolCall,
    ResponseFunctionShellToolCallOutput,
)

__all__ = [
    "OtherOutputItem",
    "ResponseCompactionItem",
    "ResponseOutputItem",
    "ResponseOutputMessage",
    "ResponseReasoningItem",
]


class ResponseOutputMessage(Wire, tag_field="type", tag="message"):
    """A message of the model."""

    type: ClassVar[Literal["message"]] = "message"
    id: str | None = None
    content: list[MessagePart] = []
    role: str = "assistant"
    status: str | None = None
    phase: str | None = None
    """``commentary`` before or between calls, or ``final_answer``; None with older models."""


class ResponseReasoningItem(Wire, tag_field="type", tag="reasoning"):
    """The model's reasoning; send it back unchanged when the server keeps no state."""

    type: ClassVar[Literal["reasoning"]] = "reasoning"
    id: str | None = None
    summary: list[SummaryPart] = []
    content: list[PartReasoningText] | None = None
    encrypted_content: str | None = None
    status: str | None = None


class ResponseCompactionItem(Wire, tag_field="type", tag="compaction"):
    """The conversation so far in a compact form that only the API reads."""

    type: ClassVar[Literal["compaction"]] = "compaction"
    id: str | None = None
    encrypted_content: str | None = None
    created_by: str | None = None


OtherOutputItem = (
    ResponseFileSearchToolCall
    | ResponseFunctionToolCallOutputItem
    | ResponseFunctionWebSearch
    | ResponseComputerToolCall
    | ResponseComputerToolCallOutputItem
    | ResponseReasoningItem
    | Program
    | ProgramOutput
    | ResponseToolSearchCall
    | ResponseToolSearchOutputItem
    | AdditionalTools
    | ResponseCompactionItem
    | ImageGenerationCall
    | ResponseCodeInterpreterToolCall
    | LocalShellCall
    | LocalShellCallOutput
    | ResponseFunctionShellToolCall
    | ResponseFunctionShellToolCallOutput
    | ResponseApplyPatchToolCall
    | ResponseApplyPatchToolCallOutput
    | McpCall
    | McpListTools
    | McpApprovalRequest
    | McpApprovalResponse
    | ResponseCustomToolCall
    | ResponseCustomToolCallOutputItem
)
"""An item of any known kind of which nothing is parsed."""

ResponseOutputItem = ResponseOutputMessage | ResponseFunctionToolCall | OtherOutputItem
"""An item of any known kind, distinguished by ``type``; an unknown one is a plain ``Wire``."""
