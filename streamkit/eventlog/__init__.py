"""Event logs: streams that are produced in one place, and joined, left and resumed in many.

    from streamkit.eventlog import SQLiteLog

    log = SQLiteLog("answers.db")
    for event in log.produce("answer-1", client.chat.completions.observe(...)):
        ...  # it goes on when this loop is left

    for event in log.events("answer-1", after=last_event_id):
        ...  # elsewhere, and later: each event once, in order

A ``SQLiteLog`` is a file, for all processes of one machine; a ``RedisLog`` is on a server, for all
machines; a ``MemoryLog`` lives in one process.
"""

from __future__ import annotations

from streamkit.eventlog.entry import Entry
from streamkit.eventlog.errors import (
    CursorError,
    EventLogError,
    LogEndedError,
    LogExistsError,
    LogExpiredError,
    LogNotFoundError,
    LogTrimmedError,
    LogUnavailableError,
    ProducerFencedError,
)
from streamkit.eventlog.event_reader import EventReader
from streamkit.eventlog.log import EventLog, LogStatus
from streamkit.eventlog.memory import MemoryLog
from streamkit.eventlog.producer import Producer
from streamkit.eventlog.production import Production
from streamkit.eventlog.reader import Reader
from streamkit.eventlog.redis import RedisLog
from streamkit.eventlog.sqlite import SQLiteLog
from streamkit.eventlog.store import Retention

__all__ = [
    "CursorError",
    "Entry",
    "EventLog",
    "EventLogError",
    "EventReader",
    "LogEndedError",
    "LogExistsError",
    "LogExpiredError",
    "LogNotFoundError",
    "LogStatus",
    "LogTrimmedError",
    "LogUnavailableError",
    "MemoryLog",
    "Producer",
    "ProducerFencedError",
    "Production",
    "Reader",
    "RedisLog",
    "Retention",
    "SQLiteLog",
]
