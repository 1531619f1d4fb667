"""Cursors, which name a place in a log: the log's incarnation, and the number of an entry."""

# Strategy: numbers alone would be valid in every log of the same stream. When a log has expired and
# the stream is begun again, an old cursor would silently point into the new answer. So each log has
# an incarnation of its own, which its first producer draws at random.

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from streamkit.eventlog.errors import CursorError

__all__ = ["LogKey", "checked_id", "cursor_of", "new_incarnation", "parse_cursor"]

ID_LENGTH = 512
"""The maximum number of characters of the id of a stream."""

_FORM = re.compile(r"([0-9a-f]{12})-([0-9]{1,18})", re.ASCII)


class LogKey(NamedTuple):
    """The identity of one log: the stream, and which of the stream's logs it is."""

    stream_id: str
    incarnation: str


def checked_id(stream_id: str) -> str:
    """Return the id of a stream, if a store can keep it.

    Raises:
        TypeError: The id is no string.
        ValueError: It is longer than ``ID_LENGTH``, or has half of a surrogate pair.
    """
    if not isinstance(stream_id, str):  # pyright: ignore[reportUnnecessaryIsInstance] - types are not checked at run time
        raise TypeError(f"the id of a stream is a string, and not {type(stream_id).__name__}")
    if len(stream_id) > ID_LENGTH:
        raise ValueError(f"the id of a stream has at most {ID_LENGTH} characters")
    stream_id.encode()
    return stream_id


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
