"""The bytes of a streamed response, at their pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.responses import StreamingResponse

    from streamkit.recording import Recording


async def event_stream(chunks: Iterable[dict[str, Any]], pace: float) -> AsyncIterator[bytes]:
    """Each chunk as one server-sent event, ``pace`` seconds after the last, then ``[DONE]``."""
    encode = msgspec.json.Encoder().encode
    wait = 0.0
    for chunk in chunks:
        # Also without a pace: between two chunks others get a turn, and a disconnect is seen.
        await anyio.sleep(wait)
        wait = pace
        yield b"data: " + encode(chunk) + b"\n\n"
    yield b"data: [DONE]\n\n"


async def replay(recording: Recording, speed: float) -> AsyncIterator[bytes]:
    """The recorded reads, ``speed`` times faster than they came; at once when it is 0."""
    start = anyio.current_time()
    for read in recording.reads:
        await anyio.sleep_until(start + read.seconds / speed if speed else start)
        yield read.data


def streamed(response: StreamingResponse) -> StreamingResponse:
    """The response with the headers of an event stream."""
    response.headers["content-type"] = "text/event-stream; charset=utf-8"
    # Neither a cache nor a proxy may hold back what has been said so far.
    response.headers["cache-control"] = "no-cache, no-transform"
    response.headers["x-accel-buffering"] = "no"
    return response
