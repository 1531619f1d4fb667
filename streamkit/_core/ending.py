"""The signs that an answer is complete, so that it is not requested again."""

from __future__ import annotations

from functools import singledispatch

__all__ = ["ends_answer"]


@singledispatch
def ends_answer(_item: object) -> bool:
    """Return whether a stream's item, or an error's ``partial``, shows that the answer is complete.

    A family registers its own types: a type that is not registered shows nothing.
    """
    return False
