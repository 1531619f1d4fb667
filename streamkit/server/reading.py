"""The reading of a request's body, within its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

BODY_LIMIT = 16 * 1024 * 1024
"""The number of bytes that a JSON body may have."""
CONTAINER_LIMIT = 1_000_000
"""The lists and objects that a body may have: two bytes of it can take fifty in memory."""


async def pieces(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """Yield the body in the pieces in which it arrives.

    Raises:
        ApiError: The body is larger than ``limit`` bytes, or it was cut.
    """
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise ApiError(f"The request is larger than {limit} bytes.", status=413)
            yield piece
    except ClientDisconnect:
        raise ApiError("The request ended before its body did.") from None


async def read_json(request: Request, *, absent: bytes = b"", limit: int = BODY_LIMIT) -> Any:
    """Return the value of a JSON body, and note the body in the journal.

    Args:
        request: The request.
        absent: The JSON to read when there is no body.
        limit: The number of bytes that the body may have.

    Raises:
        ApiError: The body is too large, was cut, or is not valid JSON.
    """
    body = bytearray()
    async for piece in pieces(request, limit):
        body += piece
    if body.count(b"[") + body.count(b"{") > CONTAINER_LIMIT:
        raise ApiError(
            f"The request has more than {CONTAINER_LIMIT} lists and objects.", status=413
        )
    try:
        value = msgspec.json.decode(body or absent)
    # UnicodeDecodeError and the errors of msgspec are ValueErrors.
    except (ValueError, RecursionError):
        raise ApiError(
            "We could not parse the JSON body of your request: "
            "the API expects a JSON payload, and what was sent was not valid JSON."
        ) from None
    request.scope["journal"].note(request.scope["exchange"], bytes(body or absent))
    return value
