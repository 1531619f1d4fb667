"""The parameters of Responses: the items of the input, their parts, tools, and formats of texts.

Source: https://platform.openai.com/docs/api-reference/responses/create.
"""

# TypedDict is that of typing_extensions, because pydantic takes no other before Python 3.12.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Required, TypeAlias

from typing_extensions import TypedDict

from streamkit.types.params.chat import PromptCacheBreakpoint
from streamkit.types.params.response_tools import (
    AllowedCallers,
    ApplyPatchToolParam,
    ComputerToolParam,
    ComputerUsePreviewToolParam,
    FileSearchToolParam,
    FunctionShellToolParam,
    HostedToolParam,
    ToolSearchToolParam,
    WebSearchPreviewToolParam,
    WebSearchToolParam,
)
from streamkit.types.shared_params import ResponseFormatJSONObject, ResponseFormatText

__all__ = [
    "ApplyPatchToolParam",
    "ComputerToolParam",
    "ComputerUsePreviewToolParam",
    "CustomToolParam",
    "EasyInputMessageParam",
    "FileSearchToolParam",
    "FunctionShellToolParam",
    "FunctionToolParam",
    "NamespaceToolParam",
    "ResponseCustomToolCallParam",
    "ResponseFormatTextConfigParam",
    "ResponseFormatTextJSONSchemaConfigParam",
    "ResponseFunctionToolCallParam",
    "ResponseInputContentParam",
    "ResponseInputFileParam",
    "ResponseInputImageParam",
    "ResponseInputItemParam",
    "ResponseInputMessageContentListParam",
    "ResponseInputParam",
    "ResponseInputTextParam",
    "ResponseOutputMessageParam",
    "ResponseOutputRefusalParam",
    "ResponseOutputTextParam",
    "ResponsePromptParam",
    "ResponseReasoningItemParam",
    "ResponseTextConfigParam",
    "ToolChoiceAllowedParam",
    "ToolChoiceCustomParam",
    "ToolChoiceFunctionParam",
    "ToolChoiceMcpParam",
    "ToolChoiceTypesParam",
    "ToolParam",
    "ToolSearchToolParam",
    "WebSearchPreviewToolParam",
    "WebSearchToolParam",
]

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]

_Async = TypedDict("_Async", {"async": bool}, total=False)
"""The key of a tool, or a call, whose result may come in a later response."""

# The parts of a message


class ResponseInputTextParam(TypedDict, total=False):
    """A text in a message."""

    text: Required[str]
    type: Required[Literal["input_text"]]
    prompt_cache_breakpoint: PromptCacheBreakpoint


class ResponseInputImageParam(TypedDict, total=False):
    """An image in a message, by its URL, its data in a URL, or the id of its file."""

    detail: Required[Literal["low", "high", "auto", "original"]]
    type: Required[Literal["input_image"]]
    file_id: str | None
    image_url: str | None
    prompt_cache_breakpoint: PromptCacheBreakpoint


class ResponseInputFileParam(TypedDict, total=False):
    """A file in a message, by its id, its URL, or its data in base64."""

    type: Required[Literal["input_file"]]
    detail: Literal["low", "high", "auto"]
    file_data: str
    file_id: str | None
    file_url: str
    filename: str
    prompt_cache_breakpoint: PromptCacheBreakpoint


ResponseInputContentParam: TypeAlias = (
    ResponseInputTextParam | ResponseInputImageParam | ResponseInputFileParam
)
ResponseInputMessageContentListParam: TypeAlias = list[ResponseInputContentParam]


class ResponseOutputTextParam(TypedDict, total=False):
    """A text of an earlier answer."""

    annotations: Required[Iterable[Mapping[str, Any]]]
    text: Required[str]
    type: Required[Literal["output_text"]]
    logprobs: Iterable[Mapping[str, Any]]


class ResponseOutputRefusalParam(TypedDict, total=False):
    """A refusal of an earlier answer."""

    refusal: Required[str]
    type: Required[Literal["refusal"]]


# The items of the input


class EasyInputMessageParam(TypedDict, total=False):
    """A message of either side."""

    content: Required[str | ResponseInputMessageContentListParam]
    role: Required[Literal["user", "assistant", "system", "developer"]]
    phase: Literal["commentary", "final_answer"] | None
    type: Literal["message"]


class ResponseOutputMessageParam(TypedDict, total=False):
    """A message of an earlier answer, with its id."""

    id: Required[str]
    content: Required[Iterable[ResponseOutputTextParam | ResponseOutputRefusalParam]]
    role: Required[Literal["assistant"]]
    status: Required[Status]
    type: Required[Literal["message"]]
    phase: Literal["commentary", "final_answer"] | None


class ResponseFunctionToolCallParam(_Async, total=False):
    """A call of a function, as an earlier answer made it."""

    arguments: Required[str]
    call_id: Required[str]
    name: Required[str]
    type: Required[Literal["function_call"]]
    id: str
    caller: Mapping[str, Any] | None
    namespace: str
    status: Status


class ResponseCustomToolCallParam(_Async, total=False):
    """A call of a tool with free input, as an earlier answer made it."""

    call_id: Required[str]
    input: Required[str]
    name: Required[str]
    type: Required[Literal["custom_tool_call"]]
    id: str
    caller: Mapping[str, Any] | None
    namespace: str


class FunctionCallOutput(TypedDict, total=False):
    """The result of a call of a function."""

    output: Required[str | ResponseInputMessageContentListParam]
    type: Required[Literal["function_call_output"]]
    id: str | None
    call_id: str | None
    caller: Mapping[str, Any] | None
    name: str | None
    namespace: str | None
    status: Status | None


class Summary(TypedDict, total=False):
    """A part of a summary of reasoning."""

    text: Required[str]
    type: Required[Literal["summary_text"]]


class ResponseReasoningItemParam(TypedDict, total=False):
    """The reasoning of an earlier answer, which is sent back as it came."""

    id: Required[str]
    summary: Required[Iterable[Summary]]
    type: Required[Literal["reasoning"]]
    content: Iterable[Mapping[str, Any]]
    encrypted_content: str | None
    status: Status


class ItemReference(TypedDict, total=False):
    """An item that the API has stored."""

    id: Required[str]
    type: Literal["item_reference"] | None


ResponseInputItemParam: TypeAlias = (
    EasyInputMessageParam
    | ResponseOutputMessageParam
    | ResponseFunctionToolCallParam
    | FunctionCallOutput
    | ResponseCustomToolCallParam
    | ResponseReasoningItemParam
    | ItemReference
    | Mapping[str, Any]
)
"""An item of the input; those of hosted tools are plain mappings."""

ResponseInputParam: TypeAlias = list[ResponseInputItemParam]

# Tools


class FunctionToolParam(_Async, total=False):
    """A function that the model may call."""

    name: Required[str]
    parameters: Required[dict[str, object] | None]
    strict: Required[bool | None]
    type: Required[Literal["function"]]
    allowed_callers: AllowedCallers | None
    defer_loading: bool
    description: str | None
    output_schema: dict[str, object] | None


class CustomToolText(TypedDict, total=False):
    """An input that is any text."""

    type: Required[Literal["text"]]


class CustomToolGrammar(TypedDict, total=False):
    """An input that follows a grammar."""

    definition: Required[str]
    syntax: Required[Literal["lark", "regex"]]
    type: Required[Literal["grammar"]]


class CustomToolParam(_Async, total=False):
    """A tool whose input is free text."""

    name: Required[str]
    type: Required[Literal["custom"]]
    allowed_callers: AllowedCallers | None
    defer_loading: bool
    description: str
    format: CustomToolText | CustomToolGrammar


class NamespaceFunction(_Async, total=False):
    """A function in a namespace."""

    name: Required[str]
    type: Required[Literal["function"]]
    allowed_callers: AllowedCallers | None
    defer_loading: bool
    description: str | None
    output_schema: dict[str, object] | None
    parameters: object | None
    strict: bool | None


class NamespaceToolParam(TypedDict, total=False):
    """Tools under a name in common."""

    description: Required[str]
    name: Required[str]
    tools: Required[Iterable[NamespaceFunction | CustomToolParam]]
    type: Required[Literal["namespace"]]


ToolParam: TypeAlias = (
    FunctionToolParam | CustomToolParam | NamespaceToolParam | HostedToolParam | Mapping[str, Any]
)
"""A tool; one of a newer version of the API is a plain mapping."""


class ToolChoiceFunctionParam(TypedDict, total=False):
    """The choice of one function."""

    name: Required[str]
    type: Required[Literal["function"]]


class ToolChoiceCustomParam(TypedDict, total=False):
    """The choice of one tool with free input."""

    name: Required[str]
    type: Required[Literal["custom"]]


class ToolChoiceMcpParam(TypedDict, total=False):
    """The choice of an MCP server, or of one tool of it."""

    server_label: Required[str]
    type: Required[Literal["mcp"]]
    name: str | None


class ToolChoiceTypesParam(TypedDict, total=False):
    """The choice of a hosted tool."""

    type: Required[
        Literal[
            "file_search",
            "web_search_preview",
            "computer",
            "computer_use_preview",
            "computer_use",
            "web_search_preview_2025_03_11",
            "image_generation",
            "code_interpreter",
        ]
    ]


class ToolChoiceAllowedParam(TypedDict, total=False):
    """The choice among some of the tools."""

    mode: Required[Literal["auto", "required"]]
    tools: Required[Iterable[dict[str, object]]]
    type: Required[Literal["allowed_tools"]]


# The texts of an answer


class ResponseFormatTextJSONSchemaConfigParam(TypedDict, total=False):
    """A schema for the text."""

    name: Required[str]
    schema: Required[dict[str, object]]
    type: Required[Literal["json_schema"]]
    description: str
    strict: bool | None


ResponseFormatTextConfigParam: TypeAlias = (
    ResponseFormatText | ResponseFormatTextJSONSchemaConfigParam | ResponseFormatJSONObject
)


class ResponseTextConfigParam(TypedDict, total=False):
    """The format of the text, and its length."""

    format: ResponseFormatTextConfigParam
    verbosity: Literal["low", "medium", "high"] | None


class ResponsePromptParam(TypedDict, total=False):
    """A prompt that the API has stored."""

    id: Required[str]
    variables: dict[str, str | ResponseInputContentParam] | None
    version: str | None
