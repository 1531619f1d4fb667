"""The backends of event logs, for tests that every one of them passes."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from streamkit.eventlog import EventLog, MemoryLog, RedisLog, Retention, SQLiteLog

__all__ = ["Backend", "Memory", "Redis", "SQLite"]


class Backend(Protocol):
    """Somewhere to keep logs; each log that it opens stands for a process of its own."""

    def log(self, *, pace: float = 0.0, **retention: Any) -> EventLog:
        """Return a log over the one store of this backend; ``retention`` has its numbers."""
        ...

    def close(self) -> None:
        """Close every log, and delete what they kept."""
        ...


class Memory:
    """Logs in this process, which are one and the same."""

    def __init__(self) -> None:
        self._log: EventLog | None = None

    def log(self, *, pace: float = 0.0, **retention: Any) -> EventLog:
        if self._log is None:
            self._log = MemoryLog(retention=Retention(**retention), pace=pace)
        return self._log

    def close(self) -> None:
        if self._log is not None:
            self._log.close()


class SQLite:
    """Logs over one file, each with connections of its own, as those of processes are."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="streamkit-")
        self._logs: list[EventLog] = []

    def log(self, *, pace: float = 0.0, **retention: Any) -> EventLog:
        path = Path(self._folder.name) / "logs.db"
        self._logs.append(SQLiteLog(path, retention=Retention(**retention), pace=pace))
        return self._logs[-1]

    def close(self) -> None:
        for log in self._logs:
            log.close()
        self._folder.cleanup()


class Redis:
    """Logs on one server, whose names no other test has."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"test-{next(_number)}:"
        self._logs: list[EventLog] = []

    def log(self, *, pace: float = 0.0, **retention: Any) -> EventLog:
        kept = Retention(**retention)
        self._logs.append(RedisLog(self._url, prefix=self._prefix, retention=kept, pace=pace))
        return self._logs[-1]

    def close(self) -> None:
        for log in self._logs:
            log.close()


_number = count()
