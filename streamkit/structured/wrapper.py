"""The object around an answer that is no object, which strict mode requires."""

from __future__ import annotations

from typing import Final

__all__ = ["WRAPPER_KEY"]

WRAPPER_KEY: Final = "value"
"""The one property of the object that wraps an answer which is no object itself."""
