"""Lists that come page by page; iterating fetches the next page when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.families._resource.call import Call, next_page
from streamkit.types import CursorPage, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator

__all__ = ["AsyncCursorPage", "AsyncPages", "SyncCursorPage"]

W = TypeVar("W", bound=Wire)


class _Page(Generic[W]):
    """A page, and how it was asked for."""

    def __init__(self, call: Call[CursorPage[W]], page: CursorPage[W]) -> None:
        self.page = page
        """The page as it came."""
        self._call = call
        self._next = next_page(call, page)

    @property
    def data(self) -> list[W]:
        """The items of this page."""
        return self.page.data

    @property
    def has_more(self) -> bool | None:
        """Whether another page follows, as the server says; None when it does not."""
        return self.page.has_more

    @property
    def first_id(self) -> str | None:
        """The id of the first item, if the server says it."""
        return self.page.first_id

    @property
    def last_id(self) -> str | None:
        """The id of the last item, if the server says it."""
        return self.page.last_id

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the response; quote it to support."""
        return self.page.request_id

    def has_next_page(self) -> bool:
        """Whether there is something to ask for."""
        return self._next is not None

    def to_dict(self) -> dict[str, Any]:
        """Plain data as the API sent it."""
        return self.page.to_dict()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.page!r})"


class SyncCursorPage(_Page[W]):
    """A page of a list; iterating goes through the items of this page and of all that follow."""

    def __init__(
        self,
        call: Call[CursorPage[W]],
        page: CursorPage[W],
        send: Callable[[Call[CursorPage[W]]], CursorPage[W]],
    ) -> None:
        super().__init__(call, page)
        self._send = send

    def __iter__(self) -> Iterator[W]:
        for page in self.iter_pages():
            yield from page.data

    def iter_pages(self) -> Iterator[SyncCursorPage[W]]:
        """Iterate over this page and all that follow."""
        page: SyncCursorPage[W] | None = self
        while page is not None:
            yield page
            page = page.get_next_page()

    def get_next_page(self) -> SyncCursorPage[W] | None:
        """Fetch the next page; None after the last one."""
        if self._next is None:
            return None
        return SyncCursorPage(self._next, self._send(self._next), self._send)


class AsyncCursorPage(_Page[W]):
    """A page of a list; iterating goes through the items of this page and of all that follow."""

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


class AsyncPages(Generic[W]):
    """A list that is yet to be asked for: awaiting gives its first page, iterating all its items.

    Each time the request is made anew.
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
