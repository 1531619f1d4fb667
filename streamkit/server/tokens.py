"""The division of a text into tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

Size: TypeAlias = int | Sequence[int]
"""The number of characters in a token, or in each of them; the rest of a text is one more."""


def tokens(text: str, size: Size) -> list[str]:
    """Return the text in pieces of ``size`` characters; the last may be shorter."""
    if isinstance(size, int):
        return [text[start : start + size] for start in range(0, len(text), size)]
    ends = [0, *accumulate(size)]
    pieces = [text[start:end] for start, end in pairwise(ends)] + [text[ends[-1] :]]
    return [piece for piece in pieces if piece]


def count(text: str, size: Size) -> int:
    """Return the number of tokens in a text."""
    return -(-len(text) // size) if isinstance(size, int) else len(tokens(text, size))
