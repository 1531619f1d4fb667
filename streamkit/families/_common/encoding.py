"""The encoding of events as JSON, for logs and relays: what is new in each, and no snapshots."""

# Strategy: an encoded event has the fields of the event and none of its views, because a reader
# can build these from the deltas. So the objects of a stream together are as long as the stream.

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.events import Event
from streamkit._core.machine import Machine
from streamkit._core.wire import plain
from streamkit.families._common.answer_events import AnswerChunkEvent
from streamkit.families._common.decoded_events import UnknownEvent, head_of
from streamkit.families._common.end_event import report_of
from streamkit.families._common.final import Final, FinalToolCall
from streamkit.families._common.part_event import PartEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EventEncoder", "encode", "encoded", "json_bytes"]

_LEFT_OUT = frozenset({"parsed", "parsed_arguments", "raw"})
"""The fields that are not encoded: values of the program's own types, which are read again."""


def encode(event: Event) -> bytes:
    """Return an event as a JSON object on one line, which ``decode`` reads.

    The object has the event's type, its fields and its part. ``snapshot``, ``parsed`` and other
    views of what came before are left out: an ``EventDecoder`` builds them again. Of a chunk only
    the id, the model and the time of the answer are kept, and of an error its class and message.

    Raises:
        TypeError: The value is no event.
    """
    return json_bytes(encoded(event))


def encoded(event: Event) -> dict[str, Any]:
    """Return an event as plain data, which become the JSON of ``encode``."""
    if not isinstance(event, Event):  # pyright: ignore[reportUnnecessaryIsInstance] - types are not checked at run time
        raise TypeError(f"encode takes events, not {type(event).__name__}")
    if isinstance(event, AnswerChunkEvent):
        return {"type": "chunk", "chunk": msgspec.to_builtins(head_of(event.chunk))}
    if isinstance(event, UnknownEvent):
        return event.to_dict()
    kind = type(event)
    names, implied = _layout(kind)
    data: dict[str, Any] = {"type": getattr(event, "type", kind.__name__)}
    for name in names:
        value = getattr(event, name)
        # A hot path: nearly all fields are texts and numbers.
        if value.__class__ is str or value.__class__ is int:
            data[name] = value
        elif value is not None:
            data[name] = _plain(value)
    for name, value in implied:
        if data.get(name) == value:
            del data[name]
    if isinstance(event, PartEvent):
        part, location = event._part, getattr(event, "_location", None)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
        if part:
            data["part"] = part
        if location is not None:
            data["location"] = location
    return data


class EventEncoder(Machine[Event, bytes]):
    """A machine that encodes the events of a stream, and leaves out chunks that add nothing."""

    def __init__(self) -> None:
        self._chunk = b""

    def feed(self, value: Event, /) -> Sequence[bytes]:
        """Take an event and return its JSON."""
        data = encode(value)
        if isinstance(value, AnswerChunkEvent):
            if data in (self._chunk, _EMPTY_CHUNK):
                return ()
            self._chunk = data
        return (data,)


_EMPTY_CHUNK = b'{"type":"chunk","chunk":{}}'


def json_bytes(data: object) -> bytes:
    """Return the JSON of plain data, on one line."""
    try:
        return msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can express
        return json.dumps(data, separators=(",", ":")).encode()


@cache
def _layout(kind: type[Event]) -> tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]:
    """Return the names of the fields to encode, and the values that go without saying."""
    names = [name for name in kind.__struct_fields__ if name[0] != "_" and name not in _LEFT_OUT]
    implied = [
        (name, value)
        for name, value in getattr(kind, "_implied", {}).items()
        if name in names and value is not None
    ]
    return tuple(names), tuple(implied)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseException):
        value = report_of(value)
    if isinstance(value, Final | FinalToolCall):
        fields = msgspec.structs.asdict(cast("msgspec.Struct", value))
        return {
            name: _plain(field)
            for name, field in fields.items()
            if field is not None and name not in _LEFT_OUT
        }
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    return plain(value, "json", drop_none=True)
