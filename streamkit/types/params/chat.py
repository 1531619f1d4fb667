"""The parameters of chat completions: messages, their parts, tools and choices of a tool.

Source: https://platform.openai.com/docs/api-reference/chat/create.
"""

# TypedDict is that of typing_extensions, because pydantic takes no other before Python 3.12.

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Required, TypeAlias

from typing_extensions import TypedDict

from streamkit.types.shared_params import FunctionDefinition

__all__ = [
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudioParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartRefusalParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionCustomToolParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallOptionParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionNamedToolChoiceCustomParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionStreamOptionsParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
]

# The parts of a content


class PromptCacheBreakpoint(TypedDict, total=False):
    """The end of a prefix of the prompt that the API may keep for later requests."""

    mode: Required[Literal["explicit"]]
    ttl: Literal["30m", "12h"]


class ChatCompletionContentPartTextParam(TypedDict, total=False):
    """A text in a content."""

    text: Required[str]
    type: Required[Literal["text"]]
    prompt_cache_breakpoint: PromptCacheBreakpoint


class ImageURL(TypedDict, total=False):
    """The URL of an image, or its data in a URL."""

    url: Required[str]
    detail: Literal["auto", "low", "high", "original"]


class ChatCompletionContentPartImageParam(TypedDict, total=False):
    """An image in a content."""

    image_url: Required[ImageURL]
    type: Required[Literal["image_url"]]
    prompt_cache_breakpoint: PromptCacheBreakpoint


class InputAudio(TypedDict, total=False):
    """Audio data in base64."""

    data: Required[str]
    format: Required[Literal["wav", "mp3"]]


class ChatCompletionContentPartInputAudioParam(TypedDict, total=False):
    """Audio in a content."""

    input_audio: Required[InputAudio]
    type: Required[Literal["input_audio"]]
    prompt_cache_breakpoint: PromptCacheBreakpoint


class FileFile(TypedDict, total=False):
    """A file by its id, or its data in base64."""

    file_data: str
    file_id: str
    filename: str


class File(TypedDict, total=False):
    """A file in a content."""

    file: Required[FileFile]
    type: Required[Literal["file"]]
    prompt_cache_breakpoint: PromptCacheBreakpoint


class ChatCompletionContentPartRefusalParam(TypedDict, total=False):
    """A refusal in a content of the model's."""

    refusal: Required[str]
    type: Required[Literal["refusal"]]


ChatCompletionContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam
    | ChatCompletionContentPartImageParam
    | ChatCompletionContentPartInputAudioParam
    | File
)
"""A part of a user's content."""

# The calls that a message of the model's has made


class Function(TypedDict, total=False):
    """The name and the arguments of a call, the latter as JSON text."""

    arguments: Required[str]
    name: Required[str]


class ChatCompletionMessageFunctionToolCallParam(TypedDict, total=False):
    """A call of a function that the model has made."""

    id: Required[str]
    function: Required[Function]
    type: Required[Literal["function"]]


ChatCompletionMessageToolCallParam: TypeAlias = ChatCompletionMessageFunctionToolCallParam


class CustomCall(TypedDict, total=False):
    """The name and the input of a call of a custom tool."""

    input: Required[str]
    name: Required[str]


class ChatCompletionMessageCustomToolCallParam(TypedDict, total=False):
    """A call of a custom tool that the model has made."""

    id: Required[str]
    custom: Required[CustomCall]
    type: Required[Literal["custom"]]


ChatCompletionMessageToolCallUnionParam: TypeAlias = (
    ChatCompletionMessageFunctionToolCallParam | ChatCompletionMessageCustomToolCallParam
)

# The messages


class ChatCompletionDeveloperMessageParam(TypedDict, total=False):
    """The instructions of the developer, which newer models read in place of ``system``."""

    content: Required[str | Iterable[ChatCompletionContentPartTextParam]]
    role: Required[Literal["developer"]]
    name: str


class ChatCompletionSystemMessageParam(TypedDict, total=False):
    """The instructions of the developer."""

    content: Required[str | Iterable[ChatCompletionContentPartTextParam]]
    role: Required[Literal["system"]]
    name: str


class ChatCompletionUserMessageParam(TypedDict, total=False):
    """A message of the user."""

    content: Required[str | Iterable[ChatCompletionContentPartParam]]
    role: Required[Literal["user"]]
    name: str


class Audio(TypedDict, total=False):
    """An earlier audio answer, by its id."""

    id: Required[str]


class ChatCompletionAssistantMessageParam(TypedDict, total=False):
    """A message of the model."""

    role: Required[Literal["assistant"]]
    audio: Audio | None
    content: (
        str
        | Iterable[ChatCompletionContentPartTextParam | ChatCompletionContentPartRefusalParam]
        | None
    )
    function_call: Function | None
    name: str
    refusal: str | None
    tool_calls: Iterable[ChatCompletionMessageToolCallUnionParam]


class ChatCompletionToolMessageParam(TypedDict, total=False):
    """The result of a tool call."""

    content: Required[str | Iterable[ChatCompletionContentPartTextParam]]
    role: Required[Literal["tool"]]
    tool_call_id: Required[str]


class ChatCompletionFunctionMessageParam(TypedDict, total=False):
    """The result of a function call, in the form that preceded tools."""

    content: Required[str | None]
    name: Required[str]
    role: Required[Literal["function"]]


ChatCompletionMessageParam: TypeAlias = (
    ChatCompletionDeveloperMessageParam
    | ChatCompletionSystemMessageParam
    | ChatCompletionUserMessageParam
    | ChatCompletionAssistantMessageParam
    | ChatCompletionToolMessageParam
    | ChatCompletionFunctionMessageParam
)
"""A message of a conversation, by anyone."""

# The tools


class ChatCompletionFunctionToolParam(TypedDict, total=False):
    """A tool that is a function."""

    function: Required[FunctionDefinition]
    type: Required[Literal["function"]]


ChatCompletionToolParam: TypeAlias = ChatCompletionFunctionToolParam


class Grammar(TypedDict, total=False):
    """A grammar and its syntax."""

    definition: Required[str]
    syntax: Required[Literal["lark", "regex"]]


class CustomFormatText(TypedDict, total=False):
    """The format of free text."""

    type: Required[Literal["text"]]


class CustomFormatGrammar(TypedDict, total=False):
    """The format of text that a grammar describes."""

    grammar: Required[Grammar]
    type: Required[Literal["grammar"]]


class Custom(TypedDict, total=False):
    """The name, the description and the format of a custom tool."""

    name: Required[str]
    description: str
    format: CustomFormatText | CustomFormatGrammar


class ChatCompletionCustomToolParam(TypedDict, total=False):
    """A tool whose input is text in a format."""

    custom: Required[Custom]
    type: Required[Literal["custom"]]


ChatCompletionToolUnionParam: TypeAlias = (
    ChatCompletionFunctionToolParam | ChatCompletionCustomToolParam
)

# The choice of a tool


class Named(TypedDict, total=False):
    """The name of a tool."""

    name: Required[str]


class ChatCompletionNamedToolChoiceParam(TypedDict, total=False):
    """The function that the model is to call."""

    function: Required[Named]
    type: Required[Literal["function"]]


class ChatCompletionNamedToolChoiceCustomParam(TypedDict, total=False):
    """The custom tool that the model is to call."""

    custom: Required[Named]
    type: Required[Literal["custom"]]


class ChatCompletionAllowedToolsParam(TypedDict, total=False):
    """The tools that the model may call, or of which it must call one."""

    mode: Required[Literal["auto", "required"]]
    tools: Required[Iterable[dict[str, object]]]


class ChatCompletionAllowedToolChoiceParam(TypedDict, total=False):
    """A choice among some of the tools."""

    allowed_tools: Required[ChatCompletionAllowedToolsParam]
    type: Required[Literal["allowed_tools"]]


ChatCompletionToolChoiceOptionParam: TypeAlias = (
    Literal["none", "auto", "required"]
    | ChatCompletionAllowedToolChoiceParam
    | ChatCompletionNamedToolChoiceParam
    | ChatCompletionNamedToolChoiceCustomParam
)
"""The tools that the model may or must call."""


class ChatCompletionFunctionCallOptionParam(TypedDict, total=False):
    """The function that the model is to call, in the form that preceded tools."""

    name: Required[str]


# The other parameters


class Voice(TypedDict, total=False):
    """A custom voice, by its id."""

    id: Required[str]


class ChatCompletionAudioParam(TypedDict, total=False):
    """The format and the voice of audio answers."""

    format: Required[Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"]]
    voice: Required[str | Voice]


class ChatCompletionPredictionContentParam(TypedDict, total=False):
    """A text that most of the answer is expected to repeat."""

    content: Required[str | Iterable[ChatCompletionContentPartTextParam]]
    type: Required[Literal["content"]]


class ChatCompletionStreamOptionsParam(TypedDict, total=False):
    """The options of a streamed answer."""

    include_obfuscation: bool
    include_usage: bool
