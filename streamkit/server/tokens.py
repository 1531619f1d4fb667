"""The division of a text into tokens of a fixed size."""

from __future__ import annotations


def tokens(text: str, size: int) -> list[str]:
    """Return the text in pieces of ``size`` characters; the last may be shorter."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def count(text: str, size: int) -> int:
    """Return the number of tokens in a text."""
    return -(-len(text) // size)
