"""The shapes in which events are written: which fields their JSON has, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, NamedTuple, get_origin

import msgspec

from streamkit._core import events as core
from streamkit._core.compiled import convert, decoder, one_at_a_time
from streamkit._core.construction import construct
from streamkit._core.wire import Wire
from streamkit.errors import ParseError, StreamkitError
from streamkit.families._common import answer_events, path_events, text_events, tool_events
from streamkit.families._common import turn_events as turns
from streamkit.families._common.decoded_events import ChunkHeadEvent
from streamkit.families._common.end_event import EndEvent, ErrorReport, error_of
from streamkit.families._common.final import Final, FinalToolCall, Usage
from streamkit.families._common.race_event import RaceSettledEvent
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionTokenLogprob

__all__ = ["Shape", "shape_of", "type_names"]

_KINDS: tuple[Any, ...] = (
    *(core.AttemptResetEvent, core.EventsDroppedEvent, EndEvent, RaceSettledEvent, ChunkHeadEvent),
    *(answer_events.AnnotationEvent, answer_events.FinishEvent, answer_events.ImagePartialEvent),
    answer_events.UsageEvent,
    *(getattr(text_events, name) for name in text_events.__all__),
    *(getattr(tool_events, name) for name in tool_events.__all__),
    *(turns.ToolFailedEvent, turns.ToolHeldEvent, turns.ToolResultEvent, turns.ToolStartedEvent),
    *(turns.TurnDoneEvent, turns.TurnStartedEvent),
    *(getattr(path_events, name) for name in path_events.__all__),
)


class Shape:
    """The way to read the JSON of one type of event."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        readings = {name: _reading(field) for name, field in fields.items() if name[0] != "_"}
        self._names = tuple(readings)
        self._made = tuple((name, each.make) for name, each in readings.items() if each.make)
        self._given = {name: value for name, value in _GIVEN.items() if name in fields}
        private = [name for name in ("_part", "_location") if name in fields]
        self._private = tuple((name, name[1:]) for name in private)
        written = [(name, each.type, each.default) for name, each in readings.items()]
        written += [(name[1:], tuple[int | str, ...], ()) for name in private]
        members = [each[:2] if each[2] is msgspec.NODEFAULT else each for each in written]
        with one_at_a_time:
            self._struct = msgspec.defstruct(kind.__name__, members, kw_only=True)
        self._decode = decoder(self._struct).decode

    def read(self, data: bytes | str | Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of the event in some JSON, or in the object that was in it.

        Raises ``ValueError`` if one is missing or of another type.
        """
        found = self._found(data)
        fields = {name: getattr(found, name) for name in self._names}
        for name, make in self._made:
            fields[name] = make(fields[name])
        for name, public in self._private:
            fields[name] = getattr(found, public)
        return fields | self._given

    def _found(self, data: bytes | str | Mapping[str, Any]) -> Any:
        if isinstance(data, Mapping):
            return convert(dict(data), self._struct)
        return self._decode(data)


@cache
def _shapes() -> Mapping[str, Any]:
    return {kind.type: kind for kind in _KINDS}


@cache
def _shape(kind: Any) -> Shape:
    return Shape(kind)


def type_names() -> Collection[str]:
    """Return the names of the types of all common events, and of those about their stream."""
    return _shapes().keys()


def shape_of(name: str) -> Shape | None:
    """Return the shape of the events of a type; None if the type is not known."""
    kind = _shapes().get(name)
    return None if kind is None else _shape(kind)


class _Reading(NamedTuple):
    """How a field is read."""

    type: Any
    default: Any = msgspec.NODEFAULT
    make: Callable[[Any], Any] | None = None
    """What makes the value of the field of the plain data."""


def _reading(field: Any) -> _Reading:
    type_: Any = field.type
    if field.name == "annotation":
        return _Reading(dict[str, Any], make=_as_wire)
    if type_ in (Exception, ParseError):
        return _Reading(ErrorReport, make=error_of)
    if type_ == list[ChatCompletionTokenLogprob]:
        return _Reading(list[dict[str, Any]], make=_as_logprobs)
    if get_origin(type_) is Final:
        return _Reading(_WrittenFinal, make=_as_final)
    if type_ is not str and field.name in _ANYTHING:
        return _Reading(Any, None)
    return _Reading(type_, field.default)


_ANYTHING = frozenset({"output", "parsed", "parsed_arguments", "result", "value"})
"""The fields that may hold any value, or none."""


class _WrittenFinal(msgspec.Struct):
    """A final answer, without the values of the program's own types."""

    text: str
    reasoning: str
    refusal: str
    tool_calls: list[FinalToolCall]
    usage: Usage | None = None
    reason: str | None = None


def _as_final(final: _WrittenFinal) -> Final[Any]:
    return Final(**msgspec.structs.asdict(final), parsed=None, raw=None)


def _as_wire(data: dict[str, Any]) -> Wire:
    return construct(Wire, data)


def _as_logprobs(data: list[dict[str, Any]]) -> list[ChatCompletionTokenLogprob]:
    return [construct(ChatCompletionTokenLogprob, each) for each in data]


def _decided_elsewhere(_reason: str | None) -> None:
    raise StreamkitError("a tool is approved or refused where the stream is made")


_GIVEN: Mapping[str, object] = {"_reader": Reader(), "_decide": _decided_elsewhere}
"""The private fields that are the same in all decoded events."""
