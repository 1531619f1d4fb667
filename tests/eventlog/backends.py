"""The backends of event logs, for tests that every one of them passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from streamkit.eventlog import EventLog, MemoryLog, Retention

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Backend", "Memory"]


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


BACKENDS: dict[str, Callable[[], Backend]] = {"memory": Memory}
