"""How a target cuts its input."""

from __future__ import annotations

from typing import AnyStr


def pieces(text: AnyStr, size: int) -> list[AnyStr]:
    """The text in pieces of ``size``; in one piece when that is 0."""
    return [text[at : at + size] for at in range(0, len(text), size)] if size else [text]
