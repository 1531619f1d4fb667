"""The name of a schema in a request."""

from __future__ import annotations

import re

__all__ = ["MAX_LENGTH", "schema_name"]

MAX_LENGTH = 64
"""The maximum length that the API accepts for the name of a schema or a function."""

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")

_PLAIN = re.compile(r"[\w-]+(?:\[[\w-]+(?:, [\w-]+)*\]|(?: \| [\w-]+)+)?", re.ASCII)
"""Names that stay distinct without their punctuation: ``Box``, ``Box[int, str]``, ``A | B``."""

_DIGEST = 8


def schema_name(name: str) -> str:
    """Turn any name into one that the API accepts: ``[A-Za-z0-9_-]``, at most 64 characters.

    ``Box[int]`` becomes ``Box_int_``; an empty name becomes ``response``. Where lost letters could
    make two names equal, a digest of the whole name follows, the same in every process.
    """
    allowed = _NOT_ALLOWED.sub("_", name)
    if not name or (len(allowed) <= MAX_LENGTH and _PLAIN.fullmatch(name)):
        return allowed or "response"
    import hashlib  # imported here: it loads OpenSSL, and few names need it

    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{allowed[: MAX_LENGTH - 1 - _DIGEST].rstrip('_')}_{digest}"
