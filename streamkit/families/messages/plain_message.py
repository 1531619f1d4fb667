"""The decoder of plain messages; any other answer with a success status is an error."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.decoding import NestingError, WireDecoder, loads
from streamkit._core.growing_text import with_whole_characters
from streamkit._core.reports import report_in
from streamkit.errors import APIResponseValidationError, LimitExceededError
from streamkit.errors._request_id import request_id_in
from streamkit.families.messages.reports import typed_report
from streamkit.types import construct
from streamkit.types.messages import Message

if TYPE_CHECKING:
    import httpx

    from streamkit.limits import Limits

__all__ = ["plain_message"]


def plain_message(response: httpx.Response, limits: Limits) -> Message:
    """Return the message in the body of ``response``, as received.

    Raises ``APIError`` for an error that came with a success status, and
    ``APIResponseValidationError`` for any other body that is no message.
    """
    try:
        message = _decoder().decode_strictly(response.content)
    except (ValueError, RecursionError):
        # Some part does not fit the type; only then can the body contain an error.
        message = _leniently(response, limits)
    if not (message.content or message.stop_reason):
        raise _no_message(response)
    message.note_request_id(request_id_in(response.headers))
    return message


@functools.cache
def _decoder() -> WireDecoder[Message]:
    return WireDecoder(Message)  # built on first use because streams do not need it


def _leniently(response: httpx.Response, limits: Limits) -> Message:
    try:
        value = with_whole_characters(loads(response.content, limits.json_depth))
    except NestingError as error:
        raise LimitExceededError(
            "json_depth", limits.json_depth, "nesting in a message", received=response.text
        ) from error
    except ValueError as error:
        raise _no_message(response) from error
    report = report_in(value)
    if report is not None:
        reported = typed_report(response.content, report)
        reported.request_id = reported.request_id or request_id_in(response.headers)
        raise reported
    if not isinstance(value, dict):
        raise _no_message(response)
    return construct(Message, cast("dict[str, Any]", value))


def _no_message(response: httpx.Response) -> APIResponseValidationError:
    return APIResponseValidationError(
        f"the API answered {response.status_code} with no message: {response.text[:200]!r}",
        body=response.text,
        request_id=request_id_in(response.headers),
    )
