"""What a chat completion can be asked for: the parameters, written once for every method.

Source: https://platform.openai.com/docs/api-reference/chat/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.wire import Wire
    from streamkit._http.config import Timeouts

__all__ = ["NOT_GIVEN", "CompletionParams", "NotGiven", "RequestOptions", "is_left_out"]


class NotGiven:
    """The type of ``NOT_GIVEN``: a parameter that has it is not sent, as if it were left out."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()
"""Leaves a parameter out, where None would send null."""


def is_left_out(value: object) -> bool:
    """Tell whether a parameter's ``value`` says that it is not to be sent."""
    # The openai package's own markers may come along with code that was written for it.
    return isinstance(value, NotGiven) or type(value).__name__ in {"NotGiven", "Omit"}


class RequestOptions(TypedDict, total=False):
    """What any request can be told besides its parameters."""

    extra_headers: Mapping[str, Any] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    """Merged into the body, over the parameters."""
    timeout: float | Timeouts | None
    """Seconds, an ``httpx.Timeout`` or a ``streamkit.Timeout``."""


class CompletionParams(RequestOptions, total=False):
    """The parameters of a chat completion, besides ``response_format`` and ``stream``."""

    messages: Required[Iterable[Mapping[str, Any] | Wire]]
    model: Required[str]
    audio: Mapping[str, Any] | NotGiven | None
    frequency_penalty: float | NotGiven | None
    function_call: str | Mapping[str, Any] | NotGiven
    functions: Iterable[Mapping[str, Any]] | NotGiven
    logit_bias: Mapping[str, int] | NotGiven | None
    logprobs: bool | NotGiven | None
    max_completion_tokens: int | NotGiven | None
    max_tokens: int | NotGiven | None
    metadata: Mapping[str, str] | NotGiven | None
    modalities: list[Literal["text", "audio"]] | NotGiven | None
    n: int | NotGiven | None
    parallel_tool_calls: bool | NotGiven
    prediction: Mapping[str, Any] | NotGiven | None
    presence_penalty: float | NotGiven | None
    prompt_cache_key: str | NotGiven
    reasoning_effort: str | NotGiven | None
    safety_identifier: str | NotGiven
    seed: int | NotGiven | None
    service_tier: str | NotGiven | None
    stop: str | list[str] | NotGiven | None
    store: bool | NotGiven | None
    stream_options: Mapping[str, Any] | NotGiven | None
    temperature: float | NotGiven | None
    tool_choice: str | Mapping[str, Any] | NotGiven
    tools: Iterable[Mapping[str, Any]] | NotGiven
    top_logprobs: int | NotGiven | None
    top_p: float | NotGiven | None
    user: str | NotGiven
    verbosity: str | NotGiven | None
    web_search_options: Mapping[str, Any] | NotGiven
