"""The reader of a log's events, which are decoded again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit.eventlog.cursor import parse_cursor
from streamkit.eventlog.reader import Reader
from streamkit.events import EventDecoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from reactivex import Observable

    from streamkit.eventlog.entry import Entry
    from streamkit.eventlog.source import Source
    from streamkit.events import Event

__all__ = ["EventReader", "observable_of"]

R = TypeVar("R", bound=Any)


class EventReader:
    """The events of a log after a cursor; iterate it in a thread or a task, or subscribe.

    It ends as the stream did where it was produced: it completes, or raises the stream's error, of
    the same class. Texts grow as they did: a reader that joins in the middle has the ``snapshot``
    of all that came before, so it reads the log from its beginning, and emits what follows.
    """

    def __init__(self, source: Source, stream_id: str, after: str | None, *, live: bool) -> None:
        self._open = partial(Reader, source, stream_id, after, live=live, from_start=True)
        self._reader = self._open()
        self._reopen = partial(EventReader, source, stream_id, after, live=live)
        self._after = parse_cursor(after)[1]
        self._decoder = EventDecoder()
        self._ready: list[Event] = []

    @property
    def cursor(self) -> str:
        """The place of the event that was returned last: the id of its server-sent event."""
        return self._reader.cursor

    @property
    def observable(self) -> Observable[Event]:
        """A cold observable of these events; each subscription reads the log.

        It emits on the running loop, and elsewhere on the thread or scheduler of the subscriber.
        """
        return observable_of(self._reopen)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while not self._ready:
            self._decode(next(self._reader))
        return self._ready.pop(0)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._ready:
            try:
                self._decode(await anext(self._reader))
            except StopIteration:
                raise StopAsyncIteration from None
        return self._ready.pop(0)

    def close(self) -> None:
        """Leave the log, and end the iteration; any thread or task may call this."""
        self._reader.close()

    async def aclose(self) -> None:
        """Do the same."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _decode(self, entry: Entry) -> None:
        """Add the events of an entry that are to be emitted; raise at the end."""
        end = entry.end
        if end is not None:
            raise end.exception() or StopIteration
        events = self._decoder.feed(entry.data)
        if entry.number > self._after:
            self._ready.extend(events)


def observable_of(open_reader: Callable[[], R]) -> Observable[Any]:
    """Return a cold observable that opens a reader on subscription, on a loop or a thread."""
    from streamkit._rx.async_push import observe_async
    from streamkit._rx.loop import running_loop
    from streamkit._rx.observable import Observable
    from streamkit._rx.push import observe

    async def again() -> R:
        return open_reader()

    def subscribe(observer: Any, scheduler: Any = None) -> Any:
        made = cast("Any", observe(open_reader) if running_loop() is None else observe_async(again))
        return made.subscribe(observer, scheduler=scheduler)

    return Observable(subscribe)
