"""A server's text, made safe for a line of a log."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return the text in printable ASCII, its other characters escaped as by ``repr``.

    Else a server could start another line of the log, or control the terminal that shows it.
    """
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
