"""The items with which functions, custom tools and programs are called, and their results."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from streamkit._core.wire import JSONText, Wire

__all__ = [
    "AdditionalTools",
    "Program",
    "ProgramOutput",
    "ResponseCustomToolCall",
    "ResponseCustomToolCallOutputItem",
    "ResponseFunctionToolCall",
    "ResponseFunctionToolCallOutputItem",
    "ResponseToolSearchCall",
    "ResponseToolSearchOutputItem",
]


class ResponseFunctionToolCall(Wire, tag_field="type", tag="function_call"):
    """A call of a function."""

    type: ClassVar[Literal["function_call"]] = "function_call"
    id: str | None = None
    """The id of the item, which events name; not the id of the call."""
    call_id: str = ""
    """The id of the call, which goes into its ``function_call_output``."""
    name: str = ""
    arguments: JSONText = ""
    status: str | None = None
    namespace: str | None = None
    caller: dict[str, Any] | None = None


class ResponseFunctionToolCallOutputItem(Wire, tag_field="type", tag="function_call_output"):
    """The result of a function."""

    type: ClassVar[Literal["function_call_output"]] = "function_call_output"
    id: str | None = None
    call_id: str | None = None
    output: str | list[dict[str, Any]] = ""
    status: str | None = None
    name: str | None = None
    namespace: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None


class ResponseCustomToolCall(Wire, tag_field="type", tag="custom_tool_call"):
    """A call of a custom tool, whose input is free text."""

    type: ClassVar[Literal["custom_tool_call"]] = "custom_tool_call"
    id: str | None = None
    """The id of the item, which events name; not the id of the call."""
    call_id: str = ""
    name: str = ""
    input: JSONText = ""
    status: str | None = None
    namespace: str | None = None
    caller: dict[str, Any] | None = None


class ResponseCustomToolCallOutputItem(Wire, tag_field="type", tag="custom_tool_call_output"):
    """The result of a custom tool."""

    type: ClassVar[Literal["custom_tool_call_output"]] = "custom_tool_call_output"
    id: str | None = None
    call_id: str = ""
    output: str | list[dict[str, Any]] = ""
    status: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None


class ResponseToolSearchCall(Wire, tag_field="type", tag="tool_search_call"):
    """A search for tools."""

    type: ClassVar[Literal["tool_search_call"]] = "tool_search_call"
    id: str | None = None
    call_id: str | None = None
    arguments: Any = None
    execution: str | None = None
    status: str | None = None
    created_by: str | None = None


class ResponseToolSearchOutputItem(Wire, tag_field="type", tag="tool_search_output"):
    """The tools that a search found."""

    type: ClassVar[Literal["tool_search_output"]] = "tool_search_output"
    id: str | None = None
    call_id: str | None = None
    tools: list[dict[str, Any]] = []
    execution: str | None = None
    status: str | None = None
    created_by: str | None = None


class AdditionalTools(Wire, tag_field="type", tag="additional_tools"):
    """Tools that were added during the conversation."""

    type: ClassVar[Literal["additional_tools"]] = "additional_tools"
    id: str | None = None
    role: str | None = None
    tools: list[dict[str, Any]] = []


class Program(Wire, tag_field="type", tag="program"):
    """A program that calls tools."""

    type: ClassVar[Literal["program"]] = "program"
    id: str | None = None
    call_id: str = ""
    code: str = ""
    fingerprint: str | None = None


class ProgramOutput(Wire, tag_field="type", tag="program_output"):
    """The result of a program."""

    type: ClassVar[Literal["program_output"]] = "program_output"
    id: str | None = None
    call_id: str = ""
    result: str = ""
    status: str | None = None
