"""The producer's side of one log: what waits to be written, and what has been."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from streamkit._core.logger import logger
from streamkit.eventlog.cursor import LogKey, cursor_of
from streamkit.eventlog.entry import Row, end_row
from streamkit.eventlog.errors import EventLogError, LogEndedError, LogUnavailableError
from streamkit.eventlog.latch import Latch
from streamkit.eventlog.store import Batch
from streamkit.events import EndEvent
from streamkit.hub.waiters import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streamkit.eventlog.store import Claim, Existing
    from streamkit.eventlog.writer import Writer

__all__ = ["PENDING_BYTES", "Producer"]

PENDING_BYTES = 8 * 1024 * 1024
"""The maximum number of bytes of one log that wait to be written; beyond it, the log has failed."""
ROWS = 256
"""The maximum number of entries of one batch."""


class Producer:
    """The right to append to one log; ``EventLog.open`` makes it.

    ``send`` never waits and never raises: a background thread writes. If it cannot, the log's
    failure is in ``error``, in the log of the library, and raised by ``flush``, while the stream
    that is sent goes on.
    """

    def __init__(
        self, writer: Writer, key: LogKey, claim: Claim | None, existing: Existing = "refuse"
    ) -> None:
        self.key = key
        self.existing: Existing = existing
        """What the writer does if there is a log when it opens this one, which it has not yet."""
        self.epoch: int | None = None if claim is None else claim.epoch
        self.opened = Latch()
        """The signal that the log was opened, or cannot be."""
        if claim is not None:
            self.opened.give()
        self.error: EventLogError | None = None
        """Why the log failed, or None; then what is sent is dropped."""
        self.is_stopping = False
        """Whether somebody has asked to stop the stream."""
        self._writer = writer
        self._last = self._written = 0 if claim is None else claim.last
        self._pending: list[Row] = []
        self._pending_bytes = 0
        self._has_finished = False
        self._is_failing = False
        self._on_stop: list[Callable[[], None]] = []
        self._waiters = Waiters()
        self._lock = threading.RLock()

    @property
    def stream_id(self) -> str:
        """The stream whose log this is."""
        return self.key.stream_id

    @property
    def cursor(self) -> str:
        """The place of the entry that was sent last."""
        return cursor_of(self.key.incarnation, self._last)

    @property
    def has_finished(self) -> bool:
        """Whether the end was sent."""
        return self._has_finished

    def send(self, data: bytes, *, characters: int | None = None, at_once: bool = False) -> None:
        """Append an entry in the background; drop it if the log has failed.

        Args:
            data: The entry.
            characters: Its length in characters of text, as the writer's pace counts them; by
                default the number of bytes.
            at_once: Whether the entry is written now, with all before it.

        Raises:
            LogEndedError: The end was sent before.
        """
        with self._lock:
            row = Row(self._last + 1, data)
            self._add(row, len(data) if characters is None else characters, at_once=at_once)

    def append(self, entries: Iterable[bytes]) -> list[int]:
        """Append entries, wait until they are written, and return their numbers.

        Raises:
            EventLogError: The log has failed.
        """
        with self._lock:
            first = self._last + 1
            for data in entries:
                self.send(data, characters=0)
            last = self._last
        self.flush()
        return [*range(first, last + 1)]

    def finish(self, end: EndEvent | None = None) -> None:
        """Append the end in the background, by default of a complete stream.

        After the first call nothing happens.
        """
        with self._lock:
            if self._has_finished:
                return
            self._add(end_row(self._last + 1, end or EndEvent("complete")), 0, at_once=True)
            self._has_finished = True

    def flush(self) -> None:
        """Block this thread until everything sent was written.

        Raises:
            EventLogError: The log has failed.
        """
        self._writer.hasten(self)
        with self._lock:
            last = self._last
        while True:
            with self._lock:
                if self._is_settled(last):
                    return
                woken = self._waiters.thread()
            woken.acquire()

    async def aflush(self) -> None:
        """Wait in this task until everything sent was written; raise as ``flush`` does."""
        self._writer.hasten(self)
        with self._lock:
            last = self._last
        while True:
            with self._lock:
                if self._is_settled(last):
                    return
                woken = self._waiters.task()
            try:
                await woken
            finally:
                with self._lock:
                    self._waiters.forget(woken)

    def on_stop(self, call: Callable[[], None]) -> None:
        """Call a function when somebody asks to stop the stream; at once if somebody has.

        It is called on a thread of the log.
        """
        with self._lock:
            if not self.is_stopping:
                self._on_stop.append(call)
                return
        call()

    def _add(self, row: Row, characters: int, *, at_once: bool) -> None:
        if self.error is None and self._has_finished:
            raise LogEndedError(f"the end of stream {self.stream_id!r} was sent before")
        self._last = row.number
        if self.error is not None:
            return  # but the cursors go on
        is_first = not self._pending
        self._pending.append(row)
        self._pending_bytes += len(row.data)
        if self._pending_bytes <= PENDING_BYTES:
            self._writer.sent(self, characters, is_first=is_first, at_once=at_once)
            return
        limit = f"more than {PENDING_BYTES} bytes of stream {self.stream_id!r} wait to be written"
        self.fail(LogUnavailableError(limit))

    # The writer's side.

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._pending

    @property
    def has_many(self) -> bool:
        """Whether more waits than one batch takes."""
        return len(self._pending) >= ROWS

    @property
    def is_over(self) -> bool:
        """Whether nothing will be written any more."""
        return self.error is not None or (self._has_finished and not self._pending)

    def batch(self) -> Batch:
        """Return what is to be written next; it stays here until ``wrote``."""
        with self._lock:
            rows: Sequence[Row] = self._pending[:ROWS]
            return Batch(self.key, self.epoch or 0, self._written + 1, rows)

    def wrote(self, batch: Batch) -> None:
        """Drop a batch that was written."""
        with self._lock:
            if self.error is not None:
                return
            del self._pending[: len(batch.rows)]
            self._pending_bytes -= sum(len(row.data) for row in batch.rows)
            self._written += len(batch.rows)
            self._waiters.wake()

    def fail(self, error: EventLogError) -> None:
        """Give up the log, and say so; the stream is not affected."""
        with self._lock:
            if self._is_failing:
                return
            self._is_failing = True
        logger().warning("The log of stream %r has failed: %s", self.stream_id, error)
        with self._lock:
            self.error = error
            self._pending.clear()
            self._pending_bytes = 0
            self._waiters.wake()
        self.opened.give()

    def stop(self) -> None:
        """Note that somebody asks to stop the stream, and call those who want to know."""
        with self._lock:
            if self.is_stopping:
                return
            self.is_stopping = True
            calls, self._on_stop = self._on_stop, []
        for call in calls:
            call()

    def _is_settled(self, number: int) -> bool:
        if self.error is not None:
            raise self.error
        return self._written >= number
