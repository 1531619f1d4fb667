"""The parameters of a message, written once for every method.

Source: https://docs.anthropic.com/en/api/messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required, TypedDict

from streamkit.families._common.turns import ToolRunParams
from streamkit.families._resource.map_job import MapOptions
from streamkit.families._resource.params import RequestOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = ["CountTokensParams", "MessageMapParams", "MessageParams", "MessageToolParams"]


class _PromptOptions(RequestOptions, total=False):
    """The optional parameters that decide the number of input tokens, besides ``tools``."""

    cache_control: Mapping[str, Any] | NotGiven | None
    output_config: Mapping[str, Any] | NotGiven
    speed: str | NotGiven | None
    system: str | Iterable[Mapping[str, Any]] | NotGiven
    thinking: Mapping[str, Any] | NotGiven
    tool_choice: Mapping[str, Any] | NotGiven


class _PromptParams(_PromptOptions, total=False):
    """The parameters that decide the number of input tokens, besides ``tools``."""

    messages: Required[Iterable[Mapping[str, Any] | Wire]]
    """The conversation; a ``Message`` of an earlier answer may stand in it as it is."""
    model: Required[str]


class _AnswerOptions(TypedDict, total=False):
    """The optional parameters that decide the answer alone."""

    container: Mapping[str, Any] | str | NotGiven | None
    context_management: Mapping[str, Any] | NotGiven | None
    diagnostics: Mapping[str, Any] | NotGiven | None
    inference_geo: str | NotGiven | None
    mcp_servers: Iterable[Mapping[str, Any]] | NotGiven
    metadata: Mapping[str, Any] | NotGiven
    service_tier: str | NotGiven
    stop_sequences: Sequence[str] | NotGiven
    temperature: float | NotGiven
    """Only servers of others and the API's versions before 2026-10-21 take it; so it is with
    ``top_k`` and ``top_p``."""
    top_k: int | NotGiven
    top_p: float | NotGiven


class _AnswerParams(_AnswerOptions, total=False):
    """The parameters that decide the answer alone."""

    max_tokens: Required[int]


class CountTokensParams(_PromptParams, total=False):
    """The parameters that decide the number of input tokens."""

    tools: Iterable[Mapping[str, Any]] | NotGiven
    """Tools of the API, ``pydantic_message_tool(Model)``, or function tools of OpenAI."""


class MessageParams(CountTokensParams, _AnswerParams, total=False):
    """The parameters of a message, besides ``output_format`` and ``stream``."""


class MessageToolParams(_PromptParams, _AnswerParams, ToolRunParams, total=False):
    """The parameters of ``run_tools``, besides ``tools`` and ``output_format``."""

    on_truncated: OnTruncated
    partial_strings: bool


class MessageMapParams(_PromptOptions, _AnswerOptions, MapOptions, total=False):
    """The options of ``map``, and the parameters that its requests share."""

    messages: Iterable[Mapping[str, Any] | Wire]
    model: str
    max_tokens: int
    tools: Iterable[Mapping[str, Any]] | NotGiven
