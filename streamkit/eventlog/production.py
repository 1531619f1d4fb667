"""A stream that is produced into a log, whoever watches it."""

# Strategy: a thread or a task of its own drives the stream, gives each event to the producer of the
# log, which never waits, and passes it on to the caller through a channel. The caller may leave at
# any moment; then events are no longer passed on, and nothing else changes.

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
from streamkit.eventlog.event_reader import observable_of
from streamkit.eventlog.latch import Latch
from streamkit.events import Event, EventEncoder, end_of
from streamkit.hub.backlog import DEFAULT_LIMIT, Backlog, End
from streamkit.hub.channel import Channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable
    from typing import Self

    from reactivex import Observable

    from streamkit.eventlog.producer import Producer

__all__ = ["Production"]

E = TypeVar("E")


class Production(Generic[E]):
    """A stream on its way into a log, and through here; ``EventLog.produce`` makes it.

    Iterate it in a thread or a task, or subscribe to its ``observable``, to get the events as they
    come, whether the log works or not. The stream waits for a slow loop, and goes on without it
    when ``close`` is called, or the production is dropped or its ``with`` left. ``stop`` ends it.
    """

    def __init__(
        self, log: object, producer: Producer, source: Iterable[E] | AsyncIterable[E]
    ) -> None:
        self._log = log  # is kept open as long as there is somebody to write to it
        self.producer = producer
        """The log's side; its ``error`` says why the log has failed, if it has."""
        self.cursor = producer.cursor
        """The place of the event that was returned last: the id of its server-sent event."""
        self._source = source
        self._encoder = EventEncoder()
        self._channel: Channel[tuple[str, E]] = Channel(Backlog(DEFAULT_LIMIT, "block"))
        self._error: Exception | None = None
        self._ended = Latch()
        self._end_reading: Callable[[], None] = self._close_source

    @property
    def stream_id(self) -> str:
        """The stream whose log is written."""
        return self.producer.stream_id

    @property
    def observable(self) -> Observable[E]:
        """An observable of the events, for one subscription; disposing of it only leaves."""
        return observable_of(lambda: self)

    def begin(self) -> Self:
        """Begin to drive the stream, in a task of the running loop or else in a thread."""
        context = copy_context()
        if running_loop() is not None and hasattr(self._source, "__aiter__"):
            task = asyncio.create_task(self._adrive(), context=context)
            _running.add(task)  # the loop keeps no reference of its own
            task.add_done_callback(_running.discard)
        else:
            threading.Thread(
                target=context.run,
                args=(self._drive,),
                name=f"streamkit-produce-{self.stream_id}",
                daemon=True,
            ).start()
        self.producer.on_stop(self.stop)
        return self

    def stop(self) -> None:
        """End the stream and its log, for every reader, with ``StreamClosedError``."""
        if self._finish(StreamClosedError("The stream was stopped on request")):
            self._end_reading()

    def close(self) -> None:
        """Leave the stream, which goes on without this caller; any thread or task may call this."""
        self._channel.close()

    async def aclose(self) -> None:
        """Do the same."""
        self.close()

    def until_done(self) -> None:
        """Leave the stream, and block this thread until it has ended and its log is written.

        Raises:
            Exception: The error that ended the stream. That of the log is ``producer.error``.
        """
        self.close()
        self._ended.wait()
        with suppress(EventLogError):
            self.producer.flush()
        if self._error is not None:
            raise self._error

    async def auntil_done(self) -> None:
        """Do the same in a task."""
        self.close()
        await self._ended.wait_async()
        with suppress(EventLogError):
            await self.producer.aflush()
        if self._error is not None:
            raise self._error

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        taken = self._channel.take_waiting()
        if isinstance(taken, End):
            raise taken.error or StopIteration
        return self._event(taken)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        taken = await self._channel.take_awaiting()
        if isinstance(taken, End):
            raise taken.error or StopAsyncIteration
        return self._event(taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _event(self, taken: object) -> E:
        self.cursor, event = cast("tuple[str, E]", taken)  # a channel that blocks drops nothing
        return event

    def _drive(self) -> None:
        source = cast("Iterable[E]", self._source)
        try:
            for event in source:
                if self._ended.is_given:
                    break
                self._log_one(event)
                while not self._channel.put((self.producer.cursor, event)):
                    self._channel.wait_for_room()
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self._finish(error)
        except BaseException:
            self._finish(_shut_down())
            raise
        else:
            self._finish(None)

    async def _adrive(self) -> None:
        source = cast("AsyncIterable[E]", self._source)
        reading = Cancellable()
        self._end_reading = reading.cancel
        try:
            with reading:
                async for event in source:
                    if self._ended.is_given:
                        break
                    self._log_one(event)
                    while not self._channel.put((self.producer.cursor, event)):
                        await self._channel.await_room()
            if self._ended.is_given:
                await getattr(source, "aclose", _nothing)()
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self._finish(error)
        except BaseException:  # the loop ends
            self._finish(_shut_down())
            raise
        else:
            self._finish(None)

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
        if self._ended.is_given:
            return False
        self._error = error
        if not self._ended.give():
            return False
        self.producer.finish(end_of(error))
        self._channel.end(error)
        return True

    def _close_source(self) -> None:
        close: Callable[[], object] = getattr(self._source, "close", _do_nothing)
        with suppress(ValueError):  # a generator that runs stops after its next event
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
