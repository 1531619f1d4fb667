"""A store in a file of SQLite, for all processes of one machine."""

# Strategy: three connections in a process, one each to write, to read and to follow; a write of one
# process changes the ``data_version`` that the followers of all see, so a look at it, a hundred
# times a second, is all that following costs. https://www.sqlite.org/pragma.html#pragma_data_version

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamkit.eventlog.entry import Row
from streamkit.eventlog.errors import EventLogError, LogUnavailableError
from streamkit.eventlog.sqlite_tables import (
    append_rows,
    create_tables,
    delete_entries,
    new_log,
    read_rows,
    read_state,
    renew,
    sweep,
)
from streamkit.eventlog.store import Claim, LogState, News, claimed, new

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Generator, Mapping, Sequence
    from os import PathLike

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.forks import Lock
    from streamkit.eventlog.store import Batch, Existing, Retention

__all__ = ["SQLiteStore"]

POLL = 0.01
"""Seconds between two looks at whether another process has written."""
BUSY = 5.0
"""Seconds for which a connection waits for another one's lock."""
PAGE = 512
"""The maximum number of entries that are followed at a time, of one log."""


class SQLiteStore:
    """The store of a ``SQLiteLog``."""

    def __init__(
        self,
        path: str | PathLike[str],
        retention: Retention,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.retention = retention
        self._clock = clock
        self._writing = _Connection(path)
        self._reading = _Connection(path)
        self._following = _Connection(path)
        self._sweep_at = 0.0
        self._version: object = None
        self._is_woken = False
        self._nudge = threading.Event()
        try:
            with self._writing.transaction() as db:
                create_tables(db)
        except BaseException:
            self._writing.close()
            raise

    def open(self, key: LogKey, existing: Existing) -> Claim:
        """Claim a stream's log."""
        with self._writing.transaction() as db:
            now = self._clock()
            if now >= self._sweep_at:
                self._sweep_at = now + self.retention.seconds / 10
                sweep(db, now, self.retention.seconds)
            before = read_state(db, key.stream_id, now)
            state = claimed(before, key, existing)
            if state is None:
                if before is not None:
                    delete_entries(db, before.incarnation)
                new_log(db, key)
                claim = Claim(key.incarnation, 1, 0)
            else:
                claim = Claim(state.incarnation, state.epoch + 1, state.last)
                db.execute(
                    "UPDATE logs SET epoch = ?, is_stopping = 0 WHERE stream = ?",
                    (claim.epoch, key.stream_id),
                )
            renew(db, key.stream_id, now, self.retention)
        self._nudge.set()
        return claim

    def write(self, batches: Sequence[Batch]) -> Sequence[EventLogError | None]:
        """Append batches, in one transaction."""
        with self._writing.transaction() as db:
            now = self._clock()
            errors = [self._append(db, batch, now) for batch in batches]
        self._nudge.set()
        return errors

    def look(self, stream_ids: Sequence[str]) -> Sequence[LogState | None]:
        """Return the states of some logs."""
        with self._reading.use() as db:
            now = self._clock()
            return [read_state(db, stream_id, now) for stream_id in stream_ids]

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        """Return entries after a number."""
        with self._reading.use() as db:
            return read_rows(db, key.incarnation, after, limit)

    def tail(
        self, positions: Mapping[LogKey, int], stops: Collection[LogKey], seconds: float
    ) -> News:
        """Wait for news."""
        deadline = time.monotonic() + seconds
        news = self._news(positions, stops)
        while not (news.rows or news.stopped or self._is_woken or time.monotonic() >= deadline):
            self._nudge.wait(POLL)
            self._nudge.clear()
            if self._has_changed():
                news = self._news(positions, stops)
        self._is_woken = False
        return news

    def wake(self) -> None:
        """Let ``tail`` return."""
        self._is_woken = True
        self._nudge.set()

    def request_stop(self, stream_id: str) -> LogState | None:
        """Ask the producer to stop."""
        with self._writing.transaction() as db:
            db.execute(
                "UPDATE logs SET is_stopping = 1 WHERE stream = ? AND NOT has_ended", (stream_id,)
            )
            state = read_state(db, stream_id, self._clock())
        self._nudge.set()
        return state

    def end_abandoned(self, key: LogKey, epoch: int, end: bytes) -> None:
        """End a log whose lease has run out."""
        with self._writing.transaction() as db:
            now = self._clock()
            state = read_state(db, key.stream_id, now)
            if state is None or (state.incarnation, state.epoch) != (key.incarnation, epoch):
                return
            if state.has_ended or state.is_expired or state.lease >= 0:
                return
            append_rows(db, key, [Row(state.last + 1, end, is_end=True)])
            db.execute("UPDATE logs SET epoch = epoch + 1 WHERE stream = ?", (key.stream_id,))
            renew(db, key.stream_id, now, self.retention)
        self._nudge.set()

    def trim(self, stream_id: str, before: int) -> None:
        """Delete entries."""
        with self._writing.transaction() as db:
            state = read_state(db, stream_id, self._clock())
            if state is not None:
                self._trim(db, stream_id, state, min(before, state.last + 1))

    def expire(self, stream_id: str) -> None:
        """Delete all entries."""
        with self._writing.transaction() as db:
            now = self._clock()
            state = read_state(db, stream_id, now)
            if state is not None:
                delete_entries(db, state.incarnation)
                db.execute(
                    "UPDATE logs SET expires_at = min(expires_at, ?) WHERE stream = ?",
                    (now, stream_id),
                )

    def close(self) -> None:
        """Close the file."""
        for connection in (self._writing, self._reading, self._following):
            connection.close()

    def _append(self, db: sqlite3.Connection, batch: Batch, now: float) -> EventLogError | None:
        stream_id = batch.key.stream_id
        state = read_state(db, stream_id, now)
        try:
            rows = new(state, batch)
        except EventLogError as error:
            return error
        if state is not None:
            append_rows(db, batch.key, rows)
            self._trim(db, stream_id, state, state.last + len(rows) + 1 - self.retention.entries)
            renew(db, stream_id, now, self.retention)
        return None

    def _trim(self, db: sqlite3.Connection, stream_id: str, state: LogState, before: int) -> None:
        if before <= state.first:
            return
        db.execute(
            "DELETE FROM entries WHERE incarnation = ? AND number < ?", (state.incarnation, before)
        )
        db.execute("UPDATE logs SET first = ? WHERE stream = ?", (before, stream_id))

    def locks(self) -> Sequence[Lock]:
        """Return the locks of the connections."""
        return [self._writing.lock, self._reading.lock, self._following.lock]

    def begin_anew(self) -> None:
        """In a fork, open connections of its own."""
        for connection in (self._writing, self._reading, self._following):
            connection.begin_anew()
        self._nudge = threading.Event()
        self._version = None

    def _has_changed(self) -> bool:
        with self._following.use() as db:
            version = db.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return bool(before != version)

    def _news(self, positions: Mapping[LogKey, int], stops: Collection[LogKey]) -> News:
        with self._following.use() as db:
            return News(
                {
                    key: rows
                    for key, position in positions.items()
                    if (rows := read_rows(db, key.incarnation, position, PAGE))
                },
                {
                    key
                    for key in stops
                    if (state := read_state(db, key.stream_id, 0.0)) is not None
                    and state.incarnation == key.incarnation
                    and state.is_stopping
                },
            )


class _Connection:
    """A connection that threads use one after the other; a fork opens its own."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._is_closed = False
        self.lock = threading.Lock()

    @contextmanager
    def use(self) -> Generator[sqlite3.Connection]:
        """Yield the connection; its errors become ``LogUnavailableError``."""
        import sqlite3

        with self.lock:
            try:
                yield self._opened()
            except sqlite3.Error as error:
                raise LogUnavailableError(f"{self._path}: {error}") from error

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Yield the connection within a transaction, which an error rolls back."""
        with self.use() as db:
            # A transaction that reads first and then writes could fail at once if another wrote.
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def close(self) -> None:
        with self.lock:
            if self._db is not None:
                self._db.close()
            self._db, self._is_closed = None, True

    def begin_anew(self) -> None:
        """In a fork, leave the parent's connection to it, and open none before one is needed."""
        _PARENT_S.append(self._db)
        self._db = None
        self.lock = threading.Lock()

    def _opened(self) -> sqlite3.Connection:
        import sqlite3

        if self._is_closed:
            raise LogUnavailableError("the event log was closed")
        if self._db is None:
            db = sqlite3.connect(
                self._path, timeout=BUSY, isolation_level=None, check_same_thread=False
            )
            try:
                # Several processes read while one writes; a crash of a process loses nothing.
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
            except sqlite3.Error:
                db.close()
                raise
            self._db = db
        return self._db


_PARENT_S: list[object] = []
"""Connections of the parent, which a child must not close: that would give up the parent's locks.

Source: https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a
fork".
"""
