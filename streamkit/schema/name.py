"""The name a schema travels under."""

from __future__ import annotations

import re

__all__ = ["schema_name"]

MAX_LENGTH = 64
"""How long the API lets the name of a schema or a function be."""

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")


def schema_name(name: str) -> str:
    """Make a name the API takes (``[A-Za-z0-9_-]``, at most 64 characters) out of any other.

    ``Box[int]`` becomes ``Box_int_``; an empty name becomes ``response``.
    """
    return _NOT_ALLOWED.sub("_", name)[:MAX_LENGTH] or "response"
