"""The thread that writes what the producers of one log send."""

# Strategy: whoever reads a model adds entries to its producer and goes on. One thread takes what is
# due from all producers (at once after a done event and the end, else after 128 characters or 50
# ms) and writes it in one step. So a slow store makes batches longer, and never a producer slower.
# The same thread gives the signs of life of quiet producers.

from __future__ import annotations

import threading
import time
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from streamkit._core.logger import logger
from streamkit.errors import StreamTruncatedError
from streamkit.eventlog.errors import EventLogError, LogUnavailableError
from streamkit.eventlog.retrying import Trouble, retried
from streamkit.events import end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.eventlog.forks import Lock
    from streamkit.eventlog.producer import Producer
    from streamkit.eventlog.store import Batch, Store
    from streamkit.eventlog.tail import Tail

__all__ = ["CHARACTERS", "PACE", "Writer"]

PACE = 0.05
"""Seconds for which an entry waits for others to be written with it."""
CHARACTERS = 128
"""Characters of text that do not wait for more."""


class Writer:
    """The queue of all producers of an ``EventLog``, and the thread that empties it."""

    def __init__(
        self,
        store: Store,
        tail: Tail,
        *,
        patience: float,
        pace: float = PACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._tail = tail
        self._trouble = Trouble(patience)
        self._patience = patience
        self._pace = pace
        self._clock = clock
        self._beat = store.retention.lease / 3
        self._lives: dict[Producer, float] = {}  # and when each must give a sign of life
        self._characters: dict[Producer, int] = {}  # that wait, of each producer
        # What is to be done when; of the times for signs of life there is one of each producer.
        self._due: list[tuple[float, int, Producer, bool]] = []
        self._ticket = count()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    def add(self, producer: Producer) -> None:
        """Open the log of a producer that has no claim yet, and keep every claim alive."""
        with self._changed:
            if self._is_closed:
                raise LogUnavailableError("the event log was closed")
            now = self._clock()
            is_open = producer.epoch is not None
            self._lives[producer] = now + self._beat if is_open else now
            self._schedule(self._lives[producer], producer, is_beat=True)
        if is_open:
            self._tail.watch(producer.key, producer.stop)

    def sent(self, producer: Producer, characters: int, *, is_first: bool, at_once: bool) -> None:
        """Note that a producer has something to write."""
        with self._changed:
            before = self._characters.get(producer, 0)
            self._characters[producer] = before + characters
            if at_once or before < CHARACTERS <= before + characters:
                self._schedule(self._clock(), producer)
            elif is_first:
                self._schedule(self._clock() + self._pace, producer)

    def hasten(self, producer: Producer) -> None:
        """Write what a producer has sent now."""
        with self._changed:
            self._schedule(self._clock(), producer)

    def close(self) -> None:
        """Write everything that was sent, within the time of patience, and end the thread.

        Logs without an end get one, which says that they are truncated.
        """
        for producer in [*self._lives]:
            producer.finish(_CLOSED)
        with self._changed:
            self._is_closed = True
            thread = self._thread
            self._changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(self._patience)
        self._trouble.close()
        for producer in [*self._lives]:
            self._drop(producer, LogUnavailableError("the event log was closed"))

    def locks(self) -> Sequence[Lock]:
        """Return the lock of the queue."""
        return [self._changed]

    def begin_anew(self) -> None:
        """In a fork, leave the producers of the parent to it."""
        self._thread = None
        self._trouble = Trouble(self._patience)
        self._lives.clear()
        self._characters.clear()
        self._due.clear()
        self._changed = threading.Condition(threading.RLock())

    def _schedule(self, at: float, producer: Producer, *, is_beat: bool = False) -> None:
        heappush(self._due, (at, next(self._ticket), producer, is_beat))
        if self._thread is None:
            if self._is_closed:
                return
            self._thread = threading.Thread(
                target=self._run, name="streamkit-eventlog-writer", daemon=True
            )
            self._thread.start()
        if self._due[0][2] is producer:
            self._changed.notify_all()

    def _run(self) -> None:
        while (producers := self._take()) is not None:
            try:
                self._write(producers)
            except Exception as error:  # noqa: BLE001 - the thread is shared, and must live
                logger().exception("the writer of an event log failed")
                failure = EventLogError(f"{type(error).__name__}: {error}")
                for producer in producers:
                    self._drop(producer, failure)

    def _take(self) -> Sequence[Producer] | None:
        """Wait until something is due, and return whose; None when all is written and closed."""
        with self._changed:
            while True:
                if self._is_closed:
                    return [producer for producer in self._lives if not producer.is_idle] or None
                now = self._clock()
                if due := self._pop_due(now):
                    return due
                self._changed.wait(self._due[0][0] - now if self._due else None)

    def _pop_due(self, now: float) -> list[Producer]:
        due: dict[Producer, None] = {}
        while self._due and self._due[0][0] <= now:
            _, _, producer, is_beat = heappop(self._due)
            life = self._lives.get(producer)
            if life is None:
                continue
            if not producer.is_idle or life <= now:
                due[producer] = None
            if is_beat:
                self._schedule(life if life > now else now + self._beat, producer, is_beat=True)
        return [*due]

    def _write(self, producers: Sequence[Producer]) -> None:
        opened = [producer for producer in producers if self._is_opened(producer)]
        batches = [producer.batch() for producer in opened]
        with self._changed:
            for producer in opened:
                self._characters.pop(producer, None)
        if not batches:
            return
        try:
            errors = retried(lambda: self._store.write(batches), self._trouble)
        except LogUnavailableError as error:
            errors = [error] * len(batches)
        for producer, batch, refusal in zip(opened, batches, errors, strict=True):
            self._settle(producer, batch, refusal)

    def _is_opened(self, producer: Producer) -> bool:
        """Open the log of a producer, if it is not open; return false if that fails."""
        if producer.epoch is None:
            try:
                claim = retried(
                    lambda: self._store.open(producer.key, producer.existing), self._trouble
                )
                producer.epoch = claim.epoch
                producer.opened.give()
                self._tail.watch(producer.key, producer.stop)
            except EventLogError as error:
                self._drop(producer, error)
                return False
        return True

    def _settle(self, producer: Producer, batch: Batch, error: EventLogError | None) -> None:
        if error is not None:
            self._drop(producer, error)
            return
        producer.wrote(batch)
        with self._changed:
            now = self._clock()
            self._lives[producer] = now + self._beat
            if producer.is_over:
                self._forget(producer)
            elif not producer.is_idle:
                self._schedule(now if producer.has_many else now + self._pace, producer)

    def _drop(self, producer: Producer, error: EventLogError) -> None:
        producer.fail(error)
        with self._changed:
            self._forget(producer)

    def _forget(self, producer: Producer) -> None:
        self._lives.pop(producer, None)
        self._characters.pop(producer, None)
        self._tail.unwatch(producer.key, producer.stop)


_CLOSED = end_of(StreamTruncatedError("The producer of the stream has closed its log"))
