"""The event log: streams that readers join late, leave and resume, over any store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload
from weakref import WeakValueDictionary, finalize

from msgspec import Struct

from streamkit._rx.loop import running_loop
from streamkit.eventlog.cursor import LogKey, checked_id, cursor_of, new_incarnation, parse_cursor
from streamkit.eventlog.drive import Drive
from streamkit.eventlog.errors import LogNotFoundError
from streamkit.eventlog.event_reader import EventReader, new_parsers
from streamkit.eventlog.forks import in_forks
from streamkit.eventlog.producer import Producer
from streamkit.eventlog.production import Production
from streamkit.eventlog.reader import Reader
from streamkit.eventlog.source import Source
from streamkit.eventlog.tail import Tail
from streamkit.eventlog.threads import Threads
from streamkit.eventlog.writer import PACE, Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable
    from typing import Self

    from reactivex import Observable

    from streamkit.eventlog.entry import Entry
    from streamkit.eventlog.store import Existing, LogState, Store
    from streamkit.events import EndEvent

__all__ = ["EventLog", "LogStatus"]

E = TypeVar("E")

PATIENCE = 30.0
"""Seconds for which a store that cannot be reached is tried again, by default."""

Phase: TypeAlias = Literal["live", "ended", "expired"]


class LogStatus(Struct, frozen=True):
    """The state of a stream's log."""

    phase: Phase
    """Whether the stream goes on, has its end in the log, or its entries were deleted."""
    cursor: str
    """The place of the newest entry."""
    is_stopping: bool
    """Whether somebody has asked the producer to stop."""


class EventLog:
    """A log of many streams, each known by an id; ``MemoryLog`` and its like say where it is kept.

    A stream is produced in one place and read in many. Its events have dense numbers, and the log
    has its end. Every reader gets each event once, in order, whenever it comes: from the beginning,
    or after the cursor of the last event that it has. The methods block until the store has
    answered, except ``produce``, ``read`` and ``events``; their twins with an ``a`` are awaited.
    """

    def __init__(self, store: Store, *, patience: float = PATIENCE, pace: float = PACE) -> None:
        self._store = store
        self._tail = Tail(store, patience)
        self._writer = Writer(store, self._tail, patience=patience, pace=pace)
        self._threads = Threads()
        # The writer holds them until they have ended.
        self._producers: WeakValueDictionary[str, Producer] = WeakValueDictionary()
        # Also when the program ends, so that what was sent last is written.
        self._close = finalize(self, _close, self._writer, self._tail, self._threads, store)
        in_forks(self, [self._writer, self._tail, self._threads, store])

    @property
    def _source(self) -> Source:
        return Source(self, self._tail, self._threads, self._producers)

    # Producing.

    @overload
    def produce(
        self, stream_id: str, source: Iterable[E], *, existing: Literal["refuse", "replace"] = ...
    ) -> Production[E]: ...
    @overload
    def produce(
        self,
        stream_id: str,
        source: AsyncIterable[E],
        *,
        existing: Literal["refuse", "replace"] = ...,
    ) -> Production[E]: ...
    @overload
    def produce(
        self,
        stream_id: str,
        source: Observable[E],
        *,
        existing: Literal["refuse", "replace"] = ...,
    ) -> Production[E]: ...
    def produce(
        self,
        stream_id: str,
        source: Any,
        *,
        existing: Literal["refuse", "replace"] = "refuse",
    ) -> Production[Any]:
        """Drive a stream into a new log, and return it as it passes through.

        It is driven from now on, in a task of the running loop or in a thread, until it ends or is
        stopped, whether or not anybody iterates what is returned. The log is opened and written in
        the background: if that fails, the stream goes on, and ``producer.error`` says why.

        Args:
            stream_id: The id of the stream, which its readers know.
            source: An observable of events, an iterable, or an async iterable; of common events, as
                ``observe()`` and ``stream.common`` emit them, or of bytes. The production owns it:
                do not close it when the caller leaves.
            existing: Whether a log that the stream has already is replaced; by default the new
                one fails with ``LogExistsError``.

        Raises:
            TypeError: The source is nothing that can be iterated here.
            LogUnavailableError: The log was closed.
        """
        key = LogKey(checked_id(stream_id), new_incarnation())
        producer = Producer(self._writer, key, None, existing)
        drive: Drive[Any] = Drive(self, producer, _iterable(source))
        self._producers[stream_id] = producer
        self._writer.add(producer)
        drive.begin()
        return Production(drive)

    def open(self, stream_id: str, *, existing: Existing = "refuse") -> Producer:
        """Claim the log of a stream, and return its producer, which fences off any earlier one.

        Raises:
            LogExistsError: The stream has a log, and ``existing`` is "refuse".
            EventLogError: The log to resume has ended or expired.
        """
        key = LogKey(checked_id(stream_id), new_incarnation())
        claim = self._source.patiently(lambda: self._store.open(key, existing))
        producer = Producer(self._writer, LogKey(stream_id, claim.incarnation), claim)
        self._writer.add(producer)
        self._producers[stream_id] = producer
        return producer

    def append(self, stream_id: str, entries: Iterable[bytes]) -> list[int]:
        """Append entries, and return their numbers once they are written.

        The first call opens a new log, if ``open`` has not done so.

        Raises:
            EventLogError: The log cannot be opened or written; the class says why.
        """
        producer = self._producers.get(stream_id) or self.open(stream_id)
        return producer.append(entries)

    def finish(self, stream_id: str, end: EndEvent | None = None) -> None:
        """Append the end to a log that was opened here, by default that of a complete stream.

        Raises:
            LogNotFoundError: This process has not opened the log.
            EventLogError: The end cannot be written.
        """
        producer = self._producers.pop(stream_id, None)
        if producer is None:
            raise LogNotFoundError(f"the log of stream {stream_id!r} was not opened here")
        producer.finish(end)
        producer.flush()

    # Reading.

    def read(self, stream_id: str, after: str | None = None, *, live: bool = True) -> Reader:
        """Return a reader of the entries after a cursor, as bytes.

        Args:
            stream_id: The id of the stream.
            after: The cursor of the last entry that the reader has, such as a ``Last-Event-ID``;
                None reads from the beginning.
            live: Whether the reader waits for entries to come, until the end. Otherwise it ends
                with the newest.

        Raises:
            CursorError: The cursor is malformed. Other errors are raised by the iteration:
                ``LogNotFoundError``, ``LogExpiredError``, ``LogTrimmedError``, and ``CursorError``
                for the cursor of another log.
        """
        return Reader(self._source, checked_id(stream_id), after, live=live)

    def events(
        self,
        stream_id: str,
        after: str | None = None,
        *,
        live: bool = True,
        format: Any = None,
        tools: Iterable[Any] = (),
    ) -> EventReader:
        """Return a reader of the events after a cursor, with texts that grow as they did.

        Args:
            stream_id: The id of the stream.
            after: The cursor of the last event that the reader has, as for ``read``.
            live: Whether the reader waits for events to come, until the end.
            format: The type of the content, which is not in the log; then deltas and done events
                have ``parsed``, as ``partial_parse`` sees to.
            tools: The tools of the request, for ``parsed_arguments``.

        Raises:
            CursorError: As for ``read``.
        """
        parsers = new_parsers(format, [*tools])
        return EventReader(self._source, checked_id(stream_id), after, parsers, live=live)

    def snapshot(self, stream_id: str, after: str | None = None) -> list[Entry]:
        """Return the entries that there are, without waiting for more."""
        return [*self.read(stream_id, after, live=False)]

    def status(self, stream_id: str) -> LogStatus | None:
        """Return the state of a stream's log, or None if there is none."""
        state = self._source.look(checked_id(stream_id))
        return None if state is None else _status(state)

    # Others.

    def stop(self, stream_id: str) -> LogStatus:
        """Ask the producer of a stream to stop it, wherever it runs.

        Nothing happens to a stream that has ended. A reader that leaves stops nothing.

        Raises:
            LogNotFoundError: The stream has no log.
        """
        source = self._source
        source.look(checked_id(stream_id))
        state = source.patiently(lambda: self._store.request_stop(stream_id))
        if state is None:
            raise LogNotFoundError(f"stream {stream_id!r} has no log")
        return _status(state)

    def trim(self, stream_id: str, before: str) -> None:
        """Delete the entries before a cursor; readers from further back get ``LogTrimmedError``."""
        _, number = parse_cursor(before)
        self._source.patiently(lambda: self._store.trim(stream_id, number))

    def expire(self, stream_id: str) -> None:
        """Delete a log now; its readers get ``LogExpiredError``."""
        self._source.patiently(lambda: self._store.expire(stream_id))

    def close(self) -> None:
        """Write what was sent, end all readers, and release the store.

        Logs of this process without an end get one that says that they are truncated.
        """
        self._close()

    # The same for tasks.

    async def aopen(self, stream_id: str, *, existing: Existing = "refuse") -> Producer:
        """Await ``open``."""
        return await self._source.apart(lambda: self.open(stream_id, existing=existing))

    async def aappend(self, stream_id: str, entries: Iterable[bytes]) -> list[int]:
        """Await ``append``."""
        return await self._source.apart(lambda: self.append(stream_id, entries))

    async def afinish(self, stream_id: str, end: EndEvent | None = None) -> None:
        """Await ``finish``."""
        await self._source.apart(lambda: self.finish(stream_id, end))

    async def asnapshot(self, stream_id: str, after: str | None = None) -> list[Entry]:
        """Await ``snapshot``."""
        return await self._source.apart(lambda: self.snapshot(stream_id, after))

    async def astatus(self, stream_id: str) -> LogStatus | None:
        """Await ``status``."""
        return await self._source.apart(lambda: self.status(stream_id))

    async def astop(self, stream_id: str) -> LogStatus:
        """Await ``stop``."""
        return await self._source.apart(lambda: self.stop(stream_id))

    async def atrim(self, stream_id: str, before: str) -> None:
        """Await ``trim``."""
        await self._source.apart(lambda: self.trim(stream_id, before))

    async def aexpire(self, stream_id: str) -> None:
        """Await ``expire``."""
        await self._source.apart(lambda: self.expire(stream_id))

    async def aclose(self) -> None:
        """Await ``close``."""
        import asyncio

        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _close(writer: Writer, tail: Tail, threads: Threads, store: Store) -> None:
    writer.close()
    tail.close()
    threads.close()
    store.close()


def _status(state: LogState) -> LogStatus:
    phase: Phase = "expired" if state.is_expired else "ended" if state.has_ended else "live"
    return LogStatus(phase, cursor_of(state.incarnation, state.last), state.is_stopping)


def _iterable(source: Any) -> Any:
    """Return a source as it is, or a loop over it if it is an observable.

    Raises:
        TypeError: The source cannot be iterated here.
    """
    reactivex = sys.modules.get("reactivex.abc")  # without it there is no observable
    if reactivex is None or not isinstance(source, reactivex.ObservableBase):
        on_a_loop = running_loop() is not None
        if hasattr(source, "__iter__") or (on_a_loop and hasattr(source, "__aiter__")):
            return source
        raise TypeError(
            "produce takes an iterable, an observable or, on a running event loop, an async "
            f"iterable, and not {type(source).__name__}"
        )
    from streamkit._rx.iteration import Loop

    if running_loop() is None:
        return Loop(source, 0)
    from streamkit._rx.async_iteration import AsyncLoop

    return AsyncLoop(source, 0)
