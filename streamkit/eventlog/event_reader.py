"""The reader of a log's events, which are decoded again."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from streamkit.eventlog.cursor import parse_cursor
from streamkit.eventlog.reader import Reader
from streamkit.events import EventDecoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from reactivex import Observable

    from streamkit.eventlog.entry import Entry
    from streamkit.eventlog.source import Source
    from streamkit.events import EndEvent, Event
    from streamkit.machine import Machine

__all__ = ["EventReader", "observable_of"]

R = TypeVar("R", bound=Any)


class EventReader:
    """The events of a log after a cursor; iterate it in a thread or a task, or subscribe.

    It ends as the stream did where it was produced: it completes, or raises the stream's error, of
    the same class. Texts grow as they did: a reader that joins in the middle has the ``snapshot``
    of all that came before, so it reads the log from its beginning, and emits what follows.
    """

    def __init__(
        self,
        source: Source,
        stream_id: str,
        after: str | None,
        parsers: Callable[[], list[Machine[Event, Event]]],
        *,
        live: bool,
    ) -> None:
        self._reader = Reader(source, stream_id, after, live=live, from_start=True)
        self._reopen = partial(EventReader, source, stream_id, after, parsers, live=live)
        self._after = parse_cursor(after)[1]
        self._decoder = EventDecoder()
        self._parsers = parsers()
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
            self._finish(end)
        events = self._decoder.feed(entry.data)
        for parser in self._parsers:
            events = [parsed for event in events for parsed in parser.feed(event)]
        if entry.number > self._after:
            self._ready.extend(events)

    def _finish(self, end: EndEvent) -> NoReturn:
        error = end.exception()
        if error is not None:
            raise error
        for parser in self._parsers:
            deque(parser.close(), maxlen=0)  # which raises the error of a text that does not fit
        raise StopIteration


def new_parsers(format: Any, tools: list[Any]) -> Callable[[], list[Machine[Event, Event]]]:
    """Return a function that makes the machines of a reader, which parse its events."""
    if format is None and not tools:
        return list
    from streamkit._core.emitters.events import ArgumentsEvent, TextEvent
    from streamkit.families._common.parser import CommonEventParser
    from streamkit.structured.reader import Reader as TextReader
    from streamkit.structured.response_format import response_format
    from streamkit.structured.tools import tool_parsers

    taken, arguments = response_format(format), tool_parsers(tools)

    def parsers() -> list[Machine[Event, Event]]:
        reader = TextReader(taken, tools=arguments)
        return [CommonEventParser(kind, reader) for kind in (TextEvent, ArgumentsEvent)]

    return parsers


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
