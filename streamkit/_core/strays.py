"""Strays: lines of an event stream outside the standard's fields that have a meaning all the same.

Strategy: by the standard a reader ignores a line whose field it does not know. Three kinds of such
lines are no accident: an ``error`` field, JSON without a ``data:``, on one line or on many, and
words about a failure where only a field may stand, as a gateway writes them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamkit._core.decoding import is_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FIELDS", "strays"]

FIELDS = frozenset({b"data", b"event", b"id", b"retry"})
"""The fields of the standard."""

_NOTHING = (b"", b"null", b"{}", b'""')


def strays(frame: Iterable[bytes], *, words: bool = True) -> Iterator[tuple[str, bytes]]:
    """Yield an event's name and data for each stray in a frame's lines.

    ``words`` allows words as strays: before the first event they mean that the body is no stream.
    """
    unknown: list[bytes] = []
    for line in frame:
        name, _, value = line.partition(b":")
        is_error = name.lower() == b"error"
        if name not in FIELDS and not is_error:
            unknown.append(line)
            continue
        yield from _bare(unknown, words=words)
        unknown.clear()
        if is_error and (said := value.strip()) not in _NOTHING:
            yield "error", said
    yield from _bare(unknown, words=words)


def _bare(lines: list[bytes], *, words: bool) -> Iterator[tuple[str, bytes]]:
    whole = b"\n".join(lines)
    for text in [whole] if is_json(whole) else lines:
        if is_json(text):
            yield "message", text
        elif words and _FAILURE(text):
            yield "error", text


_FAILURE = re.compile(
    rb"(?=[^:]*\s|<).*\b(?:error|exception|fail(?:ed|ure)|timed?[ -]?out|unavailable"
    rb"|overloaded|bad gateway)\b",
    re.IGNORECASE | re.DOTALL,
).match
"""Matches words about a failure that are no field, because a field's name has no space."""
