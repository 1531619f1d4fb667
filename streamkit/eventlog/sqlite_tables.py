"""The tables of a store in SQLite, and what is read and written in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.eventlog.entry import Row
from streamkit.eventlog.errors import EventLogError
from streamkit.eventlog.store import LogState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.store import Retention

__all__ = [
    "append_rows",
    "create_tables",
    "delete_entries",
    "new_log",
    "read_rows",
    "read_state",
    "renew",
    "sweep",
]

VERSION = 1
"""The version of the tables, which the file has as its ``user_version``."""

_LOGS = """
CREATE TABLE IF NOT EXISTS logs (
    stream TEXT PRIMARY KEY,
    incarnation TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1,
    first INTEGER NOT NULL DEFAULT 1,
    last INTEGER NOT NULL DEFAULT 0,
    has_ended INTEGER NOT NULL DEFAULT 0,
    is_stopping INTEGER NOT NULL DEFAULT 0,
    lease_until REAL NOT NULL DEFAULT 0,
    expires_at REAL NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_ENTRIES = """
CREATE TABLE IF NOT EXISTS entries (
    incarnation TEXT NOT NULL,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    is_end INTEGER NOT NULL,
    PRIMARY KEY (incarnation, number)
) WITHOUT ROWID
"""


def create_tables(db: sqlite3.Connection) -> None:
    """Create the tables in a new file.

    Raises:
        EventLogError: The file has other tables, of another version.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in {0, VERSION}:
        raise EventLogError(f"the file has tables of version {version}, and not of {VERSION}")
    db.execute(_LOGS)
    db.execute(_ENTRIES)
    db.execute(f"PRAGMA user_version = {VERSION}")


def new_log(db: sqlite3.Connection, key: LogKey) -> None:
    """Begin a log, in the place of any other of the stream."""
    db.execute("REPLACE INTO logs (stream, incarnation) VALUES (?, ?)", key)


def read_state(db: sqlite3.Connection, stream_id: str, now: float) -> LogState | None:
    """Return the state of a stream's log."""
    found = db.execute(
        "SELECT incarnation, epoch, first, last, has_ended, is_stopping, expires_at, lease_until"
        " FROM logs WHERE stream = ?",
        (stream_id,),
    ).fetchone()
    if found is None:
        return None
    incarnation, epoch, first, last, has_ended, is_stopping, expires_at, lease_until = found
    return LogState(
        incarnation,
        epoch,
        first,
        last,
        bool(has_ended),
        bool(is_stopping),
        expires_at <= now,
        lease_until - now,
    )


def read_rows(db: sqlite3.Connection, incarnation: str, after: int, limit: int) -> list[Row]:
    """Return entries after a number."""
    found = db.execute(
        "SELECT number, data, is_end FROM entries WHERE incarnation = ? AND number > ?"
        " ORDER BY number LIMIT ?",
        (incarnation, after, limit),
    )
    return [Row(number, data, bool(is_end)) for number, data, is_end in found]


def append_rows(db: sqlite3.Connection, key: LogKey, rows: Sequence[Row]) -> None:
    """Append entries."""
    if not rows:
        return
    db.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?)", [(key.incarnation, *row) for row in rows]
    )
    db.execute(
        "UPDATE logs SET last = ?, has_ended = ? WHERE stream = ?",
        (rows[-1].number, rows[-1].is_end, key.stream_id),
    )


def renew(db: sqlite3.Connection, stream_id: str, now: float, retention: Retention) -> None:
    """Give a sign of life of a log's producer."""
    db.execute(
        "UPDATE logs SET lease_until = ?, expires_at = ? WHERE stream = ?",
        (now + retention.lease, now + retention.seconds, stream_id),
    )


def delete_entries(db: sqlite3.Connection, incarnation: str) -> None:
    """Delete all entries of a log."""
    db.execute("DELETE FROM entries WHERE incarnation = ?", (incarnation,))


def sweep(db: sqlite3.Connection, now: float, seconds: float) -> None:
    """Delete the entries of expired logs, and forget those that expired ``seconds`` ago."""
    db.execute(
        "DELETE FROM entries WHERE incarnation IN"
        " (SELECT incarnation FROM logs WHERE expires_at <= ?)",
        (now,),
    )
    db.execute("DELETE FROM logs WHERE expires_at <= ?", (now - seconds,))
