"""Completions whose content and tool arguments were read into the types the caller asked for."""

# Users of the API rely on parsed types that are subclasses of the plain ones, with narrower fields.
# Type checkers object, because a field that can be assigned may not be narrowed.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import Any, Generic, TypeVar

from msgspec import field

from streamkit.types.completion import (
    ChatCompletion,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    Choice,
    Function,
)

__all__ = [
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
]

T = TypeVar("T")


class ParsedFunction(Function):
    """A called function, with its arguments read when its tool was strict."""

    parsed_arguments: Any = None
    """An instance of the tool's model, plain JSON for other strict tools, else None."""


class ParsedFunctionToolCall(
    ChatCompletionMessageFunctionToolCall, tag_field="type", tag="function"
):
    """A call of a function tool, with its arguments read."""

    function: ParsedFunction = field(default_factory=ParsedFunction)


ParsedToolCall = ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall
"""A call of any kind of tool, distinguished by ``type``."""


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[T]):
    """The model's message, with its content read as the type that the request asked for."""

    parsed: T | None = None
    """The content as the type; None when nothing was to be parsed, or the model refused."""
    tool_calls: list[ParsedToolCall] | None = None  # type: ignore[assignment]  # narrowed, see above


class ParsedChoice(Choice, Generic[T]):
    """One of the ``n`` answers, parsed."""

    message: ParsedChatCompletionMessage[T] = field(
        default_factory=ParsedChatCompletionMessage["T"]
    )


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A chat completion whose messages were parsed."""

    choices: list[ParsedChoice[T]] = []  # type: ignore[assignment]  # narrowed, see above
