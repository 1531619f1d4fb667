"""The body of a request for a response, as types."""

# Strategy: as for chat, the types are the validation. An input item without a type is a message,
# and gets its type before the conversion, because the tag of a union is its type.

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from streamkit.server.chat.request import (
    CacheRetention,
    Count,
    Effort,
    Name,
    ObjectFormat,
    ServiceTier,
    TextFormat,
    ToolMode,
    Verbosity,
)

Role = Literal["assistant", "system", "developer", "user"]
Phase = Literal["commentary", "final_answer"]
Summary = Literal["auto", "concise", "detailed"]
Truncation = Literal["auto", "disabled"]
ItemStatus = Literal["in_progress", "completed", "incomplete"]
Includable = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


class Part(Struct, forbid_unknown_fields=True, tag_field="type"):
    """A part of a message's content, or of a tool's output."""


class InputText(Part, tag="input_text"):
    """A part with text for the model."""

    text: str


class InputImage(Part, tag="input_image"):
    """A part with an image, which no answer looks at."""

    detail: str | None = None
    image_url: str | None = None
    file_id: str | None = None


class InputFile(Part, tag="input_file"):
    """A part with a file, which no answer reads."""

    detail: str | None = None
    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    filename: str | None = None


class OutputText(Part, tag="output_text"):
    """A part with text of an earlier answer."""

    text: str
    annotations: list[dict[str, Any]] | None = None
    logprobs: list[dict[str, Any]] | None = None


class RefusalText(Part, tag="refusal"):
    """A part with the text of a refusal."""

    refusal: str


AnyPart = InputText | InputImage | InputFile | OutputText | RefusalText
InputPart = InputText | InputImage | InputFile


class Item(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """An item of the conversation so far; it takes an item of an output unchanged."""

    id: str | None = None
    status: ItemStatus | None = None


class Message(Item, tag="message"):
    """A message of the user, the developer or the assistant."""

    role: Role
    content: str | list[AnyPart]
    phase: Phase | None = None


class FunctionCall(Item, tag="function_call"):
    """A call of a function that the assistant made."""

    call_id: str
    name: str
    arguments: str
    namespace: str | None = None


class FunctionOutput(Item, tag="function_call_output"):
    """The output of a function."""

    call_id: str
    output: str | list[InputPart]


class CustomCall(Item, tag="custom_tool_call"):
    """A call of a custom tool that the assistant made."""

    call_id: str
    name: str
    input: str
    namespace: str | None = None


class CustomOutput(Item, tag="custom_tool_call_output"):
    """The output of a custom tool."""

    call_id: str
    output: str | list[InputPart]


class ReasoningItem(Item, tag="reasoning"):
    """The reasoning before an earlier answer."""

    summary: list[dict[str, Any]]
    content: list[dict[str, Any]] | None = None
    encrypted_content: str | None = None


class ItemReference(Item, tag="item_reference"):
    """An item of an earlier response, by its id."""


AnyItem = (
    Message
    | FunctionCall
    | FunctionOutput
    | CustomCall
    | CustomOutput
    | ReasoningItem
    | ItemReference
)


class FunctionTool(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """A tool whose arguments have a schema."""

    name: Name
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    description: str | None = None


class CustomTool(Struct, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """A tool whose input is free text."""

    name: Name
    description: str | None = None
    format: dict[str, Any] | None = None


class FunctionChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """The choice of a function to call."""

    name: str


class CustomChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """The choice of a custom tool to call."""

    name: str


class AllowedChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="allowed_tools"):
    """A choice among some of the tools."""

    mode: Literal["auto", "required"]
    tools: Annotated[list[FunctionChoice | CustomChoice], Meta(min_length=1)]


class SchemaFormat(
    Struct,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="json_schema",
    rename={"definition": "schema"},
):
    """The format of JSON that a schema allows."""

    name: Name
    definition: dict[str, Any]
    description: str | None = None
    strict: bool | None = None


class Text(Struct, forbid_unknown_fields=True):
    """The format and verbosity of the text."""

    format: TextFormat | ObjectFormat | SchemaFormat | None = None
    verbosity: Verbosity | None = None


class Reasoning(Struct, forbid_unknown_fields=True):
    """The reasoning before the answer."""

    effort: Effort | None = None
    summary: Summary | None = None
    generate_summary: Summary | None = None
    context: Literal["auto", "current_turn", "all_turns"] | None = None
    mode: str | None = None


class StreamOptions(Struct, forbid_unknown_fields=True):
    """The options about the events of a stream."""

    include_obfuscation: bool | None = None


class ResponseRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a response."""

    model: str
    input: str | list[AnyItem]
    background: bool | None = None
    include: list[Includable] | None = None
    instructions: str | None = None
    max_output_tokens: Annotated[int, Meta(ge=16)] | None = None
    max_tool_calls: Count | None = None
    metadata: Annotated[dict[str, str], Meta(max_length=16)] | None = None
    parallel_tool_calls: bool | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: CacheRetention | None = None
    reasoning: Reasoning | None = None
    safety_identifier: str | None = None
    service_tier: ServiceTier | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    text: Text | None = None
    tool_choice: ToolMode | FunctionChoice | CustomChoice | AllowedChoice | None = None
    tools: Annotated[list[FunctionTool | CustomTool], Meta(max_length=128)] | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    truncation: Truncation | None = None
    user: str | None = None

    # The API knows these; this server does not serve them, and `rules` refuses them.
    access_programs: Any = None
    background_options: Any = None
    context_management: Any = None
    conversation: Any = None
    image: Any = None
    moderation: Any = None
    prompt: Any = None


SUPPORTED: dict[str, tuple[str, ...]] = {
    "include": get_args(Includable),
    "input.role": get_args(Role),
    "input.type": (
        "message",
        "function_call",
        "function_call_output",
        "custom_tool_call",
        "custom_tool_call_output",
        "reasoning",
        "item_reference",
    ),
    "input.content.type": ("input_text", "input_image", "input_file", "output_text", "refusal"),
    "prompt_cache_retention": get_args(CacheRetention),
    "reasoning.effort": get_args(Effort),
    "reasoning.summary": get_args(Summary),
    "service_tier": get_args(ServiceTier),
    "text.format.type": ("text", "json_object", "json_schema"),
    "text.verbosity": get_args(Verbosity),
    "tool_choice": get_args(ToolMode),
    "tool_choice.type": ("function", "custom", "allowed_tools"),
    "tools.type": ("function", "custom"),
    "truncation": get_args(Truncation),
}
"""The values that an error names, by the field's path without list positions."""
