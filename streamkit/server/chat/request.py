"""The body of a chat completion request, as types."""

# Strategy: the types are the validation. msgspec refuses unknown fields, wrong types and values out
# of range while it converts, and `complaint` translates its errors into the API's. Fields that only
# steer a real model's sampling are checked, and otherwise change only the seed of the answer.

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

Role = Literal["system", "assistant", "user", "function", "tool", "developer"]
ToolMode = Literal["none", "auto", "required"]
ServiceTier = Literal["auto", "default", "flex", "scale", "priority", "fast"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Verbosity = Literal["low", "medium", "high"]
CacheRetention = Literal["in_memory", "24h"]

Name = Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]+$", max_length=64)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
Count = Annotated[int, Meta(ge=1)]


class Part(Struct, forbid_unknown_fields=True, tag_field="type"):
    """A part of a message's content."""


class TextPart(Part, tag="text"):
    """A part with text."""

    text: str


class RefusalPart(Part, tag="refusal"):
    """A part with the text of a refusal."""

    refusal: str


class ImagePart(Part, tag="image_url"):
    """A part with an image, which no answer looks at."""

    image_url: dict[str, Any]


class AudioPart(Part, tag="input_audio"):
    """A part with sound, which no answer listens to."""

    input_audio: dict[str, Any]


class FilePart(Part, tag="file"):
    """A part with a file, which no answer reads."""

    file: dict[str, Any]


Content = str | list[TextPart]
UserContent = str | list[TextPart | ImagePart | AudioPart | FilePart]
AssistantContent = str | list[TextPart | RefusalPart]


class CalledFunction(Struct, forbid_unknown_fields=True):
    """The function of a call, with its arguments as JSON text."""

    name: str
    arguments: str


class CalledCustom(Struct, forbid_unknown_fields=True):
    """The custom tool of a call, with its input."""

    name: str
    input: str


class FunctionCall(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """A call of a function that the assistant made."""

    id: str
    function: CalledFunction


class CustomCall(Struct, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """A call of a custom tool that the assistant made."""

    id: str
    custom: CalledCustom


class Message(Struct, forbid_unknown_fields=True, tag_field="role"):
    """A message of the conversation so far."""


class DeveloperMessage(Message, tag="developer"):
    """A message with instructions of the developer."""

    content: Content
    name: str | None = None


class SystemMessage(Message, tag="system"):
    """A message with instructions, by its older name."""

    content: Content
    name: str | None = None


class UserMessage(Message, tag="user"):
    """A message of the user."""

    content: UserContent
    name: str | None = None


class AssistantMessage(Message, tag="assistant"):
    """An earlier answer; it takes the message of a response unchanged."""

    content: AssistantContent | None = None
    refusal: str | None = None
    tool_calls: Annotated[list[FunctionCall | CustomCall], Meta(min_length=1)] | None = None
    function_call: CalledFunction | None = None
    annotations: list[dict[str, Any]] | None = None
    audio: dict[str, Any] | None = None
    name: str | None = None


class ToolMessage(Message, tag="tool"):
    """The result of a tool call."""

    content: Content
    tool_call_id: str


class FunctionMessage(Message, tag="function"):
    """The result of a function call, by its older name."""

    content: str | None
    name: str


AnyMessage = (
    DeveloperMessage
    | SystemMessage
    | UserMessage
    | AssistantMessage
    | ToolMessage
    | FunctionMessage
)


class Function(Struct, forbid_unknown_fields=True):
    """A function that an answer may call."""

    name: Name
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class FunctionTool(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """A tool whose arguments have a schema."""

    function: Function


class Custom(Struct, forbid_unknown_fields=True):
    """A custom tool's name and purpose."""

    name: Name
    description: str | None = None
    format: dict[str, Any] | None = None


class CustomTool(Struct, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """A tool whose input is free text."""

    custom: Custom


class Named(Struct, forbid_unknown_fields=True):
    """A tool's name."""

    name: str


class FunctionChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """The choice of a function to call."""

    function: Named


class CustomChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """The choice of a custom tool to call."""

    custom: Named


class Allowed(Struct, forbid_unknown_fields=True):
    """The tools to choose from."""

    mode: Literal["auto", "required"]
    tools: Annotated[list[FunctionChoice | CustomChoice], Meta(min_length=1)]


class AllowedChoice(Struct, forbid_unknown_fields=True, tag_field="type", tag="allowed_tools"):
    """A choice among some of the tools."""

    allowed_tools: Allowed


class TextFormat(Struct, forbid_unknown_fields=True, tag_field="type", tag="text"):
    """The format of any text."""


class ObjectFormat(Struct, forbid_unknown_fields=True, tag_field="type", tag="json_object"):
    """The format of any JSON object."""


class NamedSchema(Struct, forbid_unknown_fields=True, rename={"definition": "schema"}):
    """A schema, and whether it is strict."""

    name: Name
    definition: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class SchemaFormat(Struct, forbid_unknown_fields=True, tag_field="type", tag="json_schema"):
    """The format of JSON that a schema allows."""

    json_schema: NamedSchema


Format = TextFormat | ObjectFormat | SchemaFormat


class StreamOptions(Struct, forbid_unknown_fields=True):
    """The options about the content of a stream besides its answers."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class ChatRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a chat completion."""

    messages: Annotated[list[AnyMessage], Meta(min_length=1)]
    model: str
    frequency_penalty: Penalty | None = None
    logit_bias: dict[str, Annotated[float, Meta(ge=-100, le=100)]] | None = None
    logprobs: bool | None = None
    max_completion_tokens: Count | None = None
    max_tokens: Count | None = None
    metadata: Annotated[dict[str, str], Meta(max_length=16)] | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    parallel_tool_calls: bool | None = None
    prediction: dict[str, Any] | None = None
    presence_penalty: Penalty | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: CacheRetention | None = None
    reasoning_effort: Effort | None = None
    response_format: Format | None = None
    safety_identifier: str | None = None
    seed: int | None = None
    service_tier: ServiceTier | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    tool_choice: ToolMode | FunctionChoice | CustomChoice | AllowedChoice | None = None
    tools: Annotated[list[FunctionTool | CustomTool], Meta(min_length=1, max_length=128)] | None = (
        None
    )
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    user: str | None = None
    verbosity: Verbosity | None = None

    # The API knows these; this server does not serve them, and `rules` refuses them.
    audio: Any = None
    function_call: Any = None
    functions: Any = None
    modalities: list[Literal["text", "audio"]] | None = None
    moderation: Any = None
    web_search_options: Any = None


SUPPORTED: dict[str, tuple[str, ...]] = {
    "messages.content.type": ("text", "image_url", "input_audio", "refusal", "file"),
    "messages.role": get_args(Role),
    "messages.tool_calls.type": ("function", "custom"),
    "prompt_cache_retention": get_args(CacheRetention),
    "reasoning_effort": get_args(Effort),
    "response_format.type": ("json_object", "json_schema", "text"),
    "service_tier": get_args(ServiceTier),
    "tool_choice": get_args(ToolMode),
    "tool_choice.type": ("function", "custom", "allowed_tools"),
    "tools.type": ("function", "custom"),
    "verbosity": get_args(Verbosity),
}
"""The values that an error names, by the field's path without list positions."""


def prompt_of(request: ChatRequest) -> str:
    """Return the text of the last user message; empty when there is none."""
    for message in reversed(request.messages):
        if isinstance(message, UserMessage):
            return text_of(message)
    return ""


def text_of(message: AnyMessage) -> str:
    """Return all text of a message's content."""
    content = message.content
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.text for part in content if isinstance(part, TextPart))
