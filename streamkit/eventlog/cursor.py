"""Cursors, which name a place in a log: the log's incarnation, and the number of an entry."""

# Strategy: numbers alone would be valid in every log of the same stream. When a log has expired and
# the stream is begun again, an old cursor would silently point into the new answer. So each log has
# an incarnation of its own, which its first producer draws at random.

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from streamkit.eventlog.errors import CursorError

__all__ = ["LogKey", "cursor_of", "new_incarnation", "parse_cursor"]

_FORM = re.compile(r"([0-9a-f]{12})-([0-9]{1,18})", re.ASCII)


class LogKey(NamedTuple):
    """The identity of one log: the stream, and which of the stream's logs it is."""

    stream_id: str
    incarnation: str


def new_incarnation() -> str:
    """Return the name of a new log, which no earlier log of a stream has."""
    return secrets.token_hex(6)


def cursor_of(incarnation: str, number: int) -> str:
    """Return the cursor of an entry: letters, digits and a hyphen, fit to be the id of an SSE."""
    return f"{incarnation}-{number}"


def parse_cursor(cursor: str | None) -> tuple[str | None, int]:
    """Return the incarnation of a cursor, or None, and its number.

    None, ``""`` and ``"0"`` are the place before the first entry of any log.

    Raises:
        CursorError: The cursor has another form.
    """
    if cursor is None or cursor in {"", "0"}:
        return None, 0
    match = _FORM.fullmatch(cursor) if isinstance(cursor, str) else None  # pyright: ignore[reportUnnecessaryIsInstance] - types are not checked at run time
    if match is None:
        raise CursorError(f"a cursor is like '0123456789ab-7', and not {str(cursor)[:80]!r}")
    return match[1], int(match[2])
