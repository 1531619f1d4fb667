"""The body of a streamed response, sent at a pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.responses import StreamingResponse

    from streamkit.recording import Recording


async def event_stream(chunks: Iterable[dict[str, Any]], pace: float) -> AsyncIterator[bytes]:
    """Yield each chunk as a server-sent event, ``pace`` seconds apart, then ``[DONE]``."""
    encode = msgspec.json.Encoder().encode
    wait = 0.0
    for chunk in chunks:
        # Also with a pace of 0, so that other tasks run and a disconnect is noticed.
        await anyio.sleep(wait)
        wait = pace
        yield b"data: " + encode(chunk) + b"\n\n"
    yield b"data: [DONE]\n\n"


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
