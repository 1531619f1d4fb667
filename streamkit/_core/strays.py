"""What servers send in an event stream outside the fields of the standard, and mean all the same.

Strategy: the standard has a reader pass over a line whose field it does not know. Three kinds of
such lines are no accident: an ``error`` field, JSON without a ``data:``, on one line or on many,
and words that speak of a failure where only a field may stand, as a gateway writes them.
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
    """Yield an event's name and its data for each of them in a frame's lines.

    ``words`` says whether words may be one: before any event the body is no stream at all.
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
"""Whether words that are no field, whose name would have no space in it, speak of a failure."""
