"""A log in a file of SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.eventlog.log import PATIENCE, EventLog
from streamkit.eventlog.sqlite_store import SQLiteStore
from streamkit.eventlog.store import Retention
from streamkit.eventlog.writer import PACE

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["SQLiteLog"]


class SQLiteLog(EventLog):
    """An event log in a file, which survives restarts and serves all processes of one machine.

    The file must be on a disk of the machine: SQLite's write-ahead log, which lets processes read
    while another writes, does not work on network file systems. Beside the file are two others,
    with ``-wal`` and ``-shm`` at the end of their names. All hold the events' content.

    Args:
        path: The file, which is made when it is missing.
        retention: How long the log of a stream is kept, and how long its producer may be silent.
        patience: Seconds for which a file that cannot be used is tried again, before a log fails.
        pace: Seconds for which an entry waits for others to be written with it.

    Raises:
        LogUnavailableError: The file cannot be opened, or is no database.
        ValueError: The path is that of a database in memory; see ``MemoryLog``.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        retention: Retention | None = None,
        patience: float = PATIENCE,
        pace: float = PACE,
    ) -> None:
        if str(path) in {"", ":memory:"}:
            raise ValueError("a SQLiteLog is a file: for a log in memory, use MemoryLog")
        store = SQLiteStore(path, retention or Retention())
        super().__init__(store, patience=patience, pace=pace)
