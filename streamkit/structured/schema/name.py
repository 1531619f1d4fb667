"""The name a schema travels under."""

from __future__ import annotations

import hashlib
import re

__all__ = ["MAX_LENGTH", "schema_name"]

MAX_LENGTH = 64
"""How long the API lets the name of a schema or a function be."""

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")

_PLAIN = re.compile(r"[\w-]+(?:\[[\w-]+(?:, [\w-]+)*\]|(?: \| [\w-]+)+)?", re.ASCII)
"""Names that stay apart when their punctuation goes: ``Box``, ``Box[int, str]`` and ``A | B``."""

_DIGEST = 8


def schema_name(name: str) -> str:
    """Make a name the API takes (``[A-Za-z0-9_-]``, at most 64 characters) out of any other.

    ``Box[int]`` becomes ``Box_int_``; an empty name becomes ``response``. Where letters are lost
    that may tell two names apart, a digest of the whole name follows, the same in every process.
    """
    allowed = _NOT_ALLOWED.sub("_", name)
    if not name or (len(allowed) <= MAX_LENGTH and _PLAIN.fullmatch(name)):
        return allowed or "response"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{allowed[: MAX_LENGTH - 1 - _DIGEST].rstrip('_')}_{digest}"
