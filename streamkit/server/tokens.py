"""Text as tokens."""

from __future__ import annotations


def tokens(text: str, size: int) -> list[str]:
    """The text in pieces of ``size`` characters; the last may be shorter."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def count(text: str, size: int) -> int:
    """The number of its tokens."""
    return -(-len(text) // size)
