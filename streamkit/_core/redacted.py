"""The text in the place of a secret."""

from __future__ import annotations

__all__ = ["REDACTED"]

REDACTED = "[redacted]"
"""The text in the place of a secret."""
