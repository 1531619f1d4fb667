"""What every list can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from streamkit.families._resource.params import RequestOptions

if TYPE_CHECKING:
    from streamkit.families._resource.params import NotGiven

__all__ = ["ListParams"]


class ListParams(RequestOptions, total=False):
    """Which part of a list is wanted."""

    after: str | NotGiven
    """The id of the item before the first one that is wanted."""
    before: str | NotGiven
    """The id of the item after the last one that is wanted."""
    limit: int | NotGiven
    """How many items a page holds; 20 by default, at most 100."""
    order: Literal["asc", "desc"] | NotGiven
    """By the time they were made; the newest first by default."""
