"""Types described as JSON: the schema of their values, and the reading of one."""

from __future__ import annotations

from streamkit.structured.description.describe import CACHE_SIZE, Described, described

__all__ = ["CACHE_SIZE", "Described", "described"]
