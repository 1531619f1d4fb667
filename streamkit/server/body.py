"""The bodies of responses: event streams, sent at a pace, and recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import msgspec
from starlette.responses import Response, StreamingResponse

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from streamkit._cassette.recording import Recording


async def event_stream(chunks: Iterable[dict[str, Any]], pace: float) -> AsyncIterator[bytes]:
    """Yield each chunk as a server-sent event, ``pace`` seconds apart, then ``[DONE]``."""
    encode = msgspec.json.Encoder().encode
    wait = 0.0
    for chunk in chunks:
        # This waits with a pace of 0 as well: other tasks run, and a disconnect is noticed.
        await anyio.sleep(wait)
        wait = pace
        yield b"data: " + encode(chunk) + b"\n\n"
    yield b"data: [DONE]\n\n"


def named_event(event: dict[str, Any]) -> bytes:
    """Return an event as a server-sent event that has the name of its type."""
    name: str = event["type"]
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(event))


async def named_events(events: Iterable[dict[str, Any]], pace: float) -> AsyncIterator[bytes]:
    """Yield each event as a server-sent event that has the name of its type, ``pace`` s apart."""
    wait = 0.0
    for event in events:
        # As above, also with a pace of 0.
        await anyio.sleep(wait)
        wait = pace
        yield named_event(event)


def replayed(recording: Recording, *, stream: bool, speed: float) -> Response:
    """Return a response that replays a recording, to a request that streams or does not.

    Raises:
        ApiError: The recording was streamed and the request is not, or the reverse.
    """
    if recording.streamed != stream:
        wanted = "true" if recording.streamed else "false"
        raise ApiError(
            f"Unsupported value: 'stream' must be {wanted} with this model, "
            "as it was when the response was recorded.",
            param="stream",
            code="unsupported_value",
        )
    if not stream:
        return Response(recording.body, media_type="application/json")
    return streamed(StreamingResponse(replay(recording, speed)))


async def replay(recording: Recording, speed: float) -> AsyncIterator[bytes]:
    """Yield the recorded reads, ``speed`` times faster than recorded; at once when it is 0."""
    start = anyio.current_time()
    for read in recording.reads:
        await anyio.sleep_until(start + read.seconds / speed if speed else start)
        yield read.data


def streamed(response: StreamingResponse) -> StreamingResponse:
    """Set the headers of an event stream on a response, and return the response."""
    response.headers["content-type"] = "text/event-stream; charset=utf-8"
    # Neither a cache nor a proxy may hold back the events.
    response.headers["cache-control"] = "no-cache, no-transform"
    response.headers["x-accel-buffering"] = "no"
    return response
