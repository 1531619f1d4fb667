"""The blocks of a message's content.

A block of a kind that this version does not know is a plain ``Wire``, with all its fields.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.messages.citation import TextCitation

__all__ = [
    "BashCodeExecutionToolResultBlock",
    "Caller",
    "CodeExecutionToolResultBlock",
    "CompactionBlock",
    "ContainerUploadBlock",
    "ContentBlock",
    "McpToolResultBlock",
    "McpToolUseBlock",
    "RedactedThinkingBlock",
    "ServerToolUseBlock",
    "TextBlock",
    "TextEditorCodeExecutionToolResultBlock",
    "ThinkingBlock",
    "ToolResultContent",
    "ToolSearchToolResultBlock",
    "ToolUseBlock",
    "WebFetchToolResultBlock",
    "WebSearchResultBlock",
    "WebSearchToolResultBlock",
    "WebSearchToolResultError",
]


class TextBlock(Wire, tag_field="type", tag="text"):
    """A block of text."""

    type: ClassVar[Literal["text"]] = "text"
    text: str = ""
    citations: list[TextCitation] | None = None


class ThinkingBlock(Wire, tag_field="type", tag="thinking"):
    """The model's thoughts; send the block back as it came, with its signature."""

    type: ClassVar[Literal["thinking"]] = "thinking"
    thinking: str = ""
    signature: str = ""


class RedactedThinkingBlock(Wire, tag_field="type", tag="redacted_thinking"):
    """Thoughts that only the API can read; send the block back as it came."""

    type: ClassVar[Literal["redacted_thinking"]] = "redacted_thinking"
    data: str = ""


class Caller(Wire):
    """The caller of a tool: the model (``direct``), or code that it wrote."""

    type: str = "direct"
    tool_id: str | None = None


class _Use(Wire, tag_field="type"):
    id: str = ""
    name: str = ""
    input: Any = field(default_factory=dict[str, Any])


class ToolUseBlock(_Use, tag_field="type", tag="tool_use"):
    """A call of one of the request's tools."""

    type: ClassVar[Literal["tool_use"]] = "tool_use"
    caller: Caller | None = None
    toolset_name: str | None = None


class ServerToolUseBlock(_Use, tag_field="type", tag="server_tool_use"):
    """A call of a tool that the API runs itself."""

    type: ClassVar[Literal["server_tool_use"]] = "server_tool_use"
    caller: Caller | None = None


class McpToolUseBlock(_Use, tag_field="type", tag="mcp_tool_use"):
    """A call of a tool of an MCP server, which the API makes itself."""

    type: ClassVar[Literal["mcp_tool_use"]] = "mcp_tool_use"
    server_name: str = ""


class WebSearchResultBlock(Wire, tag_field="type", tag="web_search_result"):
    """A page that a web search found."""

    type: ClassVar[Literal["web_search_result"]] = "web_search_result"
    encrypted_content: str = ""
    page_age: str | None = None
    title: str = ""
    url: str = ""


class WebSearchToolResultError(Wire, tag_field="type", tag="web_search_tool_result_error"):
    """The reason that a web search failed."""

    type: ClassVar[Literal["web_search_tool_result_error"]] = "web_search_tool_result_error"
    error_code: str = ""


class ToolResultContent(Wire):
    """The result of a server tool, or its error; its other fields depend on ``type``."""

    type: str = ""


class _Result(Wire, tag_field="type"):
    tool_use_id: str = ""
    content: ToolResultContent | None = None


class WebSearchToolResultBlock(Wire, tag_field="type", tag="web_search_tool_result"):
    """The pages that a web search found."""

    type: ClassVar[Literal["web_search_tool_result"]] = "web_search_tool_result"
    tool_use_id: str = ""
    content: list[WebSearchResultBlock] | WebSearchToolResultError | None = None
    caller: Caller | None = None


class WebFetchToolResultBlock(_Result, tag_field="type", tag="web_fetch_tool_result"):
    """A page that was fetched."""

    type: ClassVar[Literal["web_fetch_tool_result"]] = "web_fetch_tool_result"
    caller: Caller | None = None


class CodeExecutionToolResultBlock(_Result, tag_field="type", tag="code_execution_tool_result"):
    """The output of code."""

    type: ClassVar[Literal["code_execution_tool_result"]] = "code_execution_tool_result"


class BashCodeExecutionToolResultBlock(
    _Result, tag_field="type", tag="bash_code_execution_tool_result"
):
    """The output of a shell command."""

    type: ClassVar[Literal["bash_code_execution_tool_result"]] = "bash_code_execution_tool_result"


class TextEditorCodeExecutionToolResultBlock(
    _Result, tag_field="type", tag="text_editor_code_execution_tool_result"
):
    """The result of a file operation."""

    type: ClassVar[Literal["text_editor_code_execution_tool_result"]] = (
        "text_editor_code_execution_tool_result"
    )


class ToolSearchToolResultBlock(_Result, tag_field="type", tag="tool_search_tool_result"):
    """The tools that a search found."""

    type: ClassVar[Literal["tool_search_tool_result"]] = "tool_search_tool_result"


class McpToolResultBlock(Wire, tag_field="type", tag="mcp_tool_result"):
    """The result of a call of an MCP server's tool."""

    type: ClassVar[Literal["mcp_tool_result"]] = "mcp_tool_result"
    tool_use_id: str = ""
    content: Any = None
    is_error: bool = False


class ContainerUploadBlock(Wire, tag_field="type", tag="container_upload"):
    """A file in the container of the code execution tool."""

    type: ClassVar[Literal["container_upload"]] = "container_upload"
    file_id: str = ""


class CompactionBlock(Wire, tag_field="type", tag="compaction"):
    """A summary in place of the earlier conversation."""

    type: ClassVar[Literal["compaction"]] = "compaction"
    content: str | None = None
    encrypted_content: str | None = None


OtherBlock = (
    ThinkingBlock
    | RedactedThinkingBlock
    | ServerToolUseBlock
    | WebSearchToolResultBlock
    | WebFetchToolResultBlock
    | CodeExecutionToolResultBlock
    | BashCodeExecutionToolResultBlock
    | TextEditorCodeExecutionToolResultBlock
    | ToolSearchToolResultBlock
    | ContainerUploadBlock
    | McpToolUseBlock
    | McpToolResultBlock
    | CompactionBlock
)
"""A block of any kind that parsing does not change."""

ContentBlock = TextBlock | ToolUseBlock | OtherBlock
"""A block of any kind, distinguished by ``type``."""
