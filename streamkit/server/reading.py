"""The body of a request, within its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes that a body of JSON may have."""
CONTAINER_LIMIT = 1_000_000
"""Lists and objects that it may have; an empty one takes two bytes here and fifty in memory."""


async def pieces(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body as it arrives.

    Raises:
        ApiError: It is larger than ``limit`` bytes, or it was cut.
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
    """The body's value, or that of ``absent`` when there is no body; the journal notes it.

    Raises:
        ApiError: It is too large, was cut, or is no JSON.
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
    # UnicodeDecodeError is one, and what msgspec raises is.
    except (ValueError, RecursionError):
        raise ApiError(
            "We could not parse the JSON body of your request: "
            "the API expects a JSON payload, and what was sent was not valid JSON."
        ) from None
    request.scope["journal"].note(request.scope["exchange"], bytes(body or absent))
    return value
