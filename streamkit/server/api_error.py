"""A refusal in the API's words."""

from __future__ import annotations

from starlette.responses import JSONResponse


class ApiError(Exception):
    """Ends the handling of a request with an error body like the API's."""

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
        """The error as the API shows it."""
        return {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }

    def response(self, headers: dict[str, str] | None = None) -> JSONResponse:
        """The answer to send instead."""
        return JSONResponse({"error": self.body()}, self.status, headers)
