# Made from ../_async/pages.py by .ci/unasync.py: change it there.
"""The pages of a list; iterating fetches the next page when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource.page import Page
from streamkit.types import CursorPage, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamkit.families._resource.call import Call

__all__ = ["SyncCursorPage"]

W = TypeVar("W", bound=Wire)


class SyncCursorPage(Page[W]):
    """A page of a list; iterating yields the items of this page and of all that follow."""

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
