"""The way in which each API forms what all of them have: keys, models and errors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.datastructures import Headers

from streamkit.server.identity import EPOCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Scope

    from streamkit.server.api_error import ApiError

RESPONSES = "/v1/responses"
"""The start of the paths of responses."""
MESSAGES = "/v1/messages"
"""The start of the paths of Anthropic's messages."""
VERSION = "anthropic-version"
"""The header that clients of Anthropic's API send with every request."""


class Dialect:
    """The way of OpenAI's API; those of others are subclasses.

    Args:
        request_id: The id of the request.
    """

    no_key = (
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
    )
    wrong_key = "Incorrect API key provided."
    required_header: str | None = None
    """A header that every request must have."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id

    def headers(self) -> dict[str, str]:
        """Return the headers that every answer has."""
        return {"x-request-id": self.request_id}

    def key(self, headers: Headers) -> str:
        """Return the key of a request; empty when there is none."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return key if scheme.lower() == "bearer" else ""

    def model(self, name: str) -> dict[str, Any]:
        """Return the description of a model."""
        return {"id": name, "object": "model", "created": EPOCH, "owned_by": "streamkit"}

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the list of models."""
        return {"object": "list", "data": [self.model(name) for name in names]}

    def body(self, error: ApiError) -> dict[str, Any]:
        """Return the body of an answer that is an error."""
        return {"error": error.body()}

    def event(self, error: ApiError, number: int, *, named: bool) -> bytes:
        """Return the event of an error in a stream, after ``number`` others."""
        del number
        name = b"event: error\n" if named else b""
        return name + b"data: " + msgspec.json.encode(self.body(error)) + b"\n\n"


class ResponsesDialect(Dialect):
    """The way of responses: in a stream their errors are events like any other."""

    def event(self, error: ApiError, number: int, *, named: bool) -> bytes:
        """Return the event of an error, which always has a name."""
        del named
        event = {
            "type": "error",
            "code": error.code or error.kind,
            "message": error.message,
            "param": error.param,
            "sequence_number": number,
        }
        return b"event: error\ndata: " + msgspec.json.encode(event) + b"\n\n"


class MessagesDialect(Dialect):
    """The way of Anthropic's API."""

    no_key = "x-api-key header is required"
    wrong_key = "invalid x-api-key"
    required_header = VERSION

    def headers(self) -> dict[str, str]:
        """Return the headers that every answer has."""
        return {**super().headers(), "request-id": self.request_id}

    def key(self, headers: Headers) -> str:
        """Return the key of a request, which has one of two headers."""
        return headers.get("x-api-key") or super().key(headers)

    def model(self, name: str) -> dict[str, Any]:
        """Return the description of a model."""
        return {
            "type": "model",
            "id": name,
            "display_name": name,
            "created_at": datetime.fromtimestamp(EPOCH, UTC).isoformat(),
            "lifecycle": "active",
        }

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the list of models, which is one page."""
        data = [self.model(name) for name in names]
        return {"data": data, "first_id": names[0], "last_id": names[-1], "has_more": False}

    def body(self, error: ApiError) -> dict[str, Any]:
        """Return the body of an answer that is an error."""
        kind = error.kind
        if kind in _GENERAL:
            kind = _TYPES.get(error.status, "api_error" if error.status >= 500 else kind)
        return {
            "type": "error",
            "error": {"type": kind, "message": error.message},
            "request_id": self.request_id,
        }

    def event(self, error: ApiError, number: int, *, named: bool) -> bytes:
        """Return the event of an error, which always has a name."""
        del named
        return super().event(error, number, named=True)


def dialect_of(scope: Scope) -> Dialect:
    """Return the dialect of a request: that of its path, else that of its headers."""
    path: str = scope["path"]
    request_id: str = scope["exchange"].request_id
    if path.startswith(RESPONSES):
        return ResponsesDialect(request_id)
    if path.startswith(MESSAGES) or VERSION in Headers(scope=scope):
        return MessagesDialect(request_id)
    return Dialect(request_id)


_GENERAL = frozenset({"invalid_request_error", "server_error"})
"""The types of OpenAI's errors, in place of which Anthropic has one for each status."""
_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
