"""The parameters of Anthropic's Messages: messages, their blocks, tools and choices of a tool.

Source: https://platform.claude.com/docs/en/api/messages.
"""

# TypedDict is that of typing_extensions, because pydantic takes no other before Python 3.12.

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Required, TypeAlias

from typing_extensions import TypedDict

__all__ = [
    "AssistantMessageParam",
    "Base64ImageSourceParam",
    "Base64PDFSourceParam",
    "CacheControlEphemeralParam",
    "CitationsConfigParam",
    "ContentBlockParam",
    "ContentBlockSourceParam",
    "DocumentBlockParam",
    "FileDocumentSourceParam",
    "FileImageSourceParam",
    "ImageBlockParam",
    "JSONOutputFormatParam",
    "MessageParam",
    "MetadataParam",
    "ModelParam",
    "OutputConfigParam",
    "PlainTextSourceParam",
    "RedactedThinkingBlockParam",
    "SearchResultBlockParam",
    "ServerToolUseBlockParam",
    "SystemMessageParam",
    "TextBlockParam",
    "ThinkingBlockParam",
    "ThinkingConfigAdaptiveParam",
    "ThinkingConfigDisabledParam",
    "ThinkingConfigEnabledParam",
    "ThinkingConfigParam",
    "ToolBash20250124Param",
    "ToolChoiceAnyParam",
    "ToolChoiceAutoParam",
    "ToolChoiceNoneParam",
    "ToolChoiceParam",
    "ToolChoiceToolParam",
    "ToolParam",
    "ToolResultBlockParam",
    "ToolTextEditor20250728Param",
    "ToolUnionParam",
    "ToolUseBlockParam",
    "URLImageSourceParam",
    "URLPDFSourceParam",
    "UserMessageParam",
    "WebSearchResultBlockParam",
    "WebSearchTool20250305Param",
    "WebSearchToolResultBlockParam",
]

ModelParam: TypeAlias = str
"""The name of a model."""


class CacheControlEphemeralParam(TypedDict, total=False):
    """A mark that the prompt up to here may be kept for later requests."""

    type: Required[Literal["ephemeral"]]
    ttl: Literal["5m", "1h"]


class CitationsConfigParam(TypedDict, total=False):
    """Whether the answer cites a document."""

    enabled: bool


# The blocks of a content


class TextBlockParam(TypedDict, total=False):
    """A text."""

    text: Required[str]
    type: Required[Literal["text"]]
    cache_control: CacheControlEphemeralParam | None
    citations: Iterable[dict[str, object]] | None


class Base64ImageSourceParam(TypedDict, total=False):
    """The data of an image, in base64."""

    data: Required[str]
    media_type: Required[Literal["image/jpeg", "image/png", "image/gif", "image/webp"]]
    type: Required[Literal["base64"]]


class URLImageSourceParam(TypedDict, total=False):
    """The URL of an image."""

    type: Required[Literal["url"]]
    url: Required[str]


class FileImageSourceParam(TypedDict, total=False):
    """An uploaded image."""

    file_id: Required[str]
    type: Required[Literal["file"]]


class ImageBlockParam(TypedDict, total=False):
    """An image."""

    source: Required[Base64ImageSourceParam | URLImageSourceParam | FileImageSourceParam]
    type: Required[Literal["image"]]
    cache_control: CacheControlEphemeralParam | None


class Base64PDFSourceParam(TypedDict, total=False):
    """The data of a PDF, in base64."""

    data: Required[str]
    media_type: Required[Literal["application/pdf"]]
    type: Required[Literal["base64"]]


class URLPDFSourceParam(TypedDict, total=False):
    """The URL of a PDF."""

    type: Required[Literal["url"]]
    url: Required[str]


class PlainTextSourceParam(TypedDict, total=False):
    """A document of plain text."""

    data: Required[str]
    media_type: Required[Literal["text/plain"]]
    type: Required[Literal["text"]]


class FileDocumentSourceParam(TypedDict, total=False):
    """An uploaded document."""

    file_id: Required[str]
    type: Required[Literal["file"]]


class ContentBlockSourceParam(TypedDict, total=False):
    """A document of texts and images."""

    content: Required[str | Iterable[TextBlockParam | ImageBlockParam]]
    type: Required[Literal["content"]]


class DocumentBlockParam(TypedDict, total=False):
    """A document."""

    source: Required[
        Base64PDFSourceParam
        | PlainTextSourceParam
        | ContentBlockSourceParam
        | URLPDFSourceParam
        | FileDocumentSourceParam
    ]
    type: Required[Literal["document"]]
    cache_control: CacheControlEphemeralParam | None
    citations: CitationsConfigParam | None
    context: str | None
    title: str | None


class SearchResultBlockParam(TypedDict, total=False):
    """A result of a search of the program's own."""

    content: Required[Iterable[TextBlockParam]]
    source: Required[str]
    title: Required[str]
    type: Required[Literal["search_result"]]
    cache_control: CacheControlEphemeralParam | None
    citations: CitationsConfigParam


class ThinkingBlockParam(TypedDict, total=False):
    """A thought of the model, sent back as it came."""

    signature: Required[str]
    thinking: Required[str]
    type: Required[Literal["thinking"]]


class RedactedThinkingBlockParam(TypedDict, total=False):
    """An encrypted thought of the model, sent back as it came."""

    data: Required[str]
    type: Required[Literal["redacted_thinking"]]


class ToolUseBlockParam(TypedDict, total=False):
    """A call of a tool that the model has made."""

    id: Required[str]
    input: Required[dict[str, object]]
    name: Required[str]
    type: Required[Literal["tool_use"]]
    cache_control: CacheControlEphemeralParam | None


class ToolResultBlockParam(TypedDict, total=False):
    """The result of a call of a tool."""

    tool_use_id: Required[str]
    type: Required[Literal["tool_result"]]
    cache_control: CacheControlEphemeralParam | None
    content: (
        str
        | Iterable[TextBlockParam | ImageBlockParam | SearchResultBlockParam | DocumentBlockParam]
    )
    is_error: bool


class ServerToolUseBlockParam(TypedDict, total=False):
    """A call of a tool that runs on the server, sent back as it came."""

    id: Required[str]
    input: Required[dict[str, object]]
    name: Required[str]
    type: Required[Literal["server_tool_use"]]
    cache_control: CacheControlEphemeralParam | None


class WebSearchResultBlockParam(TypedDict, total=False):
    """A page that a search of the web has found."""

    encrypted_content: Required[str]
    title: Required[str]
    type: Required[Literal["web_search_result"]]
    url: Required[str]
    page_age: str | None


class WebSearchToolResultBlockParam(TypedDict, total=False):
    """The result of a search of the web, sent back as it came."""

    content: Required[Iterable[WebSearchResultBlockParam] | dict[str, object]]
    tool_use_id: Required[str]
    type: Required[Literal["web_search_tool_result"]]
    cache_control: CacheControlEphemeralParam | None


ContentBlockParam: TypeAlias = (
    TextBlockParam
    | ImageBlockParam
    | DocumentBlockParam
    | SearchResultBlockParam
    | ThinkingBlockParam
    | RedactedThinkingBlockParam
    | ToolUseBlockParam
    | ToolResultBlockParam
    | ServerToolUseBlockParam
    | WebSearchToolResultBlockParam
)
"""A block of a content."""

# The messages


class UserMessageParam(TypedDict, total=False):
    """A message of the user."""

    content: Required[str | Iterable[ContentBlockParam]]
    role: Required[Literal["user"]]


class AssistantMessageParam(TypedDict, total=False):
    """A message of the model."""

    content: Required[str | Iterable[ContentBlockParam]]
    role: Required[Literal["assistant"]]


class SystemMessageParam(TypedDict, total=False):
    """Instructions in the middle of a conversation."""

    content: Required[str | Iterable[TextBlockParam]]
    role: Required[Literal["system"]]


MessageParam: TypeAlias = UserMessageParam | AssistantMessageParam | SystemMessageParam
"""A message of a conversation."""

# The tools


class ToolParam(TypedDict, total=False):
    """A tool of the program's own."""

    input_schema: Required[dict[str, object]]
    name: Required[str]
    allowed_callers: list[str]
    cache_control: CacheControlEphemeralParam | None
    defer_loading: bool
    description: str
    eager_input_streaming: bool | None
    input_examples: Iterable[dict[str, object]]
    strict: bool
    type: Literal["custom"] | None


class ToolBash20250124Param(TypedDict, total=False):
    """A shell of the program's own, whose input the model knows."""

    name: Required[Literal["bash"]]
    type: Required[Literal["bash_20250124"]]
    cache_control: CacheControlEphemeralParam | None
    strict: bool


class ToolTextEditor20250728Param(TypedDict, total=False):
    """An editor of the program's own, whose input the model knows."""

    name: Required[Literal["str_replace_based_edit_tool"]]
    type: Required[Literal["text_editor_20250728"]]
    cache_control: CacheControlEphemeralParam | None
    max_characters: int | None
    strict: bool


class UserLocationParam(TypedDict, total=False):
    """The place of the user, for a search."""

    type: Required[Literal["approximate"]]
    city: str | None
    country: str | None
    region: str | None
    timezone: str | None


class WebSearchTool20250305Param(TypedDict, total=False):
    """A search of the web that runs on the server."""

    name: Required[Literal["web_search"]]
    type: Required[Literal["web_search_20250305"]]
    allowed_domains: list[str] | None
    blocked_domains: list[str] | None
    cache_control: CacheControlEphemeralParam | None
    max_uses: int | None
    user_location: UserLocationParam | None


ToolUnionParam: TypeAlias = (
    ToolParam | ToolBash20250124Param | ToolTextEditor20250728Param | WebSearchTool20250305Param
)

# The choice of a tool


class ToolChoiceAutoParam(TypedDict, total=False):
    """The model decides whether it calls a tool."""

    type: Required[Literal["auto"]]
    disable_parallel_tool_use: bool


class ToolChoiceAnyParam(TypedDict, total=False):
    """The model must call a tool, of its choice."""

    type: Required[Literal["any"]]
    disable_parallel_tool_use: bool


class ToolChoiceToolParam(TypedDict, total=False):
    """The model must call the tool of this name."""

    name: Required[str]
    type: Required[Literal["tool"]]
    disable_parallel_tool_use: bool


class ToolChoiceNoneParam(TypedDict, total=False):
    """The model must not call a tool."""

    type: Required[Literal["none"]]


ToolChoiceParam: TypeAlias = (
    ToolChoiceAutoParam | ToolChoiceAnyParam | ToolChoiceToolParam | ToolChoiceNoneParam
)
"""The tools that the model may or must call."""

# The other parameters


class ThinkingConfigEnabledParam(TypedDict, total=False):
    """Thinking with a budget."""

    budget_tokens: Required[int]
    type: Required[Literal["enabled"]]
    display: Literal["summarized", "omitted"] | None


class ThinkingConfigDisabledParam(TypedDict, total=False):
    """No thinking."""

    type: Required[Literal["disabled"]]


class ThinkingConfigAdaptiveParam(TypedDict, total=False):
    """Thinking as much as the model finds necessary."""

    type: Required[Literal["adaptive"]]
    display: Literal["summarized", "omitted"] | None


ThinkingConfigParam: TypeAlias = (
    ThinkingConfigEnabledParam | ThinkingConfigDisabledParam | ThinkingConfigAdaptiveParam
)
"""Whether the model thinks before it answers, and how long."""


class MetadataParam(TypedDict, total=False):
    """The user on whose behalf the request is made."""

    user_id: str | None


class JSONOutputFormatParam(TypedDict, total=False):
    """The schema of a structured output."""

    schema: Required[dict[str, object]]
    type: Required[Literal["json_schema"]]


class OutputConfigParam(TypedDict, total=False):
    """The effort of the model, and the format of its answer."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None
    format: JSONOutputFormatParam | None
