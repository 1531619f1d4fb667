"""The final answer in the common vocabulary."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from msgspec import Struct

__all__ = ["Final", "FinalToolCall", "Usage"]

T = TypeVar("T")


class Usage(Struct, frozen=True, gc=False):
    """The tokens of a request and its answer, counted in the same way for every protocol."""

    input_tokens: int = 0
    """All tokens of the request, those from a cache included."""
    cached_tokens: int = 0
    """The tokens of the request that were read from a cache."""
    output_tokens: int = 0
    """All tokens of the answer, those of reasoning included."""
    reasoning_tokens: int = 0
    """The tokens of the answer that are reasoning."""


class FinalToolCall(Struct, frozen=True):
    """A call that the answer asks the program to make."""

    id: str
    name: str
    arguments: str
    """The JSON text of a function's arguments, or the input of a custom tool."""
    parsed_arguments: Any = None
    """An instance of the tool's model, plain JSON for other strict tools, or else None."""
    type: str = "function"
    """``function`` or ``custom``."""


class Final(Struct, Generic[T], frozen=True):
    """A whole answer in the words that all protocols share.

    Of several choices it is the first; ``raw`` has all.
    """

    text: str
    """The text of the answer; several texts of one answer are joined."""
    reasoning: str
    """The reasoning, or the summary of it that the server sent."""
    refusal: str
    """The text of a refusal; empty if the model did not refuse."""
    parsed: T | None
    """The content as the requested type; None when there was nothing to parse."""
    tool_calls: list[FinalToolCall]
    usage: Usage | None
    """The tokens used; None if the server did not say."""
    reason: str | None
    """The reason of the end, as in ``finish`` events; None if the server did not say."""
    raw: Any
    """The answer as the protocol has it, such as a ``ParsedChatCompletion``."""
