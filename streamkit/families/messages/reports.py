"""The errors that the API reports in an answer, as the classes that their types name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.decoding import loads
from streamkit._core.reports import reported
from streamkit._http.errors import coded, status_kind
from streamkit.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentTooLargeError,
    GatewayTimeoutError,
    InternalServerError,
    NotFoundError,
    OverloadedError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["typed_report"]

_BY_TYPE: Mapping[str, type[APIStatusError]] = {
    "api_error": InternalServerError,
    "authentication_error": AuthenticationError,
    "billing_error": PaymentRequiredError,
    "conflict_error": ConflictError,
    "invalid_request_error": BadRequestError,
    "not_found_error": NotFoundError,
    "overloaded_error": OverloadedError,
    "permission_error": PermissionDeniedError,
    "rate_limit_error": RateLimitError,
    "request_too_large": ContentTooLargeError,
    "timeout_error": GatewayTimeoutError,
}


def typed_report(data: str | bytes, report: object = None) -> APIStatusError:
    """Return the error that a server reports within an answer, of the class for its type.

    ``report`` is the report if it was found already; else the report is in ``data``. A report of an
    unknown type that has a status for its code is of the class for that status.
    """
    plain = reported(data, report)
    kind = _BY_TYPE.get(str(plain.type)) or status_kind(plain.code) or APIStatusError
    error = coded(kind, plain.message, None, plain.body)
    error.request_id = _request_id(data)
    return error


def _request_id(data: str | bytes) -> str | None:
    try:
        value: Any = loads(data)
    except ValueError:
        return None
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    request_id = fields.get("request_id")
    return request_id if isinstance(request_id, str) else None
