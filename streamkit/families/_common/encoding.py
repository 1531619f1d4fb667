"""The encoding of events as JSON, for logs and relays: what is new in each, and no snapshots."""

# Strategy: an encoded event has the fields of the event and none of its views, because a reader
# can build these from the deltas. So the objects of a stream together are as long as the stream.

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_origin

import msgspec

from streamkit._core.events import Event
from streamkit._core.machine import Machine
from streamkit._core.wire import plain
from streamkit.families._common.answer_events import AnswerChunkEvent
from streamkit.families._common.decoded_events import NO_HEAD, UnknownEvent, head_of
from streamkit.families._common.end_event import report_of
from streamkit.families._common.final import Final, FinalToolCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["EventEncoder", "encode", "encoded", "json_bytes"]

_LEFT_OUT = frozenset({"parsed", "parsed_arguments", "raw"})
"""The fields that are not encoded: values of the program's own types, which are read again."""


_SCALARS = frozenset({str, int})
"""The classes whose values are encoded as they are, without a look at what they are."""


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
    layout = _layouts.get(event.__class__)
    if layout is None:
        layout = _layouts[event.__class__] = _layout(event.__class__)
    if layout.is_chunk:
        return {
            "type": "chunk",
            "chunk": msgspec.to_builtins(head_of(cast("AnswerChunkEvent", event))),
        }
    if layout.is_unknown:
        return event.to_dict()
    # A hot path: of most events all fields are texts and numbers.
    values = layout.values(event)
    data: dict[str, Any] = {"type": layout.type}
    pairs = zip(layout.names, values, strict=False)
    if layout.is_plain and None not in values:
        data.update(pairs)
    else:
        for name, value in pairs:
            if value is not None:
                data[name] = value if value.__class__ in _SCALARS else _plain(value)
    for name, value in layout.implied:
        if data.get(name) == value:
            del data[name]
    if layout.has_part and (part := cast("Any", event)._part):  # noqa: SLF001 - of this package
        data["part"] = part
    if layout.has_location:
        data["location"] = cast("Any", event)._location  # noqa: SLF001 - as above
    return data


class EventEncoder(Machine[Event, bytes]):
    """A machine that encodes the events of a stream, and leaves out chunks that add nothing."""

    def __init__(self) -> None:
        self._head = NO_HEAD

    def feed(self, value: Event, /) -> Sequence[bytes]:
        """Take an event and return its JSON."""
        if isinstance(value, AnswerChunkEvent):
            # A hot path: most chunks say the same of their answer as the one before.
            head = head_of(value)
            if head is NO_HEAD or head == self._head:
                return ()
            self._head = head
        return (encode(value),)


def json_bytes(data: object) -> bytes:
    """Return the JSON of plain data, on one line."""
    try:
        return msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can express
        return json.dumps(data, separators=(",", ":")).encode()


class _Layout(NamedTuple):
    """How the events of a class are encoded."""

    type: str
    names: tuple[str, ...]
    """The names of the fields to encode."""
    values: Callable[[Event], tuple[Any, ...]]
    """A function that returns the values of these fields, and more after them."""
    is_plain: bool
    """Whether all of these are texts and numbers."""
    implied: tuple[tuple[str, Any], ...]
    """The values that go without saying."""
    has_part: bool
    has_location: bool
    is_chunk: bool
    is_unknown: bool


_layouts: dict[type, _Layout] = {}


def _layout(kind: type[Event]) -> _Layout:
    if not issubclass(kind, Event):  # pyright: ignore[reportUnnecessaryIsInstance] - types are not checked at run time
        raise TypeError(f"encode takes events, not {kind.__name__}")
    fields = kind.__struct_fields__
    names = [name for name in fields if name[0] != "_" and name not in _LEFT_OUT]
    said = getattr(kind, "type", None)
    implied: Mapping[str, object] = getattr(kind, "_implied", {})
    return _Layout(
        said if isinstance(said, str) else kind.__name__,
        tuple(names),
        attrgetter(*names, "__class__", "__class__"),  # with two names at least it returns a tuple
        _is_plain(kind, names),
        tuple((name, value) for name, value in implied.items() if name in names and value),
        "_part" in fields,
        "_location" in fields,
        issubclass(kind, AnswerChunkEvent),
        kind is UnknownEvent,
    )


def _is_plain(kind: type[Event], names: Sequence[str]) -> bool:
    try:
        types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    except NameError:  # a class of the user's, whose annotations only type checkers know
        return False
    return all(types[name] in (str, int) or get_origin(types[name]) is Literal for name in names)


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
