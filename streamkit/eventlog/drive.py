"""The driving of a stream into a log, in a thread or a task of its own."""

# Strategy: whoever drives the stream gives each event to the producer of the log, which never
# waits, and passes it on to the caller through a channel. The driver does not refer to the caller's
# side, so that a caller who leaves, in any way, is collected and closes the channel: then events
# are no longer passed on, and nothing else changes.

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit._core.events import Growth
from streamkit._rx.cancellable import Cancellable
from streamkit._rx.loop import running_loop
from streamkit.errors import StreamClosedError, StreamTruncatedError
from streamkit.eventlog.errors import EventLogError
from streamkit.eventlog.latch import Latch
from streamkit.events import Event, EventEncoder, end_of
from streamkit.hub.backlog import DEFAULT_LIMIT, Backlog
from streamkit.hub.channel import Channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable

    from streamkit.eventlog.producer import Producer

__all__ = ["Drive"]

E = TypeVar("E")


class Drive(Generic[E]):
    """A stream that is read to its end, or until it is stopped."""

    def __init__(
        self, log: object, producer: Producer, source: Iterable[E] | AsyncIterable[E]
    ) -> None:
        self._log = log  # is kept open as long as there is somebody to write to it
        self.producer = producer
        self.channel: Channel[tuple[str, E]] = Channel(Backlog(DEFAULT_LIMIT, "block"))
        """The events for the caller, each with the cursor of its entry."""
        self.ended = Latch()
        """The signal that the stream has ended, and its end was sent to the log."""
        self.error: Exception | None = None
        """The error that ended the stream."""
        self._source = source
        self._encoder = EventEncoder()
        self._finishing = threading.Lock()
        self._end_reading: Callable[[], None] = _do_nothing

    def begin(self) -> None:
        """Begin, in a task of the running loop if there is one and the source can, or a thread."""
        context = copy_context()
        if running_loop() is not None and hasattr(self._source, "__aiter__"):
            task = asyncio.create_task(self._in_task(), context=context)
            _running.add(task)  # the loop keeps no reference of its own
            task.add_done_callback(_running.discard)
        else:
            self._end_reading = self._close_source
            threading.Thread(
                target=context.run,
                args=(self._in_thread,),
                name=f"streamkit-produce-{self.producer.stream_id}",
                daemon=True,
            ).start()
        self.producer.on_stop(self.stop)

    def stop(self) -> None:
        """End the stream and its log, if they have not ended; any thread may call this."""
        if self._finish(StreamClosedError("The stream was stopped on request")):
            self._end_reading()

    def _in_thread(self) -> None:
        source = cast("Iterable[E]", self._source)
        try:
            for event in source:
                if self.ended.is_given:
                    break
                self._log_one(event)
                while not self.channel.put((self.producer.cursor, event)):
                    self.channel.wait_for_room()
            if self.ended.is_given:
                self._close_source()
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self._finish(error)
        except BaseException:
            self._finish(_shut_down())
            raise
        else:
            self._finish(None)

    async def _in_task(self) -> None:
        source = cast("AsyncIterable[E]", self._source)
        reading = Cancellable()
        self._end_reading = reading.cancel
        try:
            with reading:
                if not self.ended.is_given:
                    await self._read(source)
            if self.ended.is_given:
                await getattr(source, "aclose", _nothing)()
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self._finish(error)
        except BaseException:  # the loop ends
            self._finish(_shut_down())
            raise
        else:
            self._finish(None)

    async def _read(self, source: AsyncIterable[E]) -> None:
        async for event in source:
            if self.ended.is_given:
                break
            self._log_one(event)
            while not self.channel.put((self.producer.cursor, event)):
                await self.channel.await_room()

    def _log_one(self, event: E) -> None:
        """Give an event to the log; a log that fails must not end the stream."""
        try:
            if isinstance(event, bytes):
                self.producer.send(event)
            else:
                for data in self._encoder.feed(cast("Event", event)):
                    self.producer.send(data, characters=_length(event), at_once=_is_done(event))
        except Exception as error:  # noqa: BLE001 - as the docstring says
            self.producer.fail(EventLogError(f"{type(error).__name__}: {error}"))

    def _finish(self, error: Exception | None) -> bool:
        """End the log and the caller's events; return false if that was done before."""
        with self._finishing:
            if self.ended.is_given:
                return False
            self.error = error
            self.producer.finish(end_of(error))
            self.ended.give()
        self.channel.end(error)
        return True

    def _close_source(self) -> None:
        close: Callable[[], object] = getattr(self._source, "close", _do_nothing)
        with suppress(ValueError):  # a generator that runs is closed after its next event
            close()


_running: set[asyncio.Task[None]] = set()


def _length(event: object) -> int:
    """Return the number of characters that an event adds to a text."""
    piece: Any = type(event).piece_of(event) if isinstance(event, Growth) else ""
    return len(piece)


def _is_done(event: object) -> bool:
    """Return whether an event ends a part of the answer, or the answer."""
    kind = str(getattr(event, "type", ""))
    return kind.endswith(".done") or kind == "finish"


def _shut_down() -> StreamTruncatedError:
    return StreamTruncatedError("The process or event loop that produced the stream was shut down")


def _do_nothing() -> None:
    """Do nothing, in place of the ``close`` that a source lacks."""


async def _nothing() -> None:
    """Do nothing, in place of the ``aclose`` that a source lacks."""
