"""What shows that an answer is there, so that nobody asks for it again."""

from __future__ import annotations

from functools import singledispatch

__all__ = ["ends_answer"]


@singledispatch
def ends_answer(_item: object) -> bool:
    """Whether an item of a stream, or the part of an answer that an error carries, shows its end.

    A family registers its own types: by itself no type shows anything.
    """
    return False
