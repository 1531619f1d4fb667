"""The decoding of events from JSON, and the events of a stream that grow again from its deltas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from streamkit._core.compiled import decoder
from streamkit._core.decoding import loads
from streamkit._core.events import AttemptResetEvent, Event, Growth
from streamkit._core.growing_text import GrowingText, with_whole_characters
from streamkit._core.machine import Machine
from streamkit._core.text import TextLog
from streamkit.errors import StreamDecodeError
from streamkit.families._common.decoded_events import UnknownEvent
from streamkit.families._common.event_shapes import shape_of
from streamkit.families._common.turn_events import TurnStartedEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EncodedEvent", "EventDecoder", "decode"]

EncodedEvent: TypeAlias = bytes | str | Mapping[str, Any]
"""The JSON of an event, or the object in it."""


def decode(data: EncodedEvent) -> Event:
    """Return the event that ``encode`` has written.

    A delta event that is decoded alone has its own piece as its whole text; an ``EventDecoder``
    decodes the events of a stream, whose texts grow. An event of an unknown type is an
    ``UnknownEvent`` with its members.

    Raises:
        StreamDecodeError: The data are no event, or lack what events of their type have.
    """
    return EventDecoder().feed(data)[0]


class EventDecoder(Machine[EncodedEvent, Event]):
    """A machine that decodes the events of a stream from its beginning, with growing texts.

    ``snapshot`` and its like are as they were where the stream was made. Nothing is parsed, because
    the type of an answer is not in the data: ``partial_parse`` and ``tool_arg_parse`` parse decoded
    events as they parse those of a client.
    """

    def __init__(self) -> None:
        self._logs: dict[tuple[Any, ...], TextLog | list[Any]] = {}

    def feed(self, value: EncodedEvent, /) -> Sequence[Event]:
        """Take the JSON of an event, or the object in it, and return the event."""
        try:
            return (self._event(value),)
        except (ValueError, RecursionError) as error:
            raise StreamDecodeError(
                f"expected an event: {error}", received=_quoted(value)
            ) from None

    def _event(self, data: EncodedEvent) -> Event:
        try:
            name = data.get("type") if isinstance(data, Mapping) else _typed(data).type
        except msgspec.DecodeError:  # half a surrogate pair, or no JSON
            return self._event(_object(data))
        shape = shape_of(name) if isinstance(name, str) else None
        if shape is None:
            return _unknown(_object(data))
        fields = shape.read(data)
        kind = shape.kind
        if issubclass(kind, Growth):
            self._grow(kind, fields)
        elif kind is TurnStartedEvent or kind is AttemptResetEvent:
            self._logs.clear()
        event: Event = kind(**fields)
        return event

    def _grow(self, kind: Any, fields: dict[str, Any]) -> None:
        """Add the piece of a delta event to its text or list, and the log to the event's fields."""
        piece, grows_in = kind._piece, kind._grows_in  # noqa: SLF001 - of this package
        # The address of an event is its class's own.
        place = fields["_part"] or tuple([fields[name] for name in kind._at])  # noqa: SLF001
        key = (kind, place, fields.get("_location"))
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = TextLog() if isinstance(fields[piece], str) else []
        if isinstance(log, GrowingText):
            fields[piece] = log.append(fields[piece])
            fields["_end"] = log.length
        else:
            log.extend(fields[piece])
            fields["_end"] = len(log)
        fields[grows_in] = log


class _Typed(msgspec.Struct):
    type: str


_typed = decoder(_Typed).decode


def _object(data: EncodedEvent) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    value = with_whole_characters(loads(data))
    if not isinstance(value, dict):
        raise ValueError(f"a JSON object, not {type(value).__name__}")  # noqa: TRY004 - as of bad JSON
    return cast("dict[str, Any]", value)


def _unknown(fields: Mapping[str, Any]) -> UnknownEvent:
    name = fields.get("type")
    if not isinstance(name, str):
        raise ValueError("it has no type")  # noqa: TRY004 - as of bad JSON
    return UnknownEvent(name, {key: each for key, each in fields.items() if key != "type"})


def _quoted(data: EncodedEvent) -> bytes | str:
    return json.dumps(data, default=repr) if isinstance(data, Mapping) else data
