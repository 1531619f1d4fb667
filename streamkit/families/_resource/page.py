"""The base of a page of a list, for both clients."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from streamkit.families._resource.call import Call, next_page
from streamkit.types import CursorPage, Wire

__all__ = ["Page"]

W = TypeVar("W", bound=Wire)


class Page(Generic[W]):
    """A page, with the call that fetched it."""

    def __init__(self, call: Call[CursorPage[W]], page: CursorPage[W]) -> None:
        self.page = page
        """The page as the server sent it."""
        self._call = call
        self._next = next_page(call, page)

    @property
    def data(self) -> list[W]:
        """The items of this page."""
        return self.page.data

    @property
    def has_more(self) -> bool | None:
        """Whether another page follows; None if the server does not say."""
        return self.page.has_more

    @property
    def first_id(self) -> str | None:
        """The id of the first item, if the server sends it."""
        return self.page.first_id

    @property
    def last_id(self) -> str | None:
        """The id of the last item, if the server sends it."""
        return self.page.last_id

    @property
    def request_id(self) -> str | None:
        """The request id of the response; quote it to support."""
        return self.page.request_id

    def has_next_page(self) -> bool:
        """Return whether another page can be fetched."""
        return self._next is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain data, as the API sent it."""
        return self.page.to_dict()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.page!r})"
