"""What an HTTP failure means: the transport's errors and the API's statuses as ours."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit.errors import (
    QUOTE_LIMIT,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    OpenAIError,
    PermissionDeniedError,
    RateLimitError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
    UnprocessableEntityError,
)

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = [
    "ERROR_BODY_LIMIT",
    "body_error",
    "detached",
    "exchange_error",
    "forget_request",
    "library_of",
    "status_error",
]

ERROR_BODY_LIMIT = 1 << 16
"""How many bytes of an error's body are read."""


def library_of(instance: object) -> ModuleType:
    """The HTTP library that ``instance``'s class comes from: httpx, or one that is built like it.

    Each has its own exception classes, of the same names.
    """
    for base in type(instance).__mro__:
        module = sys.modules.get(base.__module__.partition(".")[0])
        if module is not None and hasattr(module, "TransportError"):
            return module
    return importlib.import_module("httpx")


def exchange_error(error: Exception, request: httpx.Request) -> APIError:
    """What the library's ``error`` means when no whole response came."""
    _forget_headers(error, request)
    library, host = library_of(error), _host(request)
    if isinstance(error, library.TimeoutException):
        return APITimeoutError(f"Request to {host} timed out ({_said(error)})")
    if isinstance(error, library.TransportError):
        return APIConnectionError(f"Connection to {host} failed ({_said(error)})")
    if isinstance(error, library.DecodingError):
        return APIResponseValidationError(f"{host} sent garbled data ({_said(error)})")
    return APIError(f"Request to {host} came to no answer ({_said(error)})")


def body_error(error: Exception, response: httpx.Response) -> OpenAIError:
    """What the library's ``error`` means when it struck in the middle of a body."""
    _forget_headers(error, response.request)
    library, host = library_of(error), _host(response.request)
    if isinstance(error, library.TimeoutException):
        phases: dict[str, float | None] = response.request.extensions.get("timeout", {})
        return StreamTimeoutError(
            f"{host} fell silent in the middle of its answer ({_said(error)})",
            limit="read",
            seconds=phases.get("read"),
            request_id=response.headers.get("x-request-id"),
        )
    if isinstance(error, library.DecodingError):
        return StreamDecodeError(f"{host} sent garbled data ({_said(error)})")
    return StreamTruncatedError(f"{host} broke off in the middle of its answer ({_said(error)})")


def status_error(response: httpx.Response, content: bytes) -> APIStatusError:
    """The error class of the response's status, with what ``content``, its body, says."""
    text = content.decode("utf-8", "replace").strip()
    body = _error_object(text)
    message = _message(body) or text[:QUOTE_LIMIT]
    status = response.status_code
    kind = _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
    return kind(
        f"Error code: {status} - {message}" if message else f"Error code: {status}",
        response=detached(response, content),
        body=body,
    )


def detached(response: httpx.Response, content: bytes) -> httpx.Response:
    """The response with its body read and unpacked; no connection, no header of the request.

    It may be kept, and what an error carries may be logged or sent to a tracker.
    """
    framing = {"content-encoding", "content-length", "transfer-encoding"}
    return type(response)(
        response.status_code,
        headers=[pair for pair in response.headers.multi_items() if pair[0] not in framing],
        content=content,
        request=_bare(response.request),
    )


def forget_request(response: httpx.Response) -> None:
    """Take the headers and the body of its request away from a response that is handed out."""
    extensions = response.request.extensions
    response.request = _bare(response.request)
    response.request.extensions = extensions


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def _error_object(text: str) -> Any:
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text or None
    if text.startswith("[") and body:  # Google's servers send a list of one
        body = body[0]
    error: Any = _fields(body).get("error")
    return error if isinstance(error, str) or _fields(error) else body


def _message(error: Any) -> str:
    if isinstance(error, str):
        return error[:QUOTE_LIMIT]
    said = _fields(error).get("message") or _fields(error).get("detail") or ""
    return (said if isinstance(said, str) else msgspec.json.encode(said).decode())[:QUOTE_LIMIT]


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _forget_headers(error: Any, request: httpx.Request) -> None:
    with contextlib.suppress(RuntimeError):  # httpx's way to say that it knows no request
        request = error.request
    error.request = _bare(request)


def _bare(request: httpx.Request) -> httpx.Request:
    return type(request)(request.method, request.url.copy_with(query=None))


def _host(request: httpx.Request) -> str:
    return request.url.netloc.decode("ascii")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:QUOTE_LIMIT] if str(error) else type(error).__name__
