"""A chunk of a streamed chat completion and its parts.

Everything may be missing or null, because on some servers it is.
Source: https://platform.openai.com/docs/api-reference/chat-streaming.
"""

from __future__ import annotations

from streamkit._core.wire import JSONText, UnixTime, Wire
from streamkit.types.completion import (
    Annotation,
    ChatCompletionAudio,
    ChoiceLogprobs,
    CompletionUsage,
)
from streamkit.types.speech import Speech

__all__ = [
    "ChatCompletionChunk",
    "ChoiceDelta",
    "ChoiceDeltaCustom",
    "ChoiceDeltaFunctionCall",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "ChunkChoice",
]


class ChoiceDeltaToolCallFunction(Wire):
    """A piece of a function call: its name, usually whole, and a piece of its arguments."""

    arguments: JSONText | None = None
    name: str | None = None


class ChoiceDeltaCustom(Wire):
    """A piece of a custom tool call."""

    input: JSONText | None = None
    name: str | None = None


class ChoiceDeltaToolCall(Wire):
    """A piece of a tool call; ``index`` is the call's place, which some servers leave out."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    custom: ChoiceDeltaCustom | None = None


class ChoiceDeltaFunctionCall(Wire):
    """A piece of a call in the form that tools replaced."""

    arguments: JSONText | None = None
    name: str | None = None


class ChoiceDelta(Speech):
    """The addition of a chunk to the message of a choice."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    function_call: ChoiceDeltaFunctionCall | None = None
    audio: ChatCompletionAudio | None = None
    annotations: list[Annotation] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class ChunkChoice(Wire):
    """The addition of a chunk to a choice."""

    index: int = 0
    delta: ChoiceDelta | None = None
    finish_reason: str | None = None
    logprobs: ChoiceLogprobs | None = None


class ChatCompletionChunk(Wire):
    """One step of a streamed completion."""

    id: str | None = None
    choices: list[ChunkChoice] | None = None
    created: UnixTime | None = None
    model: str | None = None
    object: str | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
    obfuscation: str | None = None
    """Padding against eavesdroppers who count bytes; it means nothing and is in no snapshot."""
