"""The text of an exception of a program's own code, whose ``str`` may raise as well."""

from __future__ import annotations

__all__ = ["represented", "said"]


def said(error: BaseException) -> str:
    """Return ``str`` of an exception; the reason why there is none if that raises."""
    try:
        return str(error)
    except Exception as failure:  # noqa: BLE001 - a class may raise any error there
        return f"(its text cannot be read: {type(failure).__name__})"


def represented(error: BaseException) -> str:
    """Return ``repr`` of an exception; its class alone if that raises."""
    try:
        return repr(error)
    except Exception:  # noqa: BLE001 - as above
        return type(error).__name__
