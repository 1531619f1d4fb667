"""Responses whose texts and arguments were read into the types that the caller asked for."""

# Users of the API rely on parsed types that are subclasses of the plain ones, with narrower fields.
# Type checkers object, because a field that can be assigned may not be narrowed.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from streamkit.types.responses.calls import ResponseFunctionToolCall
from streamkit.types.responses.content import ResponseOutputRefusal, ResponseOutputText
from streamkit.types.responses.items import OtherOutputItem, ResponseOutputMessage
from streamkit.types.responses.response import Response

__all__ = [
    "ParsedResponse",
    "ParsedResponseFunctionToolCall",
    "ParsedResponseOutputItem",
    "ParsedResponseOutputMessage",
    "ParsedResponseOutputText",
]

T = TypeVar("T")


class ParsedResponseOutputText(ResponseOutputText, Generic[T], tag_field="type", tag="output_text"):
    """A part of a message with a text, and the text read as the requested type."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"parsed"})
    parsed: T | None = None
    """The text as the type; None when nothing was to be parsed. The API does not accept it back."""


class ParsedResponseOutputMessage(
    ResponseOutputMessage, Generic[T], tag_field="type", tag="message"
):
    """A message of the model, parsed."""

    content: list[ParsedResponseOutputText[T] | ResponseOutputRefusal] = []  # type: ignore[assignment]  # narrowed, see above


class ParsedResponseFunctionToolCall(
    ResponseFunctionToolCall, tag_field="type", tag="function_call"
):
    """A call of a function, with its arguments read when its tool was strict."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"parsed_arguments"})
    parsed_arguments: Any = None
    """An instance of the tool's model, plain JSON for other strict tools, else None."""


ParsedResponseOutputItem = (
    ParsedResponseOutputMessage[T] | ParsedResponseFunctionToolCall | OtherOutputItem
)
"""An item of the output of any known kind, parsed."""


class ParsedResponse(Response, Generic[T]):
    """A response whose texts and arguments were parsed."""

    output: list[ParsedResponseOutputItem[T]] = []  # type: ignore[assignment]  # narrowed, see above

    @property
    def output_parsed(self) -> T | None:
        """The first parsed text of any message; None when there is none."""
        for item in self.output:
            if isinstance(item, ParsedResponseOutputMessage):
                for part in item.content:
                    if isinstance(part, ParsedResponseOutputText) and part.parsed is not None:
                        return part.parsed
        return None
