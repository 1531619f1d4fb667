"""The newest entries of one log, which all its readers in this process share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from streamkit.eventlog.errors import CursorError
from streamkit.hub.waiters import Waiters

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from streamkit.eventlog.entry import Row

__all__ = ["RECENT", "Feed"]

RECENT = 1024
"""The number of entries that a feed holds at least, if there were so many; readers that are further
behind read from the store."""


class Feed:
    """The entries of a log since its first reader came, up to the newest ``RECENT`` or more."""

    def __init__(self, position: int) -> None:
        self.last = position
        """The number of the newest entry that is known here."""
        self.readers = 0
        self._rows: list[Row] = []
        self._error: Exception | None = None
        self._has_ended = False
        self._waiters = Waiters()
        # Reentrant, because a reader that is collected leaves, at any moment.
        self._lock = threading.RLock()

    def add(self, rows: Sequence[Row]) -> None:
        """Add entries, and wake the readers.

        After a gap, where entries were trimmed, none of the earlier ones is kept.
        """
        with self._lock:
            if rows[0].number != self.last + 1:
                self._rows.clear()
            self._rows.extend(rows)
            self.last = rows[-1].number
            self._has_ended = rows[-1].is_end
            if len(self._rows) > 2 * RECENT:
                del self._rows[:-RECENT]
            self._waiters.wake()

    def fail(self, error: Exception) -> None:
        """End every reader with an error, after the entries that are here."""
        with self._lock:
            self._error = error
            self._waiters.wake()

    def after(self, number: int) -> Sequence[Row] | None:
        """Return the entries after a number, or None if the feed does not reach back that far.

        Raises:
            CursorError: The log has ended before the number.
        """
        with self._lock:
            start = self.last - len(self._rows)
            if number < start:
                return None
            rows = self._rows[number - start :]
            if not rows and self._error is not None:
                raise self._error
            if not rows and self._has_ended:
                raise CursorError("the log of the stream ends before the cursor")
            return rows

    def thread(self, number: int) -> threading.Lock | None:
        """Return an event for this thread to wait for, or None if there is news after a number."""
        with self._lock:
            return None if self._has_news(number) else self._waiters.thread()

    def task(self, number: int) -> asyncio.Future[None] | None:
        """Return a future for this task to await, or None if there is news after a number."""
        with self._lock:
            return None if self._has_news(number) else self._waiters.task()

    def forget(self, woken: object) -> None:
        """Remove what a reader waited for."""
        with self._lock:
            self._waiters.forget(woken)

    def wake(self) -> None:
        """Wake all readers, so that each looks again."""
        with self._lock:
            self._waiters.wake()

    def _has_news(self, number: int) -> bool:
        return number < self.last or self._has_ended or self._error is not None
