"""A chat completion and its parts, as `POST /chat/completions` returns them.

Every field that a server may leave out has a default: the code relies on the shape alone.
Source: the API reference, https://platform.openai.com/docs/api-reference/chat/object.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from msgspec import field

from streamkit._core.wire import JSONText, UnixTime, Wire
from streamkit.types.speech import DETAILS, Speech, thought_in

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCall",
    "ChatCompletionTokenLogprob",
    "Choice",
    "ChoiceLogprobs",
    "CompletionTokensDetails",
    "CompletionUsage",
    "Custom",
    "Function",
    "FunctionCall",
    "PromptTokensDetails",
    "TopLogprob",
]


class CompletionTokensDetails(Wire):
    """The tokens of the answer by their use."""

    accepted_prediction_tokens: int | None = None
    audio_tokens: int | None = None
    reasoning_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class PromptTokensDetails(Wire):
    """The tokens of the prompt by their kind."""

    audio_tokens: int | None = None
    cached_tokens: int | None = None


_COUNTS = ("completion_tokens", "prompt_tokens", "total_tokens")


class CompletionUsage(Wire):
    """The numbers of tokens that a request used."""

    completion_tokens: int = 0
    prompt_tokens: int = 0
    total_tokens: int = 0
    completion_tokens_details: CompletionTokensDetails | None = None
    prompt_tokens_details: PromptTokensDetails | None = None

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Compute a count that is null from the other two; where that fails, no count is known."""
        if all(data.get(name, 0) is not None for name in _COUNTS):
            return data, {}
        completion, prompt, total = (data.get(name) for name in _COUNTS)
        match completion, prompt, total:
            case int(completion), int(prompt), None:
                counts = completion, prompt, completion + prompt
            case None, int(prompt), int(total):
                counts = total - prompt, prompt, total
            case int(completion), None, int(total):
                counts = completion, total - completion, total
            case _:
                return None
        if min(counts) < 0:
            return None
        return data | dict(zip(_COUNTS, counts, strict=True)), {}


class _Likelihood(Wire):
    """A token and the natural logarithm of its probability."""

    token: str = ""
    logprob: float | None = None
    """None where the server sends none, or null: 0.0 would mean a certain token.

    A token of no probability has -9999.0, as in the API; some servers send -Infinity, which is
    no JSON.
    """
    bytes: list[int] | None = None

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the fields with a logarithm that JSON can express."""
        try:
            logprob = float(data.get("logprob") or 0)
        except (TypeError, ValueError):
            return data, {}
        if math.isfinite(logprob):
            return data, {}
        return data | {"logprob": _UNLIKELY if logprob == -math.inf else None}, {}


class TopLogprob(_Likelihood):
    """One of the likeliest tokens at a position."""


class ChatCompletionTokenLogprob(_Likelihood):
    """A token of the answer and the natural logarithm of its probability."""

    top_logprobs: list[TopLogprob] | None = None


_UNLIKELY = -9999.0


class ChoiceLogprobs(Wire):
    """The log probabilities of a choice, for its content and for its refusal."""

    content: list[ChatCompletionTokenLogprob] | None = None
    refusal: list[ChatCompletionTokenLogprob] | None = None


class AnnotationURLCitation(Wire):
    """A web page that a part of the content cites."""

    start_index: int = 0
    end_index: int = 0
    title: str = ""
    url: str = ""


class Annotation(Wire):
    """A remark about a part of the content."""

    type: str = "url_citation"
    url_citation: AnnotationURLCitation | None = None


class ChatCompletionAudio(Wire):
    """A spoken answer: base64 data and its transcript."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: UnixTime | None = None


class FunctionCall(Wire):
    """A call in the form that tools replaced; it is read, but never requested."""

    arguments: JSONText = ""
    name: str = ""


class Function(Wire):
    """The function that a model wants called, its arguments as JSON text."""

    arguments: JSONText = ""
    name: str = ""


class ChatCompletionMessageFunctionToolCall(Wire, tag_field="type", tag="function"):
    """A call of a function tool."""

    type: ClassVar[Literal["function"]] = "function"
    id: str = ""
    function: Function = field(default_factory=Function)


class Custom(Wire):
    """The custom tool that a model wants called, with free text as its input."""

    input: JSONText = ""
    name: str = ""


class ChatCompletionMessageCustomToolCall(Wire, tag_field="type", tag="custom"):
    """A call of a custom tool."""

    type: ClassVar[Literal["custom"]] = "custom"
    id: str = ""
    custom: Custom = field(default_factory=Custom)


ChatCompletionMessageToolCall = (
    ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall
)
"""A call of any kind of tool, distinguished by ``type``."""


class ChatCompletionMessage(Speech):
    """The model's message."""

    content: str | None = None
    refusal: str | None = None
    role: str = "assistant"
    annotations: list[Annotation] | None = None
    audio: ChatCompletionAudio | None = None
    function_call: FunctionCall | None = None
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the texts as strings; a thought that only details hold becomes ``reasoning``."""
        normal = super().normalized(data)
        if normal is not None and DETAILS in normal[0]:
            fields, unread = normal
            if not (fields.get("reasoning_content") or fields.get("reasoning")):
                thought = thought_in(fields[DETAILS])
                return (fields | {"reasoning": thought}, unread) if thought else normal
        return normal


class Choice(Wire):
    """One of the ``n`` answers."""

    finish_reason: str | None = None
    index: int = 0
    message: ChatCompletionMessage = field(default_factory=ChatCompletionMessage)
    logprobs: ChoiceLogprobs | None = None


class ChatCompletion(Wire):
    """A model's answer to a list of messages."""

    id: str = ""
    choices: list[Choice] = []
    created: UnixTime = 0
    model: str = ""
    object: str = "chat.completion"
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
