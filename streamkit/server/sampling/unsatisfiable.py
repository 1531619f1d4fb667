"""The error for a schema without a value."""

from __future__ import annotations


class UnsatisfiableError(ValueError):
    """No value was found that the schema allows."""
