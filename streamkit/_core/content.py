"""The distinction between items with content, which time limits wait for, and other items."""

from __future__ import annotations

from functools import singledispatch

__all__ = ["has_content"]


@singledispatch
def has_content(_item: object) -> bool:
    """Return whether a stream's item has content.

    A family registers its own types: a type that is not registered has none.
    """
    return False
