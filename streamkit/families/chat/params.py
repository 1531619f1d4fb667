"""The parameters of a chat completion, written once for every method.

Source: https://platform.openai.com/docs/api-reference/chat/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required

from streamkit.families._common.turns import ToolRunParams
from streamkit.families._resource.map_job import MapOptions
from streamkit.families._resource.params import RequestOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.tags import ThinkTags
    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = ["ChatMapParams", "ChatToolParams", "CompletionParams"]


class _ChatOptions(RequestOptions, total=False):
    """The optional parameters of a chat completion, besides ``tools``."""

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
    top_logprobs: int | NotGiven | None
    top_p: float | NotGiven | None
    user: str | NotGiven
    verbosity: str | NotGiven | None
    web_search_options: Mapping[str, Any] | NotGiven


class _ChatParams(_ChatOptions, total=False):
    """The parameters of a chat completion, besides ``tools``."""

    messages: Required[Iterable[Mapping[str, Any] | Wire]]
    model: Required[str]


class CompletionParams(_ChatParams, total=False):
    """The parameters of a chat completion, besides ``response_format`` and ``stream``."""

    tools: Iterable[Mapping[str, Any]] | NotGiven


class ChatToolParams(_ChatParams, ToolRunParams, total=False):
    """The parameters of ``run_tools``, besides ``tools`` and ``response_format``."""

    on_truncated: OnTruncated
    partial_strings: bool
    think_tags: ThinkTags | None


class ChatMapParams(_ChatOptions, MapOptions, total=False):
    """The options of ``map``, and the parameters that its requests share."""

    messages: Iterable[Mapping[str, Any] | Wire]
    model: str
    tools: Iterable[Mapping[str, Any]] | NotGiven
    think_tags: ThinkTags | None
