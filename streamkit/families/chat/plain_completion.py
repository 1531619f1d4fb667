"""The decoder of plain chat completions; any other answer with a success status is an error."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET

from streamkit._core.reports import ended_with_error, report_in, reported
from streamkit.errors._request_id import request_id_in
from streamkit.families._resource.plain_answer import no_answer, value_of
from streamkit.families.chat.answer_shapes import as_completion, unwrapped
from streamkit.families.chat.log import usage_of
from streamkit.types import ChatCompletion, WireDecoder, construct

if TYPE_CHECKING:
    import httpx

    from streamkit.errors import APIError
    from streamkit.limits import Limits
    from streamkit.types import Choice

__all__ = ["plain_completion"]


def plain_completion(response: httpx.Response, limits: Limits) -> ChatCompletion:
    """Return the completion in the body of ``response``, as received.

    Raises ``APIError`` for an error that came with a success status or is in a choice, and
    ``APIResponseValidationError`` for any other body that is no completion.
    """
    try:
        completion = _decoder().decode_strictly(response.content)
    except (ValueError, RecursionError):
        # Some part does not fit the type; only then can the body contain an error.
        completion = _leniently(response, limits)
    if "choices" in completion.model_extra or not completion.choices:
        raise no_answer(response, "chat completion")
    if not any(map(_is_answer, completion.choices)) and not _has_messages(response):
        raise no_answer(response, "chat completion")
    if len({choice.index for choice in completion.choices}) < len(completion.choices):
        for place, choice in enumerate(completion.choices):  # the server leaves the indices out
            choice.index = place
    for choice in completion.choices:
        if error := ended_with_error(choice.index, choice.finish_reason):
            raise _with(error, response, completion)
    completion.usage = usage_of(completion.usage, completion.choices)
    completion.note_request_id(request_id_in(response.headers))
    return completion


@functools.cache
def _decoder() -> WireDecoder[ChatCompletion]:
    return WireDecoder(ChatCompletion)  # built on first use because streams do not need it


def _leniently(response: httpx.Response, limits: Limits) -> ChatCompletion:
    value = value_of(response, limits, "chat completion")
    answer: object = unwrapped(value)
    fields = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
    completion = construct(ChatCompletion, as_completion(fields))
    report = report_in(value) or report_in(cast("object", answer))
    if report is not None:
        raise _with(reported(response.content, report), response, completion)
    return completion


def _is_answer(choice: Choice) -> bool:
    message = choice.message
    return bool(
        choice.finish_reason
        or message.content
        or message.tool_calls
        or message.unknown_fields is not UNSET
    )


def _has_messages(response: httpx.Response) -> bool:
    """Return whether the choices have messages, even empty ones."""
    return b'"message"' in response.content


def _with(error: APIError, response: httpx.Response, completion: ChatCompletion) -> APIError:
    error.request_id = request_id_in(response.headers)
    error.partial = completion if completion.choices else None
    return error
