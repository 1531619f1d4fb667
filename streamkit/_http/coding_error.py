"""The errors of a body that is not coded as it says."""

from __future__ import annotations

__all__ = ["CodingError", "HalfPackedError"]


class CodingError(Exception):
    """The error of a body that cannot be decoded."""


class HalfPackedError(CodingError, EOFError):
    """The error of a body that ended in the middle of its coding."""
