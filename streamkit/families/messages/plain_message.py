"""The decoder of plain messages; any other answer with a success status is an error."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.decoding import WireDecoder
from streamkit._core.reports import report_in
from streamkit.errors._request_id import request_id_in
from streamkit.families._resource.plain_answer import no_answer, value_of
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
        raise no_answer(response, "message")
    message.note_request_id(request_id_in(response.headers))
    return message


@functools.cache
def _decoder() -> WireDecoder[Message]:
    return WireDecoder(Message)  # built on first use because streams do not need it


def _leniently(response: httpx.Response, limits: Limits) -> Message:
    value = value_of(response, limits, "message")
    report = report_in(value)
    if report is not None:
        reported = typed_report(response.content, report)
        reported.request_id = reported.request_id or request_id_in(response.headers)
        raise reported
    if not isinstance(value, dict):
        raise no_answer(response, "message")
    return construct(Message, cast("dict[str, Any]", value))
