"""The body of a request for a message, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

Role = Literal["user", "assistant", "system"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]
Display = Literal["summarized", "omitted"]
Tier = Literal["auto", "standard_only"]
Speed = Literal["standard", "fast"]

Name = Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,128}$")]


class Block(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """A block of a message's content."""

    cache_control: dict[str, Any] | None = None


class TextBlock(Block, tag="text"):
    """A block with text."""

    text: str
    citations: list[dict[str, Any]] | None = None


class ImageBlock(Block, tag="image"):
    """A block with an image, which no answer looks at."""

    source: dict[str, Any]


class DocumentBlock(Block, tag="document"):
    """A block with a document, which no answer reads."""

    source: dict[str, Any]
    title: str | None = None
    context: str | None = None
    citations: dict[str, Any] | None = None


class SearchResultBlock(Block, tag="search_result"):
    """A block with the result of a search, which no answer reads."""

    source: str
    title: str
    content: list[TextBlock]
    citations: dict[str, Any] | None = None


class ToolUseBlock(Block, tag="tool_use"):
    """A call of a tool that the assistant made."""

    id: str
    name: str
    input: dict[str, Any]
    caller: dict[str, Any] | None = None
    toolset_name: str | None = None


class ToolResultBlock(Block, tag="tool_result"):
    """The result of a tool."""

    tool_use_id: str
    content: str | list[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock] = ""
    is_error: bool = False
    toolset_name: str | None = None


class ThinkingBlock(Block, tag="thinking"):
    """The thinking before an earlier answer, which its signature proves unchanged."""

    thinking: str
    signature: str


class RedactedThinkingBlock(Block, tag="redacted_thinking"):
    """The thinking before an earlier answer, encrypted."""

    data: str


AnyBlock = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ToolUseBlock
    | ToolResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
)


class Message(Struct, forbid_unknown_fields=True):
    """A message of the conversation so far; it takes the content of an answer unchanged."""

    role: Role
    content: str | list[AnyBlock]


class Tool(Struct, forbid_unknown_fields=True, kw_only=True):
    """A tool of the client's, whose input has a schema."""

    name: Name
    input_schema: dict[str, Any]
    type: Literal["custom"] | None = None
    description: str | None = None
    strict: bool | None = None
    cache_control: dict[str, Any] | None = None
    eager_input_streaming: bool | None = None
    allowed_callers: list[str] | None = None
    defer_loading: bool | None = None
    input_examples: list[dict[str, Any]] | None = None


class Choice(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """The base of the choices of tools to call."""

    disable_parallel_tool_use: bool = False


class AutoChoice(Choice, tag="auto"):
    """The choice of any tools, or of none."""


class AnyChoice(Choice, tag="any"):
    """The choice of any tools, of one at least."""


class ToolChoice(Choice, tag="tool"):
    """The choice of one tool."""

    name: str


class NoChoice(Choice, tag="none"):
    """The choice of no tool."""


class Thinking(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """The base of the kinds of thinking."""

    display: Display | None = None


class EnabledThinking(Thinking, tag="enabled"):
    """Thinking with a budget."""

    budget_tokens: Annotated[int, Meta(ge=1024)]


class AdaptiveThinking(Thinking, tag="adaptive"):
    """Thinking as much as the model likes."""


class ThinkingBetweenTools(Thinking, tag="between_tools"):
    """Thinking between the calls of tools."""


class DisabledThinking(Thinking, tag="disabled"):
    """No thinking."""


class SchemaFormat(
    Struct,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="json_schema",
    rename={"definition": "schema"},
):
    """The format of JSON that a schema allows."""

    definition: dict[str, Any]


class OutputConfig(Struct, forbid_unknown_fields=True):
    """The format of the output, and the effort for it."""

    effort: Effort | None = None
    format: SchemaFormat | None = None


class Prompt(Struct, forbid_unknown_fields=True, kw_only=True):
    """The input whose tokens are counted."""

    model: str
    messages: list[Message]
    cache_control: dict[str, Any] | None = None
    output_config: OutputConfig | None = None
    speed: Speed | None = None
    system: str | list[TextBlock] | None = None
    thinking: (
        EnabledThinking | AdaptiveThinking | ThinkingBetweenTools | DisabledThinking | None
    ) = None
    tool_choice: AutoChoice | AnyChoice | ToolChoice | NoChoice | None = None
    tools: list[Tool] | None = None
    user_profile_id: str | None = None


class MessageRequest(Prompt, kw_only=True):
    """A request for a message."""

    max_tokens: Annotated[int, Meta(ge=0)]
    """The limit of the answer; 0 makes none, and only reads the prompt."""
    container: Any = None
    diagnostics: dict[str, Any] | None = None
    inference_geo: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: Tier | None = None
    stop_sequences: list[str] | None = None
    stream: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=0)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None


SUPPORTED: dict[str, tuple[str, ...]] = {
    "messages.role": get_args(Role),
    "messages.content.type": (
        "document",
        "image",
        "redacted_thinking",
        "search_result",
        "text",
        "thinking",
        "tool_result",
        "tool_use",
    ),
    "output_config.effort": get_args(Effort),
    "output_config.format.type": ("json_schema",),
    "service_tier": get_args(Tier),
    "speed": get_args(Speed),
    "thinking.display": get_args(Display),
    "thinking.type": ("adaptive", "between_tools", "disabled", "enabled"),
    "tool_choice.type": ("any", "auto", "none", "tool"),
    "tools.type": ("custom",),
}
"""The values that an error names, by the field's path without positions."""


def text_of(content: str | list[Any] | None) -> str:
    """Return all text of a message's or a tool result's content."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(block.text for block in content if isinstance(block, TextBlock))


def prompt_of(prompt: Prompt) -> str:
    """Return the text of the last user message that has any; empty when there is none."""
    for message in reversed(prompt.messages):
        if message.role == "user" and (text := text_of(message.content)):
            return text
    return ""
