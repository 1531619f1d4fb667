"""The streams that are kept in a log: their beginning, the joining of them, and their stop."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from starlette.responses import Response

from streamkit.eventlog import CursorError, LogNotFoundError
from streamkit.eventlog.cursor import parse_cursor
from streamkit.events import UnknownEvent
from streamkit.machine import Machine
from streamkit.proxy.numbered import Numbered
from streamkit.proxy.requests import RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
    from typing import Self

    from streamkit.eventlog import EventLog
    from streamkit.eventlog.producer import Producer

__all__ = ["Kept"]


class Kept:
    """The streams of a proxy in its log.

    Args:
        log: The log.
        scope: What distinguishes the streams of this proxy from others in the log.
        keep: Whether a stream goes on when the client that began it leaves.
        repeats: Whether a reader who joins a stream after its end gets it.
        is_raw: Whether the log has the events of the API as bytes, and not common ones.
    """

    def __init__(
        self, log: EventLog, scope: str, *, keep: bool, repeats: bool, is_raw: bool
    ) -> None:
        self._log = log
        self._scope = scope
        self._keep = keep
        self._repeats = repeats
        self._is_raw = is_raw
        self._producers: WeakValueDictionary[str, Producer] = WeakValueDictionary()

    def begin(self, stream_id: str, source: Any, request: dict[str, Any]) -> Any:
        """Return a stream as it passes into the log, in place of an earlier one of its id.

        The log is opened and written beside: one that is away does not delay the answer.

        Args:
            stream_id: The id of the stream.
            source: The events.
            request: The parts of the request that the encoder of a reader depends on.
        """
        name = self._name(stream_id)
        earlier = self._producers.get(name)
        if earlier is not None:
            earlier.stop()  # nobody could read its answer any more
        if not self._is_raw:
            source = _after(UnknownEvent(_REQUEST, {"request": request}), source)
        production = self._log.produce(name, source, existing="replace")
        self._producers[name] = production.producer
        return production if self._keep else _Owned(production)

    async def join(
        self, stream_id: str, after: str | None, encoder: Callable[[dict[str, Any]], Any]
    ) -> Response | tuple[Any, Numbered]:
        """Return the events of a stream and their encoder, or the response that says why not.

        Raises:
            RequestError: ``after`` is no cursor.
        """
        name = self._name(stream_id)
        status = await self._log.astatus(name)
        if status is None:
            return Response(status_code=204)
        if status.phase == "expired":
            return Response(status_code=410)
        try:
            incarnation, number = parse_cursor(after)
        except CursorError as error:
            raise RequestError(str(error), param="last-event-id") from None
        if incarnation is not None and incarnation != parse_cursor(status.cursor)[0]:
            return Response(status_code=410)  # of a stream that another has replaced
        has_all = after == status.cursor if incarnation is not None else not self._repeats
        if status.phase == "ended" and has_all:
            return Response(status_code=204)
        if self._is_raw:
            return _Entries(self._log.read(name)), Numbered(encoder({}), after=number)
        return self._log.events(name), Numbered(_Joined(encoder), after=number)

    async def stop(self, stream_id: str) -> bool:
        """Stop a stream wherever it is produced; return whether there is one."""
        try:
            await self._log.astop(self._name(stream_id))
        except LogNotFoundError:
            return False
        return True

    async def aclose(self) -> None:
        """Write what was sent, and release the log."""
        await self._log.aclose()

    def _name(self, stream_id: str) -> str:
        return f"{self._scope}:{stream_id}"


_REQUEST = "proxy.request"
"""The type of the first event in the log."""


async def _after(first: Any, source: Any) -> AsyncGenerator[Any]:
    async with aclosing(source) as events:
        yield first
        async for event in events:
            yield event


class _Joined(Machine[Any, bytes]):
    """An encoder that is made when the request, the first event, has been read."""

    def __init__(self, encoder: Callable[[dict[str, Any]], Any]) -> None:
        self._new = encoder
        self._encoder = encoder({})
        self.headers: Mapping[str, str] = self._encoder.headers

    def feed(self, value: Any, /) -> Sequence[bytes]:
        """Take an event and return its frames; the request has none."""
        if isinstance(value, UnknownEvent) and value.type == _REQUEST:
            self._encoder = self._new(value.data["request"])
            return ()
        frames: Sequence[bytes] = self._encoder.feed(value)
        return frames

    def close(self) -> Iterable[bytes]:
        """Return the frames of the end."""
        frames: Iterable[bytes] = self._encoder.close()
        return frames


class _Owned:
    """A stream that ends when the client that began it leaves."""

    def __init__(self, production: Any) -> None:
        self._production = production

    @property
    def cursor(self) -> str:
        cursor: str = self._production.cursor
        return cursor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return await anext(self._production)

    async def aclose(self) -> None:
        self._production.stop()
        self._production.close()


class _Entries:
    """The entries of a log as bytes; the iteration ends as the stream did."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    @property
    def cursor(self) -> str:
        cursor: str = self._reader.cursor
        return cursor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        entry = await anext(self._reader)
        if not entry.is_end:
            data: bytes = entry.data
            return data
        error = entry.end.exception()
        raise StopAsyncIteration if error is None else error

    async def aclose(self) -> None:
        self._reader.close()
