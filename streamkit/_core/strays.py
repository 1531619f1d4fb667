"""What servers send in an event stream outside the fields of the standard, and mean all the same.

Strategy: the standard has a reader pass over a line whose field it does not know. Two kinds of such
lines are no accident: an ``error`` field, and JSON without a ``data:``, on one line or on many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.decoding import is_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FIELDS", "strays"]

FIELDS = frozenset({b"data", b"event", b"id", b"retry"})
"""The fields of the standard."""

_NOTHING = (b"", b"null", b"{}", b'""')


def strays(frame: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield an event's name and its data for each of them in a frame's lines."""
    unknown: list[bytes] = []
    for line in frame:
        name, _, value = line.partition(b":")
        if name not in FIELDS and name != b"error":
            unknown.append(line)
            continue
        yield from _bare_json(unknown)
        unknown.clear()
        if name == b"error" and (said := value.strip()) not in _NOTHING:
            yield "error", said
    yield from _bare_json(unknown)


def _bare_json(lines: list[bytes]) -> Iterator[tuple[str, bytes]]:
    whole = b"\n".join(lines)
    for text in [whole] if is_json(whole) else lines:
        if is_json(text):
            yield "message", text
