"""The list of a client on the running loop, which is not requested yet.

It differs from the list of a client that blocks (``listing.py``): ``list()`` cannot wait there, so
it returns an object to await or to iterate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.families._resource._async.pages import AsyncCursorPage
from streamkit.types import CursorPage, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator

    from streamkit.families._resource.call import Call

__all__ = ["AsyncPages", "listed"]

W = TypeVar("W", bound=Wire)


class AsyncPages(Generic[W]):
    """A list that is not requested yet: await its first page, or iterate over all its items.

    Each of these makes a new request.
    """

    def __init__(
        self,
        call: Call[CursorPage[W]],
        send: Callable[[Call[CursorPage[W]]], Awaitable[CursorPage[W]]],
    ) -> None:
        self._call = call
        self._send = send

    def __await__(self) -> Generator[Any, None, AsyncCursorPage[W]]:
        return self._first_page().__await__()

    async def __aiter__(self) -> AsyncIterator[W]:
        async for item in await self:
            yield item

    async def _first_page(self) -> AsyncCursorPage[W]:
        return AsyncCursorPage(self._call, await self._send(self._call), self._send)


def listed(
    call: Call[CursorPage[W]], send: Callable[[Call[CursorPage[W]]], Awaitable[CursorPage[W]]]
) -> AsyncPages[W]:
    """Return the list that ``call`` requests; nothing is sent yet."""
    return AsyncPages(call, send)
