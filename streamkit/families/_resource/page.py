"""A page of a list, as both clients know it."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from streamkit.families._resource.call import Call, next_page
from streamkit.types import CursorPage, Wire

__all__ = ["Page"]

W = TypeVar("W", bound=Wire)


class Page(Generic[W]):
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
