"""The error with which the API refuses a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from streamkit.server.dialects import dialect_of

if TYPE_CHECKING:
    from starlette.types import Scope


class ApiError(Exception):
    """The API refuses a request: its handling ends with an error body like the API's.

    The words are those of OpenAI's API; each dialect puts them into its own form.

    Args:
        message: The text of the error.
        status: The HTTP status.
        kind: The ``type`` in the body.
        param: The parameter at fault; None when there is none.
        code: The code in the body; None when there is none.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.param = param
        self.code = code

    def body(self) -> dict[str, str | None]:
        """Return the error object of OpenAI's API."""
        return {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }

    def response(self, scope: Scope, headers: dict[str, str] | None = None) -> JSONResponse:
        """Return the response to a request that is to be sent instead of an answer."""
        return JSONResponse(dialect_of(scope).body(self), self.status, headers)
