"""No value for a schema."""

from __future__ import annotations


class UnsatisfiableError(ValueError):
    """No value was found that the schema allows."""
