"""What a server says, made fit for a line of a log."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """The text in printable ASCII; what else is in it is escaped, as ``repr`` would.

    Else a server could begin another line with it, or control the terminal that shows the log.
    """
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
