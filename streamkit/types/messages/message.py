"""A message of the model, as it came and parsed.

Source: https://docs.anthropic.com/en/api/messages.
"""

# Parsed types are subclasses of the plain ones, with narrower fields, as in the ``anthropic``
# package. Type checkers object, because a field that can be assigned may not be narrowed.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.messages.content_block import ContentBlock, OtherBlock, TextBlock, ToolUseBlock
from streamkit.types.messages.usage import Usage

__all__ = [
    "Container",
    "Message",
    "ParsedContentBlock",
    "ParsedMessage",
    "ParsedTextBlock",
    "ParsedToolUseBlock",
    "StopDetails",
]

T = TypeVar("T")


class Container(Wire):
    """The container of the code execution tool."""

    id: str = ""
    expires_at: str | None = None
    skills: Any = None


class StopDetails(Wire):
    """The details of a refusal."""

    type: str = "refusal"
    category: str | None = None
    explanation: str | None = None


class Message(Wire):
    """A message of the model."""

    id: str = ""
    container: Container | None = None
    content: list[ContentBlock] = []
    model: str = ""
    role: str = "assistant"
    stop_details: StopDetails | None = None
    stop_reason: str | None = None
    """``end_turn``, ``max_tokens``, ``stop_sequence``, ``tool_use``, ``pause_turn``, ``refusal``,
    ``model_context_window_exceeded``, or a newer reason."""
    stop_sequence: str | None = None
    type: str = "message"
    usage: Usage = field(default_factory=Usage)

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the fields with a content that is a text as a block of text."""
        content = data.get("content")
        if isinstance(content, str):
            return {**data, "content": [{"type": "text", "text": content}]}, {}
        return data, {}

    def to_param(self) -> dict[str, Any]:
        """Return the message as a request takes it back, among its ``messages``."""
        return {"role": self.role, "content": [*self.content]}


class ParsedTextBlock(TextBlock, Generic[T], tag_field="type", tag="text"):
    """A block of text, read as the type that the request asked for."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"parsed_output"})
    parsed_output: T | None = None
    """The text as the type; None when nothing was to be parsed, or the text does not fit.

    It is left out of ``to_dict``, so that the block can be sent back.
    """


class ParsedToolUseBlock(ToolUseBlock, tag_field="type", tag="tool_use"):
    """A call of a tool, its input read as the type of the tool.

    ``input`` is the JSON that the model wrote. When that is no JSON, or was cut off, ``input`` has
    the members that were whole before the fault, and ``parsed_input`` is None: see ``input_json``
    before you run such a call.
    """

    _unsent: ClassVar[frozenset[str]] = frozenset({"input_json", "parsed_input"})
    input_json: str = ""
    """The text of the input as the model wrote it; empty when the server sent an object."""
    parsed_input: Any = None
    """An instance of the tool's type, plain JSON for tools without a type, or None if it does not
    fit. It and ``input_json`` are left out of ``to_dict``, so that the block can be sent back."""


ParsedContentBlock = ParsedTextBlock[T] | ParsedToolUseBlock | OtherBlock
"""A parsed block of any kind, distinguished by ``type``."""


class ParsedMessage(Message, Generic[T]):
    """A message whose texts and tool calls were parsed."""

    content: list[ParsedContentBlock[T]] = []  # type: ignore[assignment]  # narrowed, see above

    @property
    def parsed_output(self) -> T | None:
        """The first text that was read as the type; None if there is none."""
        for block in self.content:
            if isinstance(block, ParsedTextBlock) and block.parsed_output is not None:
                return block.parsed_output
        return None
