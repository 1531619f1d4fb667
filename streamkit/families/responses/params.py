"""The parameters of a response, written once for every method.

Source: https://platform.openai.com/docs/api-reference/responses/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from streamkit.families._common.turns import ToolRunParams
from streamkit.families._resource.map_job import MapOptions
from streamkit.families._resource.params import ListParams, RequestOptions
from streamkit.families._resource.poll_plan import PollParams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "CreateParams",
    "InputItemsParams",
    "ResponseAndPollParams",
    "ResponseMapParams",
    "ResponseParams",
    "ResponsePollParams",
    "ResponseToolParams",
    "RetrieveParams",
    "StreamParams",
]


class _NewResponseParams(RequestOptions, total=False):
    """The parameters of a new response, besides ``tools``."""

    input: str | Iterable[Mapping[str, Any] | Wire] | NotGiven
    model: str | NotGiven
    access_programs: Mapping[str, Any] | NotGiven | None
    background: bool | NotGiven | None
    background_options: Mapping[str, Any] | NotGiven | None
    context_management: Iterable[Mapping[str, Any]] | NotGiven | None
    conversation: str | Mapping[str, Any] | NotGiven | None
    image: Mapping[str, Any] | NotGiven | None
    include: list[str] | NotGiven | None
    """Fields to return besides the usual ones, as ``reasoning.encrypted_content``."""
    instructions: str | NotGiven | None
    max_output_tokens: int | NotGiven | None
    max_tool_calls: int | NotGiven | None
    metadata: Mapping[str, str] | NotGiven | None
    moderation: Mapping[str, Any] | NotGiven | None
    parallel_tool_calls: bool | NotGiven | None
    previous_response_id: str | NotGiven | None
    prompt: Mapping[str, Any] | NotGiven | None
    prompt_cache_key: str | NotGiven
    prompt_cache_options: Mapping[str, Any] | NotGiven | None
    prompt_cache_retention: str | NotGiven | None
    reasoning: Mapping[str, Any] | NotGiven | None
    safety_identifier: str | NotGiven
    service_tier: str | NotGiven | None
    store: bool | NotGiven | None
    stream_options: Mapping[str, Any] | NotGiven | None
    temperature: float | NotGiven | None
    text: Mapping[str, Any] | NotGiven
    """The format and the verbosity of the text; ``text_format`` takes the place of the format."""
    tool_choice: str | Mapping[str, Any] | NotGiven
    top_logprobs: int | NotGiven | None
    top_p: float | NotGiven | None
    truncation: Literal["auto", "disabled"] | NotGiven | None
    user: str | NotGiven
    verbosity: str | NotGiven | None


class ResponseParams(_NewResponseParams, total=False):
    """The parameters of a new response, besides ``text_format`` and ``stream``."""

    tools: Iterable[Mapping[str, Any]] | NotGiven
    """Tools in the flat form of this API, or as ``pydantic_function_tool`` makes them."""


class ResponseToolParams(_NewResponseParams, ToolRunParams, total=False):
    """The parameters of ``run_tools``, besides ``tools`` and ``text_format``."""

    on_truncated: OnTruncated
    partial_strings: bool


class ResponseMapParams(ResponseParams, MapOptions, total=False):
    """The options of ``map``, and the parameters that its requests share."""

    parse_as: object
    """Another type to read the texts as than the one that is sent."""


class CreateParams(ResponseParams, total=False):
    """The parameters of a new response that may be streamed."""

    on_truncated: OnTruncated
    """``error`` raises an error when the stream is cut; ``accept`` ends it."""


class StreamParams(CreateParams, total=False):
    """The parameters of a stream: of a new response, or of an existing one."""

    partial_strings: bool
    """Whether ``parsed`` includes strings that are not complete yet; by default it does."""
    response_id: str | NotGiven
    """The id of an existing response, whose stream is read; then nothing new is requested."""
    starting_after: int | NotGiven
    """The ``sequence_number`` of that response's event after which the stream begins."""


class RetrieveParams(RequestOptions, total=False):
    """The options of fetching a response."""

    on_truncated: OnTruncated
    """The treatment of a stream that is cut, as in ``StreamParams``."""
    include: list[str] | NotGiven | None
    include_obfuscation: bool | NotGiven
    """Whether the events of a stream are padded against eavesdroppers who count bytes."""
    starting_after: int | NotGiven
    """The ``sequence_number`` of the event after which a stream begins."""


class InputItemsParams(ListParams, total=False):
    """The part of the input of a response to fetch."""

    include: list[str] | NotGiven | None


class ResponsePollParams(RequestOptions, PollParams, total=False):
    """The options of polling a response."""

    include: list[str] | NotGiven | None


class ResponseAndPollParams(ResponseParams, PollParams, total=False):
    """The parameters of a new response in the background, and the options of polling it."""
