"""Functions that close responses and clients on an event loop, also in a cancelled task.

They differ from those in a thread (``closing.py``) in that cancellation.
"""

# httpcore shields the closing of a response from anyio's cancellation, and not from asyncio's. A
# task cancelled meanwhile, as by a time limit or from a thread, would leave the socket open, or its
# place in the pool taken for ever. httpx closes a response by itself when its body was iterated to
# the end: so a body is taken from the response's stream, and closed here.

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

from streamkit._http.own_body import own_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Coroutine

    import httpx

    from streamkit._http.client import Pool

__all__ = ["AsyncPieces", "close_let_go", "close_to_the_end", "closed", "raw", "to_its_end"]


class AsyncPieces(Protocol):
    """The pieces of a body, in order; not all need be read."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def __anext__(self) -> Awaitable[bytes]: ...

    def aclose(self) -> Awaitable[object]:
        """End the iteration."""
        ...


async def close_to_the_end(response: httpx.Response) -> None:
    """Close ``response`` entirely; a cancellation of the task takes effect only after that."""
    if not response.is_closed:
        await to_its_end(response.aclose())


async def to_its_end(closing: Coroutine[Any, Any, None]) -> None:
    """Await ``closing`` entirely; a cancellation of the task takes effect only after that."""
    import asyncio  # here, because a program that only blocks needs no asyncio

    task = asyncio.create_task(closing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise


@asynccontextmanager
async def closed(response: httpx.Response) -> AsyncGenerator[None]:
    """Close ``response`` entirely when the block ends, also by an error."""
    try:
        yield
    finally:
        await close_to_the_end(response)


async def close_let_go(pool: Pool[Any]) -> None:
    """Close the bodies that were collected before they were closed."""
    while pool.let_go:
        await pool.let_go.popleft()()


def raw(response: httpx.Response) -> AsyncPieces:
    """Return the body of ``response`` as it arrives; its reader closes the response."""
    # A hot path: httpx puts a generator around each body, which costs a piece of it two frames and
    # an exception. It is left out around a body of ours, but not what others put in its place.
    body = own_body(response)
    return _yielded(response) if body is None else cast("AsyncPieces", body)


async def _yielded(response: httpx.Response) -> AsyncGenerator[bytes]:
    async for chunk in cast("AsyncIterable[bytes]", response.stream):
        yield chunk
