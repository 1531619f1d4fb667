"""A log in the memory of this process."""

from __future__ import annotations

from streamkit.eventlog.log import PATIENCE, EventLog
from streamkit.eventlog.memory_store import MemoryStore
from streamkit.eventlog.store import Retention
from streamkit.eventlog.writer import PACE

__all__ = ["MemoryLog"]


class MemoryLog(EventLog):
    """An event log in the memory of this process, for one process and for tests.

    Args:
        retention: How long the log of a stream is kept, and how long its producer may be silent.
        pace: Seconds for which an entry waits for others to be written with it.
    """

    def __init__(self, *, retention: Retention | None = None, pace: float = PACE) -> None:
        super().__init__(MemoryStore(retention or Retention()), patience=PATIENCE, pace=pace)
