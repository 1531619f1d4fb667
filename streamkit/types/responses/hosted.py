"""The items of the tools that the API runs itself."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from streamkit._core.wire import JSONText, Wire

__all__ = [
    "CodeInterpreterOutput",
    "FileSearchResult",
    "ImageGenerationCall",
    "ImageGenerationCallError",
    "McpApprovalRequest",
    "McpApprovalResponse",
    "McpCall",
    "McpListTools",
    "McpListToolsTool",
    "ResponseCodeInterpreterToolCall",
    "ResponseComputerToolCall",
    "ResponseComputerToolCallOutputItem",
    "ResponseFileSearchToolCall",
    "ResponseFunctionWebSearch",
    "WebSearchAction",
]


class FileSearchResult(Wire):
    """A piece of a file that a search found."""

    file_id: str | None = None
    filename: str | None = None
    text: str | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None


class ResponseFileSearchToolCall(Wire, tag_field="type", tag="file_search_call"):
    """A search in files."""

    type: ClassVar[Literal["file_search_call"]] = "file_search_call"
    id: str | None = None
    queries: list[str] = []
    status: str | None = None
    results: list[FileSearchResult] | None = None


class WebSearchAction(Wire):
    """A step of a web search: ``search``, ``open_page`` or ``find_in_page``."""

    type: str = ""
    query: str | None = None
    queries: list[str] | None = None
    sources: list[dict[str, Any]] | None = None
    url: str | None = None
    pattern: str | None = None


class ResponseFunctionWebSearch(Wire, tag_field="type", tag="web_search_call"):
    """A web search."""

    type: ClassVar[Literal["web_search_call"]] = "web_search_call"
    id: str | None = None
    action: WebSearchAction | None = None
    status: str | None = None


class ResponseComputerToolCall(Wire, tag_field="type", tag="computer_call"):
    """A call that operates a computer."""

    type: ClassVar[Literal["computer_call"]] = "computer_call"
    id: str | None = None
    call_id: str = ""
    action: dict[str, Any] | None = None
    actions: list[dict[str, Any]] | None = None
    pending_safety_checks: list[dict[str, Any]] = []
    status: str | None = None


class ResponseComputerToolCallOutputItem(Wire, tag_field="type", tag="computer_call_output"):
    """A screenshot of the computer that was operated."""

    type: ClassVar[Literal["computer_call_output"]] = "computer_call_output"
    id: str | None = None
    call_id: str = ""
    output: dict[str, Any] | None = None
    acknowledged_safety_checks: list[dict[str, Any]] | None = None
    status: str | None = None
    created_by: str | None = None


class CodeInterpreterOutput(Wire):
    """The ``logs`` that a program wrote, or the ``image`` that it made."""

    type: str = ""
    logs: str | None = None
    url: str | None = None


class ResponseCodeInterpreterToolCall(Wire, tag_field="type", tag="code_interpreter_call"):
    """A call of the code interpreter."""

    type: ClassVar[Literal["code_interpreter_call"]] = "code_interpreter_call"
    id: str | None = None
    code: str | None = None
    container_id: str | None = None
    outputs: list[CodeInterpreterOutput] | None = None
    status: str | None = None


class ImageGenerationCallError(Wire):
    """The reason why an image was not generated."""

    type: str = ""
    message: str = ""
    code: str | None = None
    param: str | None = None
    moderation_details: dict[str, Any] | None = None


class ImageGenerationCall(Wire, tag_field="type", tag="image_generation_call"):
    """The generation of an image; the ``result`` is the image in base64."""

    type: ClassVar[Literal["image_generation_call"]] = "image_generation_call"
    id: str | None = None
    result: str | None = None
    status: str | None = None
    action: str | None = None
    background: str | None = None
    error: ImageGenerationCallError | None = None
    output_format: str | None = None
    quality: str | None = None
    revised_prompt: str | None = None
    size: str | None = None
    svg_usage: dict[str, Any] | None = None


class McpCall(Wire, tag_field="type", tag="mcp_call"):
    """A call of a tool on an MCP server."""

    type: ClassVar[Literal["mcp_call"]] = "mcp_call"
    id: str | None = None
    server_label: str = ""
    name: str = ""
    arguments: JSONText = ""
    output: str | None = None
    error: str | dict[str, Any] | None = None
    approval_request_id: str | None = None
    status: str | None = None


class McpListToolsTool(Wire):
    """A tool of an MCP server."""

    name: str = ""
    description: str | None = None
    input_schema: Any = None
    annotations: Any = None


class McpListTools(Wire, tag_field="type", tag="mcp_list_tools"):
    """The tools of an MCP server."""

    type: ClassVar[Literal["mcp_list_tools"]] = "mcp_list_tools"
    id: str | None = None
    server_label: str = ""
    tools: list[McpListToolsTool] = []
    error: str | dict[str, Any] | None = None


class McpApprovalRequest(Wire, tag_field="type", tag="mcp_approval_request"):
    """A request that the caller approves a call on an MCP server."""

    type: ClassVar[Literal["mcp_approval_request"]] = "mcp_approval_request"
    id: str | None = None
    server_label: str = ""
    name: str = ""
    arguments: JSONText = ""


class McpApprovalResponse(Wire, tag_field="type", tag="mcp_approval_response"):
    """The caller's answer to such a request."""

    type: ClassVar[Literal["mcp_approval_response"]] = "mcp_approval_response"
    id: str | None = None
    approval_request_id: str = ""
    approve: bool = False
    reason: str | None = None
