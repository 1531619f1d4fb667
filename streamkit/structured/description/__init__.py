"""Types described as JSON: which values they have, and how to read one."""

from __future__ import annotations

from streamkit.structured.description.describe import CACHE_SIZE, Described, described

__all__ = ["CACHE_SIZE", "Described", "described"]
