"""The errors of the proxy and of the API behind it: their status and their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    StreamkitError,
)
from streamkit.eventlog import EventLogError
from streamkit.events import end_of
from streamkit.proxy.requests import RequestError
from streamkit.relay import safe_text

if TYPE_CHECKING:
    from streamkit.events import EndEvent

__all__ = ["Failure", "failure_of", "masked", "own_text"]

_PASSED_ON = ("retry-after", "retry-after-ms", "x-should-retry", "x-request-id", "request-id")
"""The headers of the API's error that its client needs."""


class Failure:
    """An error before the first byte of an answer."""

    def __init__(
        self, status: int, message: str, fields: dict[str, Any], headers: dict[str, str]
    ) -> None:
        self.status = status
        self.message = message
        """What has happened, for those who may know it."""
        self.fields = fields
        """The ``type``, ``param`` and ``code`` of the error."""
        self.headers = headers


def failure_of(error: Exception) -> Failure:
    """Return an error as what the client of the proxy is answered."""
    if isinstance(error, RequestError):
        fields = {"type": "invalid_request_error", "param": error.param, "code": None}
        return Failure(error.status, error.message, fields, {})
    if not isinstance(error, StreamkitError):
        return Failure(500, "The proxy failed.", _fields("server_error"), {})
    if isinstance(error, EventLogError):
        return Failure(503, "The log is not available.", _fields("log_unavailable"), {})
    if isinstance(error, APIStatusError):
        message = "; ".join([error.api_message or str(error), *getattr(error, "__notes__", ())])
        given = {name: error.headers[name] for name in _PASSED_ON if name in error.headers}
        kind = error.type or _kind(error.status_code)
        known = {"type": kind, "param": error.param, "code": error.code}
        return Failure(error.status_code, message, known, given)
    if isinstance(error, APITimeoutError):
        return Failure(504, str(error), _fields("timeout"), {})
    if isinstance(error, APIConnectionError):
        return Failure(502, str(error), _fields("connection_error"), {})
    code = error.code if isinstance(error, APIError) else None
    return Failure(502, str(error), _fields("upstream_error") | {"code": code}, {})


def own_text(end: EndEvent) -> str:
    """Return the message of the error itself, for clients that are programs."""
    return (end.error.message if end.error is not None else "") or safe_text(end)


def masked(error: Exception) -> str:
    """Return what anybody may know of an error."""
    return error.message if isinstance(error, RequestError) else safe_text(end_of(error))


def _fields(kind: str) -> dict[str, Any]:
    return {"type": kind, "param": None, "code": None}


def _kind(status: int) -> str:
    return "invalid_request_error" if status < 500 else "server_error"
