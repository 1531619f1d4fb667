"""A response, as ``POST /responses`` returns it and as lifecycle events hold it.

Every field that a server may leave out has a default. Parts of the request that a response repeats,
such as its tools, are plain data.
Source: https://platform.openai.com/docs/api-reference/responses/object.
"""

from __future__ import annotations

from typing import Any

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.responses.content import ResponseOutputText
from streamkit.types.responses.items import ResponseOutputItem, ResponseOutputMessage

__all__ = [
    "Conversation",
    "IncompleteDetails",
    "InputTokensDetails",
    "OutputTokensDetails",
    "Reasoning",
    "Response",
    "ResponseDeleted",
    "ResponseError",
    "ResponseTextConfig",
    "ResponseUsage",
]


class InputTokensDetails(Wire):
    """The tokens of the input by their kind."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_tokens_details: dict[str, Any] | None = None


class OutputTokensDetails(Wire):
    """The tokens of the output by their use."""

    reasoning_tokens: int | None = None


class ResponseUsage(Wire):
    """The numbers of tokens that a response used."""

    input_tokens: int = 0
    input_tokens_details: InputTokensDetails = field(default_factory=InputTokensDetails)
    output_tokens: int = 0
    output_tokens_details: OutputTokensDetails = field(default_factory=OutputTokensDetails)
    total_tokens: int = 0


class ResponseError(Wire):
    """The error that ended a response."""

    code: str | int | None = None
    message: str = ""
    type: str | None = None
    param: str | None = None
    misalignment: dict[str, Any] | None = None


class IncompleteDetails(Wire):
    """The reason why a response was cut short."""

    reason: str | None = None


class Conversation(Wire):
    """The conversation that a response belongs to."""

    id: str = ""


class Reasoning(Wire):
    """The options of the model's reasoning."""

    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None
    context: str | None = None
    mode: str | None = None


class ResponseTextConfig(Wire):
    """The format and the verbosity of the text."""

    format: dict[str, Any] | None = None
    verbosity: str | None = None


class Response(Wire):
    """A model's response to an input."""

    id: str = ""
    object: str = "response"
    created_at: float = 0
    status: str | None = None
    """``completed``, ``failed``, ``in_progress``, ``cancelled``, ``queued`` or ``incomplete``."""
    model: str = ""
    output: list[ResponseOutputItem] = []
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    usage: ResponseUsage | None = None
    access_programs: dict[str, Any] | None = None
    background: bool | None = None
    completed_at: float | None = None
    conversation: Conversation | None = None
    frequency_penalty: float | None = None
    image: dict[str, Any] | None = None
    input_transformations: list[dict[str, Any]] | None = None
    instructions: str | list[dict[str, Any]] | None = None
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    metadata: dict[str, str] | None = None
    moderation: dict[str, Any] | None = None
    parallel_tool_calls: bool = True
    presence_penalty: float | None = None
    previous_response_id: str | None = None
    prompt: dict[str, Any] | None = None
    prompt_cache_diagnostics: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: str | None = None
    reasoning: Reasoning | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    temperature: float | None = None
    text: ResponseTextConfig | None = None
    tool_choice: str | dict[str, Any] | None = None
    tool_usage: dict[str, Any] | None = None
    tools: list[dict[str, Any]] = []
    top_logprobs: int | None = None
    top_p: float | None = None
    truncation: str | None = None
    user: str | None = None

    @property
    def output_text(self) -> str:
        """The texts of all messages, joined; empty when there is none."""
        return "".join(
            part.text
            for item in self.output
            if isinstance(item, ResponseOutputMessage)
            for part in item.content
            if isinstance(part, ResponseOutputText)
        )


class ResponseDeleted(Wire):
    """The confirmation that a response was deleted."""

    id: str = ""
    object: str = "response"
    deleted: bool = False
