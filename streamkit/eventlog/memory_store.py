"""A store in the memory of this process."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from streamkit.eventlog.entry import Row
from streamkit.eventlog.errors import EventLogError
from streamkit.eventlog.store import Claim, LogState, News, claimed, new

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.forks import Lock
    from streamkit.eventlog.store import Batch, Existing, Retention

__all__ = ["MemoryStore"]


class MemoryStore:
    """The store of a ``MemoryLog``."""

    def __init__(self, retention: Retention, clock: Callable[[], float] = time.monotonic) -> None:
        self.retention = retention
        self._clock = clock
        self._logs: dict[str, _Log] = {}
        self._sweep_at = clock()
        self._is_woken = False
        self._changed = threading.Condition()

    def locks(self) -> Sequence[Lock]:
        """Return the lock of the logs."""
        return [self._changed]

    def begin_anew(self) -> None:
        """In a fork, go on with a copy of what the parent's logs had."""
        self._changed = threading.Condition()

    def open(self, key: LogKey, existing: Existing) -> Claim:
        """Claim a stream's log."""
        with self._changed:
            now = self._clock()
            self._sweep(now)
            log = self._logs.get(key.stream_id)
            state = claimed(None if log is None else log.state(now), key, existing)
            if log is None or state is None:
                log = self._logs[key.stream_id] = _Log(key.incarnation)
            else:
                log.epoch += 1
                log.is_stopping = False
            self._renew(log, now)
            return Claim(log.incarnation, log.epoch, log.last)

    def write(self, batches: Sequence[Batch]) -> Sequence[EventLogError | None]:
        """Append batches."""
        with self._changed:
            now = self._clock()
            self._changed.notify_all()
            return [self._append(batch, now) for batch in batches]

    def look(self, stream_ids: Sequence[str]) -> Sequence[LogState | None]:
        """Return the states of some logs."""
        with self._changed:
            now = self._clock()
            logs = [self._logs.get(stream_id) for stream_id in stream_ids]
            return [None if log is None else log.state(now) for log in logs]

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        """Return entries after a number."""
        with self._changed:
            log = self._logs.get(key.stream_id)
            if log is None or log.incarnation != key.incarnation:
                return ()
            return log.after(after)[:limit]

    def tail(
        self, positions: Mapping[LogKey, int], stops: Collection[LogKey], seconds: float
    ) -> News:
        """Wait for news."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                news = News(
                    {key: rows for key, at in positions.items() if (rows := self._after(key, at))},
                    {key for key in stops if self._stops(key)},
                )
                remaining = deadline - time.monotonic()
                if news.rows or news.stopped or self._is_woken or remaining <= 0:
                    self._is_woken = False
                    return news
                self._changed.wait(remaining)

    def wake(self) -> None:
        """Let ``tail`` return."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def request_stop(self, stream_id: str) -> LogState | None:
        """Ask the producer to stop."""
        with self._changed:
            log = self._logs.get(stream_id)
            if log is None:
                return None
            log.is_stopping = not log.has_ended
            self._changed.notify_all()
            return log.state(self._clock())

    def end_abandoned(self, key: LogKey, epoch: int, end: bytes) -> None:
        """End a log whose lease has run out."""
        with self._changed:
            log, now = self._logs.get(key.stream_id), self._clock()
            if log is None or (log.incarnation, log.epoch) != (key.incarnation, epoch):
                return
            state = log.state(now)
            if not state.has_ended and not state.is_expired and state.lease < 0:
                log.epoch += 1
                log.append([Row(log.last + 1, end, is_end=True)])
                self._renew(log, now)
                self._changed.notify_all()

    def trim(self, stream_id: str, before: int) -> None:
        """Delete entries."""
        with self._changed:
            if (log := self._logs.get(stream_id)) is not None:
                log.trim(before)

    def expire(self, stream_id: str) -> None:
        """Delete all entries."""
        with self._changed:
            if (log := self._logs.get(stream_id)) is not None:
                log.expires_at = min(log.expires_at, self._clock())
                log.rows.clear()

    def close(self) -> None:
        """Do nothing: the memory is given back with the store."""

    def _append(self, batch: Batch, now: float) -> EventLogError | None:
        log = self._logs.get(batch.key.stream_id)
        try:
            rows = new(None if log is None else log.state(now), batch)
        except EventLogError as error:
            return error
        if log is not None:
            log.append(rows)
            log.trim(log.last - self.retention.entries + 1)
            self._renew(log, now)
        return None

    def _renew(self, log: _Log, now: float) -> None:
        log.lease_until = now + self.retention.lease
        log.expires_at = now + self.retention.seconds

    def _sweep(self, now: float) -> None:
        """Delete the entries of expired logs, and forget those that expired long ago."""
        if now < self._sweep_at:
            return
        self._sweep_at = now + self.retention.seconds / 10
        for stream_id, log in [*self._logs.items()]:
            if log.expires_at + self.retention.seconds <= now:
                del self._logs[stream_id]
            elif log.expires_at <= now:
                log.rows.clear()

    def _after(self, key: LogKey, number: int) -> Sequence[Row]:
        log = self._logs.get(key.stream_id)
        if log is None or log.incarnation != key.incarnation or log.last <= number:
            return ()
        return log.after(number)

    def _stops(self, key: LogKey) -> bool:
        log = self._logs.get(key.stream_id)
        return log is not None and log.incarnation == key.incarnation and log.is_stopping


class _Log:
    def __init__(self, incarnation: str) -> None:
        self.incarnation = incarnation
        self.epoch = 1
        self.rows: list[Row] = []
        self.last = 0
        self.has_ended = False
        self.is_stopping = False
        self.lease_until = 0.0
        self.expires_at = 0.0

    @property
    def first(self) -> int:
        return self.last - len(self.rows) + 1

    def state(self, now: float) -> LogState:
        return LogState(
            self.incarnation,
            self.epoch,
            self.first,
            self.last,
            self.has_ended,
            self.is_stopping,
            self.expires_at <= now,
            self.lease_until - now,
        )

    def after(self, number: int) -> list[Row]:
        return self.rows[max(0, number + 1 - self.first) :]

    def append(self, rows: Sequence[Row]) -> None:
        self.rows.extend(rows)
        if rows:
            self.last = rows[-1].number
            self.has_ended = rows[-1].is_end

    def trim(self, before: int) -> None:
        if before > self.first:
            del self.rows[: before - self.first]
