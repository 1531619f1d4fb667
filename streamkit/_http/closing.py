"""Closing responses on an event loop, so that a task may be cancelled meanwhile."""

# httpcore shields what it does when a response is closed from anyio's cancellation, and not from
# asyncio's. A task cancelled in the midst of it, as by a time limit or from a thread, would leave
# the socket open, or its place in the pool taken for ever. httpx closes a response by itself when
# its body ends: so it is the response that must be made safe, not its users.

from __future__ import annotations

import asyncio
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import httpx

__all__ = ["close_to_the_end"]


def close_to_the_end(response: httpx.Response) -> None:
    """Have ``response`` close entirely once that has begun: only then is its task cancelled."""
    stream = response.stream
    aclose, itself = cast("Any", type(stream)).aclose, weakref.ref(stream)

    async def shielded() -> None:
        await _to_its_end(aclose(itself()))

    cast("Any", stream).aclose = shielded


async def _to_its_end(closing: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(closing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise
