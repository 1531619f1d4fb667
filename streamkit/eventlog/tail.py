"""The thread that follows all logs which somebody in this process reads or writes."""

# Strategy: however many readers there are, one thread waits for news of the store, on one
# connection. It adds new entries to the feeds, tells producers to stop, and from time to time looks
# at logs that are quiet: one that has expired, or whose producer is dead, would be quiet for ever.

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from streamkit._core.logger import logger
from streamkit.errors import StreamTruncatedError
from streamkit.eventlog.errors import (
    CursorError,
    EventLogError,
    LogExpiredError,
    LogUnavailableError,
)
from streamkit.eventlog.feed import Feed
from streamkit.eventlog.retrying import Trouble
from streamkit.events import encode, end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.forks import Lock
    from streamkit.eventlog.store import LogState, News, Store

__all__ = ["ABANDONED", "Tail", "mistake_of"]

SLICE = 1.0
"""The maximum number of seconds for which the thread waits before it looks at the quiet logs."""

LONGEST_CALL = 5.0
"""Seconds for which the end of a log waits for a call to the store."""

ABANDONED = encode(end_of(StreamTruncatedError("The producer of the stream has died")))


class Tail:
    """The feeds of a log's readers, and the thread that fills them; it starts when needed."""

    def __init__(self, store: Store, patience: float) -> None:
        self.store = store
        self.patience = patience
        self._trouble = Trouble(patience)
        self._slice = min(SLICE, store.retention.lease / 4)
        self._feeds: dict[LogKey, Feed] = {}
        self._stops: dict[LogKey, Callable[[], None]] = {}
        self._trusted_at = 0.0
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    def join(self, key: LogKey, position: int) -> tuple[Feed, bool]:
        """Return the feed of a log, for a reader that has everything up to ``position``.

        If the second value is true, the feed is new: then ``wake`` the thread, without which it
        would notice the feed after a second.
        """
        with self._changed:
            feed = self._feeds.get(key)
            is_new = feed is None
            if feed is None:
                feed = self._feeds[key] = Feed(position)
            feed.readers += 1
            self._begin()
        return feed, is_new

    def leave(self, key: LogKey, feed: Feed) -> None:
        """Forget a reader; the last one's feed is dropped."""
        with self._changed:
            feed.readers -= 1
            if not feed.readers and self._feeds.get(key) is feed:
                del self._feeds[key]

    def watch(self, key: LogKey, stop: Callable[[], None]) -> None:
        """Call ``stop`` when somebody asks the producer of a log to stop, or has asked."""
        with self._changed:
            self._stops[key] = stop
            self._begin()
        self.wake()

    def unwatch(self, key: LogKey, stop: Callable[[], None]) -> None:
        """Forget a producer, unless another one of the same log has taken its place."""
        with self._changed:
            if self._stops.get(key) == stop:
                del self._stops[key]

    def close(self) -> None:
        """End the thread, and every reader."""
        with self._changed:
            self._is_closed = True
            feeds, self._feeds = [*self._feeds.values()], {}
            self._stops.clear()
            self._changed.notify_all()
            thread = self._thread
        for feed in feeds:
            feed.fail(LogUnavailableError("the event log was closed"))
        self._trouble.close()
        if thread is not None and thread is not threading.current_thread():
            self.wake()
            thread.join(LONGEST_CALL)

    def locks(self) -> Sequence[Lock]:
        """Return the lock of the feeds."""
        return [self._changed]

    def begin_anew(self) -> None:
        """In a fork, leave the readers and producers of the parent to it."""
        self._thread = None
        self._trouble = Trouble(self.patience)
        self._feeds.clear()
        self._stops.clear()
        self._changed = threading.Condition(threading.RLock())

    def wake(self) -> None:
        """Let the thread notice new feeds and producers."""
        with suppress(LogUnavailableError):  # the thread looks again after its wait
            self.store.wake()

    def _begin(self) -> None:
        if self._is_closed:
            raise LogUnavailableError("the event log was closed")
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name="streamkit-eventlog-tail", daemon=True
            )
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        look_at = time.monotonic() + self._slice
        while True:
            with self._changed:
                while not (self._feeds or self._stops or self._is_closed):
                    self._changed.wait()
                if self._is_closed:
                    return
                positions = {key: feed.last for key, feed in self._feeds.items()}
                stops = [*self._stops]
            try:
                self._deliver(self.store.tail(positions, stops, self._slice))
                if time.monotonic() >= look_at:
                    self._look_at_quiet(positions)
                    look_at = time.monotonic() + self._slice
                self._trouble.is_over()
            except LogUnavailableError as error:
                self._bear(error)
            except Exception as error:  # noqa: BLE001 - the thread is shared, and must live
                logger().exception("the tail of an event log failed")
                self._bear(LogUnavailableError(f"{type(error).__name__}: {error}"))

    def _deliver(self, news: News) -> None:
        for key, rows in news.rows.items():
            with self._changed:
                feed = self._feeds.get(key)
            # A feed that was dropped and begun anew meanwhile may be further on.
            if feed is not None and (newer := [row for row in rows if row.number > feed.last]):
                feed.add(newer)
        for key in news.stopped:
            with self._changed:
                stop = self._stops.pop(key, None)
            if stop is not None:
                stop()

    def _look_at_quiet(self, positions: dict[LogKey, int]) -> None:
        with self._changed:
            quiet = [
                (key, feed) for key, feed in self._feeds.items() if positions.get(key) == feed.last
            ]
        states = self.store.look([key.stream_id for key, _ in quiet])
        for (key, feed), state in zip(quiet, states, strict=True):
            mistake = mistake_of(key, state)
            if mistake is not None:
                self._drop(key, feed, mistake)
            elif state is not None and state.lease < 0 and not state.has_ended and self._trusts():
                self.store.end_abandoned(key, state.epoch, ABANDONED)

    def _trusts(self) -> bool:
        # While the store was away, no producer could give a sign of life.
        return time.monotonic() >= self._trusted_at

    def _bear(self, error: LogUnavailableError) -> None:
        """Wait before the next attempt; when patience is exhausted, end the readers."""
        self._trusted_at = time.monotonic() + self.store.retention.lease
        if self._trouble.is_bearable():
            return
        with self._changed:
            feeds = [*self._feeds.items()]
        for key, feed in feeds:
            self._drop(key, feed, error)

    def _drop(self, key: LogKey, feed: Feed, error: Exception) -> None:
        with self._changed:
            if self._feeds.get(key) is feed:
                del self._feeds[key]
        feed.fail(error)


def mistake_of(key: LogKey, state: LogState | None) -> EventLogError | None:
    """Return the error of a reader of a log whose stream is in ``state``."""
    if state is None:
        return LogExpiredError(f"the log of stream {key.stream_id!r} is gone")
    if state.incarnation != key.incarnation:
        return CursorError(f"stream {key.stream_id!r} was begun anew, in another log")
    if state.is_expired:
        return LogExpiredError(f"the log of stream {key.stream_id!r} has expired")
    return None
