"""The cuts of a target's input."""

from __future__ import annotations

from typing import AnyStr


def pieces(text: AnyStr, size: int) -> list[AnyStr]:
    """Return the text in pieces of ``size``, or in one piece if that is 0."""
    return [text[at : at + size] for at in range(0, len(text), size)] if size else [text]
