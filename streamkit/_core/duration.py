"""The check of lengths of time, which must be finite and not too long to wait."""

from __future__ import annotations

from streamkit._core.arguments import require_number

__all__ = ["LONGEST_WAIT", "require_duration"]

LONGEST_WAIT = 366 * 24 * 3600.0
"""The maximum seconds of a wait: a year. Clocks and sockets overflow at some more."""


def require_duration(name: str, value: float, longest: float = LONGEST_WAIT) -> None:
    """Raise ``ValueError`` unless ``value`` is a number from 0 to ``longest``, in seconds.

    Raise ``TypeError`` if it is no number.
    """
    require_number(name, value)
    if not 0 <= value <= longest:
        raise ValueError(f"{name} must be a number from 0 to {longest:.0f}, not {value!r}")
