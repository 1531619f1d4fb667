"""The decoder of server-sent events to the events of a message, which knows when it has ended."""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
from streamkit._core.compiled import decoder
from streamkit._core.construction import construct
from streamkit._core.decoding import loads
from streamkit._core.object_decoder import object_in
from streamkit._core.reports import report_in
from streamkit._core.unknown_members import UnknownMembers
from streamkit._core.unknown_scalars import with_unknown_scalars
from streamkit._core.wire import Wire
from streamkit.families.messages.hole import Filling, hole_of
from streamkit.families.messages.reports import typed_report
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.messages import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
    TextDelta,
    ThinkingDelta,
    UnknownEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streamkit._core.template import Fill, Hole
    from streamkit.errors import APIError

__all__ = ["MessageDecoder"]

_DONE = (b"[DONE]", "[DONE]")
_TYPES: dict[str, type[Wire]] = {
    kind.type: kind
    for kind in (
        RawMessageStartEvent,
        RawContentBlockStartEvent,
        RawContentBlockDeltaEvent,
        RawContentBlockStopEvent,
        RawMessageDeltaEvent,
        RawMessageStopEvent,
    )
}


class _Ping(Wire, tag_field="type", tag="ping"):
    """A sign of life, which is no part of the message."""


class MessageDecoder(AnswerDecoder[RawMessageStreamEvent]):
    """A decoder of the events of one message, by the ``type`` in their data.

    The name of an event counts only where the data have no type: some servers send no names. Pings,
    and the ``[DONE]`` of other protocols, are dropped. A whole message is read as its own start.
    """

    def __init__(self, *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS) -> None:
        super().__init__(on_truncated=on_truncated, limits=limits)
        self._strictly: Callable[[bytes | str], Any] = _strict()
        self._unknown: UnknownMembers | None = None  # made for a server that adds fields

    def decode(self, data: str | bytes, event: str = "message", /) -> RawMessageStreamEvent | None:
        """Decode the data of an event; return None for what is no part of the message."""
        if self.done:
            return None
        part: Wire | None
        try:
            part = self._strictly(data)
        except (ValueError, RecursionError):
            part = self._decode_leniently(data, event)
        else:
            self.received += 1
        if type(part) is RawContentBlockDeltaEvent:  # a hot place: nearly all events are deltas
            self._is_answered = True
            return part
        return None if part is None else self._noted(part, data)

    def hole(self, part: RawMessageStreamEvent) -> Hole | None:
        """Return the piece of a text, a thought or a call's input in an event."""
        return hole_of(part, self._limits.json_depth)

    def fill(self, part: RawMessageStreamEvent, hole: Hole, /) -> Fill[RawMessageStreamEvent]:
        """Return a function that makes such an event with other values."""
        return Filling(part, [*hole.beside])

    def reread(self, data: bytes) -> RawMessageStreamEvent | None:
        """Decode data that resemble those of an earlier event, and take no note of them."""
        try:
            part = self._strictly(data)
        except (ValueError, RecursionError):
            # A delta with unknown fields.
            part = construct(RawContentBlockDeltaEvent, loads(data, self._limits.json_depth))
        return cast("RawMessageStreamEvent", part)

    def close(self) -> Iterable[RawMessageStreamEvent]:
        """Take the end of the body or ``message_stop``; raise an error if there is no message."""
        super().close()
        if not self._is_answered:
            raise self._no_answer("an event of a message")
        return ()

    def _noted(self, part: Wire, data: str | bytes) -> RawMessageStreamEvent | None:
        """Record what an event shows of the message's progress."""
        match part:
            case _Ping():
                return None
            case RawMessageDeltaEvent(delta=delta):
                # Some servers send no `message_stop` after a stop reason.
                self._is_answered = True
                self._has_ended = self._has_ended or bool(delta.stop_reason)
            case RawMessageStopEvent():
                self.done = True
            case RawMessageStartEvent(message=message):
                self._is_answered = True
                self._has_ended = self._has_ended or bool(message.stop_reason)
            case RawContentBlockStartEvent():
                self._is_answered = True
            case RawContentBlockStopEvent():
                pass
            case _:
                if not self._is_answered:
                    self._pass_over(data)
        return cast("RawMessageStreamEvent", part)

    def _decode_leniently(self, data: str | bytes, event: str) -> Wire | None:
        """Decode data that do not fit the type exactly; only such data can report an error."""
        self.received += 1
        stripped = data.strip()
        if not stripped or stripped in _DONE:
            return None
        unknown = self._unknown
        if unknown is not None:
            with suppress(ValueError, RecursionError):
                part: Wire = unknown.decode(data)
                self._strictly = unknown.read
                return part
        fields = object_in(data, self._limits)
        report = report_in(fields, event)
        if report is not None:
            raise self._reported(data, report)
        kind = fields.get("type")
        if not isinstance(kind, str):
            kind = event
            fields = {**fields, "type": kind}
        if kind == "ping":
            return _Ping()
        if kind == "message" and "content" in fields:  # some proxies ignore `stream`
            kind, fields = "message_start", {"message": fields}
        type_ = _TYPES.get(kind)
        if type_ is None:
            return construct(UnknownEvent, fields)
        unknown = UnknownMembers(_strict(), _with_unknown(), self._limits.json_depth)
        with suppress(ValueError, RecursionError):
            part = unknown.first(data, type_, fields)
            self._strictly, self._unknown = unknown.read, unknown
            return part
        part = construct(type_, fields)
        if isinstance(part, RawContentBlockDeltaEvent) and part.delta.unknown_fields:
            self._strictly, self._unknown = _with_unknown(), unknown
        return part

    def _reported(self, data: str | bytes, report: object = None) -> APIError:
        return typed_report(data, report)

    def _missing(self) -> str:
        return f"no message_stop, and no stop reason{self._quoted()}"


@functools.cache
def _with_unknown() -> Callable[[bytes | str], Wire]:
    deltas: dict[str, type[Wire]] = {
        type_.type: type_ for type_ in (TextDelta, ThinkingDelta, InputJSONDelta)
    }
    event = RawContentBlockDeltaEvent
    return with_unknown_scalars(_strict(), {event.type: event}, deltas)


@functools.cache
def _strict() -> Callable[[str | bytes], Wire]:
    kinds: Any = RawMessageStreamEvent | _Ping
    return cast("Callable[[str | bytes], Wire]", decoder(kinds).decode)
