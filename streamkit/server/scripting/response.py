"""The replies that are no answers of a protocol: errors, and events that are given as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import msgspec
from starlette.responses import StreamingResponse

from streamkit.server.api_error import ApiError
from streamkit.server.body import named_event, streamed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from streamkit.server.scripting.reply import Event, Reply

__all__ = ["as_it_is"]


def as_it_is(reply: Reply, *, stream: bool, named: bool, pace: float) -> Response | None:
    """Return the response of a reply that is no answer, and None for one that is.

    Args:
        reply: The reply.
        stream: Whether the request streams.
        named: Whether the events of the protocol have names; else ``[DONE]`` follows them.
        pace: The seconds between two events.

    Raises:
        ApiError: The reply is an error, or has events and the request does not stream.
    """
    if reply.error is not None:
        kind = "server_error" if reply.error >= 500 else _KINDS.get(reply.error, _KIND)
        raise ApiError(reply.text or "The test says so.", status=reply.error, kind=kind)
    if not reply.events:
        return None
    if not stream:
        raise ApiError("The reply is made of events, which only a stream can have.", param="stream")
    return streamed(StreamingResponse(_events(reply.events, named, pace)))


# A private function.
async def _events(events: tuple[Event, ...], named: bool, pace: float) -> AsyncIterator[bytes]:  # noqa: FBT001
    wait = 0.0
    for event in events:
        await anyio.sleep(wait)
        wait = pace
        yield event if isinstance(event, bytes) else _encoded(event, named=named)
    if not named and not isinstance(events[-1], bytes):  # bytes may mean to be cut
        yield b"data: [DONE]\n\n"


def _encoded(event: dict[str, object], *, named: bool) -> bytes:
    if named and "type" in event:
        return named_event(event)
    return b"data: " + msgspec.json.encode(event) + b"\n\n"


_KIND = "invalid_request_error"
_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
