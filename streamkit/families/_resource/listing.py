"""The list of a client that blocks: ``list()`` returns its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource._sync.pages import SyncCursorPage
from streamkit.types import CursorPage, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families._resource.call import Call

__all__ = ["SyncCursorPage", "listed"]

W = TypeVar("W", bound=Wire)


def listed(
    call: Call[CursorPage[W]], send: Callable[[Call[CursorPage[W]]], CursorPage[W]]
) -> SyncCursorPage[W]:
    """Send ``call`` and return the first page of its list."""
    return SyncCursorPage(call, send(call), send)
