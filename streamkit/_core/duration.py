"""Lengths of time: which of them anything can wait for."""

from __future__ import annotations

__all__ = ["LONGEST_WAIT", "require_duration"]

LONGEST_WAIT = 366 * 24 * 3600.0
"""Seconds that may be waited for anything: a year. Clocks and sockets overflow at some more."""


def require_duration(name: str, value: float, longest: float = LONGEST_WAIT) -> None:
    """Raise ``ValueError`` for a time that nothing can wait for."""
    if not 0 <= value <= longest:
        raise ValueError(f"{name} must be a number from 0 to {longest:.0f}, not {value!r}")
