"""A stream that is produced into a log, as its caller sees it pass through."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from streamkit.eventlog.errors import EventLogError
from streamkit.eventlog.event_reader import observable_of
from streamkit.hub.backlog import End

if TYPE_CHECKING:
    from typing import Self

    from reactivex import Observable

    from streamkit.eventlog.drive import Drive
    from streamkit.eventlog.producer import Producer

__all__ = ["Production"]

E = TypeVar("E")


class Production(Generic[E]):
    """A stream on its way into a log, and through here; ``EventLog.produce`` makes it.

    Iterate it in a thread or a task, or subscribe to its ``observable``, to get the events as they
    come, whether the log works or not. The stream waits for a slow loop, and goes on without it
    when ``close`` is called, its ``with`` is left or the last reference to it is dropped, as when a
    loop over it is left. ``stop`` ends the stream.
    """

    def __init__(self, drive: Drive[E]) -> None:
        self._drive = drive
        self._channel = drive.channel
        self.producer: Producer = drive.producer
        """The log's side; its ``error`` says why the log has failed, if it has."""
        self.cursor = drive.producer.cursor
        """The place of the event that was returned last, the id of its server-sent event; when the
        iteration has ended, the place of the end."""

    @property
    def stream_id(self) -> str:
        """The stream whose log is written."""
        return self.producer.stream_id

    @property
    def observable(self) -> Observable[E]:
        """An observable of the events, for one subscription; disposing of it only leaves."""
        return observable_of(lambda: self)

    def stop(self) -> None:
        """End the stream and its log, for every reader, with ``StreamClosedError``."""
        self._drive.stop()

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
        self._drive.ended.wait()
        with suppress(EventLogError):
            self.producer.flush()
        if self._drive.error is not None:
            raise self._drive.error

    async def auntil_done(self) -> None:
        """Do the same in a task."""
        self.close()
        await self._drive.ended.wait_async()
        with suppress(EventLogError):
            await self.producer.aflush()
        if self._drive.error is not None:
            raise self._drive.error

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        taken = self._channel.take_waiting()
        if isinstance(taken, End):
            self.cursor = self.producer.cursor
            raise taken.error or StopIteration
        return self._event(taken)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        taken = await self._channel.take_awaiting()
        if isinstance(taken, End):
            self.cursor = self.producer.cursor
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

    def __del__(self) -> None:
        self._channel.close()

    def _event(self, taken: object) -> E:
        self.cursor, event = cast("tuple[str, E]", taken)  # a channel that blocks drops nothing
        return event
