"""A page of a long list."""

from __future__ import annotations

from typing import Generic, TypeVar

from streamkit._core.wire import Wire

__all__ = ["CursorPage"]

W = TypeVar("W", bound=Wire)


class CursorPage(Wire, Generic[W]):
    """A page of a list; the next page begins after ``last_id``."""

    data: list[W] = []
    has_more: bool | None = None
    """Whether another page follows; some servers do not say."""
    first_id: str | None = None
    last_id: str | None = None
    object: str = "list"
