"""Values as the page gets them: bounded, and saying what was left out."""

from __future__ import annotations

from typing import Any

import msgspec

from streamkit._core.json.parser import PartialJSON
from streamkit._core.json.view import plain

__all__ = ["LIMIT", "shown_bytes", "shown_json", "shown_partial", "shown_text"]

LIMIT = 1 << 16
"""The most characters of a text, or of a value's JSON, that are shown at once."""


def shown_text(text: str, limit: int = LIMIT) -> dict[str, Any]:
    """Return the end of a text, where it grows, and its length."""
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent
    return {"text": text[-limit:], "length": len(text)}


def shown_bytes(data: bytes, limit: int = LIMIT) -> dict[str, Any]:
    """Return the beginning of bytes as text, and their number."""
    return {"text": data[:limit].decode("utf-8", "replace"), "length": len(data)}


def shown_json(value: Any) -> dict[str, Any]:
    """Return a value as JSON, or, if it is too long, the beginning of its text."""
    try:
        text = msgspec.json.encode(value, enc_hook=str)
    except (ValueError, RecursionError):
        text = b'"It cannot be written as JSON."'
    if len(text) > LIMIT:
        return {"beginning": text[:LIMIT].decode("utf-8", "replace"), "length": len(text)}
    return {"value": msgspec.Raw(text)}


def shown_partial(text: str) -> dict[str, Any] | None:
    """Return the value of JSON that may be incomplete or broken off; None if it is no JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    parser = PartialJSON()
    parser.feed(text)
    parser.close()
    return {
        **shown_json(plain(parser.view())),
        "complete": parser.complete,
        "error": parser.error,
    }
