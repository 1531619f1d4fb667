"""The pages of a list; iterating fetches the next page when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource.page import Page
from streamkit.types import CursorPage, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from streamkit.families._resource.call import Call

__all__ = ["AsyncCursorPage"]

W = TypeVar("W", bound=Wire)


class AsyncCursorPage(Page[W]):
    """A page of a list; iterating yields the items of this page and of all that follow."""

    def __init__(
        self,
        call: Call[CursorPage[W]],
        page: CursorPage[W],
        send: Callable[[Call[CursorPage[W]]], Awaitable[CursorPage[W]]],
    ) -> None:
        super().__init__(call, page)
        self._send = send

    async def __aiter__(self) -> AsyncIterator[W]:
        async for page in self.iter_pages():
            for item in page.data:
                yield item

    async def iter_pages(self) -> AsyncIterator[AsyncCursorPage[W]]:
        """Iterate over this page and all that follow."""
        page: AsyncCursorPage[W] | None = self
        while page is not None:
            yield page
            page = await page.get_next_page()

    async def get_next_page(self) -> AsyncCursorPage[W] | None:
        """Fetch the next page; None after the last one."""
        if self._next is None:
            return None
        return AsyncCursorPage(self._next, await self._send(self._next), self._send)
