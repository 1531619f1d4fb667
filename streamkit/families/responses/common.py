"""The common events of a response, made from the events of ``stream()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamkit._core.machine import Machine
from streamkit._core.text import TextLog
from streamkit.families._common.events import (
    AnnotationEvent,
    CommonEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ImagePartialEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    RawChunkEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
    ServerToolDeltaEvent,
    ServerToolDoneEvent,
    UsageEvent,
)
from streamkit.families.responses import events
from streamkit.families.responses.final import final, reason_of, usage_of
from streamkit.families.responses.log.kinds import (
    ARGUMENTS,
    INPUT,
    OUTPUT_TEXT,
    REASONING_TEXT,
    REFUSAL,
    SUMMARY_TEXT,
    type_of_item,
)
from streamkit.families.responses.server_tools import (
    SERVER_TOOLS,
    input_of,
    item_of,
    name_of,
    output_of,
)
from streamkit.structured.reader import Reader
from streamkit.types.responses import text_events as texts
from streamkit.types.responses.hosted_events import ResponseImageGenCallPartialImageEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamkit.families.responses.log.item import ItemLog
    from streamkit.families.responses.log.part import PartLog

__all__ = ["CommonResponseEvents", "final"]

_PLAIN = Reader()
"""The reader of texts that are not parsed: comments on the work."""


class CommonResponseEvents(Machine["Sequence[Any]", CommonEvent[Any]]):
    """A machine that turns the events of a response into common ones.

    A chunk event comes first for each event of the server. Each text is emitted as deltas and then
    whole, also where the server left out the one or the other; a call begins with an empty piece.
    """

    def __init__(self) -> None:
        self._shown: dict[PartLog, int] = {}  # the characters that deltas have shown
        self._calls: dict[ItemLog, int] = {}  # the indices of calls, in the order of their opening
        self._done: set[ItemLog] = set()  # the server's tools that have ended

    def feed(self, value: Sequence[Any], /) -> Sequence[CommonEvent[Any]]:
        """Return the common events of some events of the stream."""
        made: list[CommonEvent[Any]] = []
        for event in value:
            mark = event.mark
            if mark is not None:  # else the server did not send it
                made.append(RawChunkEvent(event, mark.log, event, _raw=event))
            type_: Any = event.__class__
            if type_ in _DELTAS:
                part, end, piece = event.part, event.end, event.delta
                if piece or part.kind is ARGUMENTS:
                    if (shown := self._shown.get(part, 0)) != end - len(piece):
                        piece = part.text.between(shown, end)
                    self._shown[part] = end
                    made.append(self._piece(part, piece, end, event))
                if event.logprobs_end and event.logprobs:
                    made.append(_logprobs(part, event))
            elif type_ in _DONES:
                made += self._whole(event.text_log, event)
            elif (handle := self._handlers.get(type_)) is not None:
                made += handle(self, event)
            elif (found := item_of(event)) is not None:
                status = event.type.rpartition(".")[2]
                made.append(self._progress(found, status, event))
        return made

    def _piece(self, part: PartLog, piece: str, end: int, raw: Any) -> CommonEvent[Any]:
        """Return the event of a new piece of a text."""
        kind, text, at = part.kind, part.text, part.address
        if kind is OUTPUT_TEXT:
            reader: Any = part.reader if part.item.is_answer else _PLAIN
            return ContentDeltaEvent(0, piece, text, end, reader, _part=at, _raw=raw)
        if kind is ARGUMENTS:
            item = part.item
            return FunctionToolCallArgumentsDeltaEvent(
                *(0, self._index(item), item.name, item.call_id, piece, text, end),
                _reader_of(part),
                _part=at,
                _raw=raw,
            )
        if kind is REASONING_TEXT:
            return ReasoningDeltaEvent(0, piece, text, end, _part=at, _raw=raw)
        if kind is SUMMARY_TEXT:
            return ReasoningDeltaEvent(0, piece, text, end, "summary", _part=at, _raw=raw)
        if kind is REFUSAL:
            return RefusalDeltaEvent(0, piece, text, end, _part=at, _raw=raw)
        if kind is INPUT:
            item = part.item
            return CustomToolCallInputDeltaEvent(
                *(0, self._index(item), item.name, item.call_id, piece, text, end),
                _part=at,
                _raw=raw,
            )
        return self._progress(part.item, "", raw, piece, part)

    def _whole(self, part: PartLog, raw: Any) -> Iterator[CommonEvent[Any]]:
        """Yield the event of a whole text, and before it what no delta has shown."""
        text: str = getattr(raw, _DONES[type(raw)][2])
        length, shown = len(text), self._shown.get(part, part.joined_at or -1)
        if shown < length and (text or part.kind in _OF_CALLS):
            self._shown[part] = length
            yield self._piece(part, text[max(shown, 0) :], length, raw)
        kind, item, at = part.kind, part.item, part.address
        if kind is OUTPUT_TEXT:
            phase: str | None = getattr(item.whole, "phase", None)
            yield ContentDoneEvent(0, text, raw.parsed, phase, _part=at, _raw=raw)
            if count := part.logprobs.length:
                yield LogprobsContentDoneEvent(0, part.logprobs, count, _part=at, _raw=raw)
        elif kind is ARGUMENTS:
            yield FunctionToolCallArgumentsDoneEvent(
                *(0, self._index(item), item.name, item.call_id, text, raw.parsed_arguments),
                _part=at,
                _raw=raw,
            )
        elif kind is REASONING_TEXT:
            yield ReasoningDoneEvent(0, text, _part=at, _raw=raw)
        elif kind is SUMMARY_TEXT:
            yield ReasoningDoneEvent(0, text, "summary", _part=at, _raw=raw)
        elif kind is REFUSAL:
            yield RefusalDoneEvent(0, text, _part=at, _raw=raw)
        elif kind is INPUT:
            yield CustomToolCallInputDoneEvent(
                *(0, self._index(item), item.name, item.call_id, text), _part=at, _raw=raw
            )

    def _progress(
        self, item: ItemLog, status: str, raw: Any, piece: str = "", part: PartLog | None = None
    ) -> ServerToolDeltaEvent:
        """Return the event of a new phase of a tool, or of a new piece of its input."""
        if part is None:
            part = next(iter(item.parts.values()), None)
            end = 0 if part is None else _end_at(raw, part)
        else:
            end = raw.end if type(raw) in _DELTAS else part.text.length
        return ServerToolDeltaEvent(
            0,
            self._index(item),
            SERVER_TOOLS[item.kind],
            name_of(item),
            item.call_id,
            status,
            piece,
            _NO_TEXT if part is None else part.text,
            end,
            _part=_tool_address(item, part),
            _raw=raw,
        )

    def _open_item(self, event: texts.ResponseOutputItemAddedEvent) -> Iterator[CommonEvent[Any]]:
        """Yield the first event of a call, which shows that it has begun."""
        item = _item(event)
        if item is None:
            return
        if item.kind in SERVER_TOOLS:
            yield self._progress(item, getattr(item.whole, "status", None) or "in_progress", event)
        for part in item.parts.values():
            if part.kind in _OF_CALLS and part not in self._shown:
                end = self._shown[part] = _end_at(event, part)
                yield self._piece(part, part.text.first(end), end, event)

    def _close_item(self, event: texts.ResponseOutputItemDoneEvent) -> Iterator[CommonEvent[Any]]:
        item = _item(event)
        if item is None:
            return
        if item.kind in SERVER_TOOLS:
            yield from self._tool_done(item, event)
        encrypted: str | None = getattr(event.item, "encrypted_content", None)
        if item.kind == "reasoning" and encrypted:
            yield ReasoningDoneEvent(0, "", encrypted=encrypted, _part=(item.position,), _raw=event)

    def _tool_done(self, item: ItemLog, raw: Any) -> Iterator[CommonEvent[Any]]:
        if item not in self._done:
            self._done.add(item)
            yield ServerToolDoneEvent(
                *(0, self._index(item), SERVER_TOOLS[item.kind], name_of(item), item.call_id),
                getattr(item.whole, "status", None) or "completed",
                input_of(item),
                output_of(item),
                _part=_tool_address(item),
                _raw=raw,
            )

    def _annotate(
        self, event: texts.ResponseOutputTextAnnotationAddedEvent
    ) -> Iterator[CommonEvent[Any]]:
        if event.annotation is not None:
            where = OUTPUT_TEXT, event.item_id, event.output_index, event.content_index
            part = event.mark.log.part(*where, "ends")
            yield AnnotationEvent(0, event.annotation, _part=part.address, _raw=event)

    def _show_image(
        self, event: ResponseImageGenCallPartialImageEvent
    ) -> Iterator[CommonEvent[Any]]:
        item = item_of(event)
        if item is not None:
            index, at = self._index(item), _tool_address(item)
            yield ImagePartialEvent(0, index, event.partial_image_b64, _part=at, _raw=event)

    def _end(
        self, event: events.ResponseCompletedEvent[Any] | events.ResponseIncompleteEvent[Any]
    ) -> Iterator[CommonEvent[Any]]:
        for mark in event.mark.items:
            if mark.item.kind in SERVER_TOOLS:
                yield from self._tool_done(mark.item, event)
        reason = reason_of(event.response)
        if reason is not None:
            yield FinishEvent(0, *reason, _raw=event)
        usage = usage_of(event.response)
        if usage is not None:
            yield UsageEvent(usage, _raw=event)

    def _index(self, item: ItemLog) -> int:
        return self._calls.setdefault(item, len(self._calls))

    _handlers: ClassVar[dict[type, Callable[[Any, Any], Iterable[CommonEvent[Any]]]]] = {
        texts.ResponseOutputItemAddedEvent: _open_item,
        texts.ResponseOutputItemDoneEvent: _close_item,
        texts.ResponseOutputTextAnnotationAddedEvent: _annotate,
        ResponseImageGenCallPartialImageEvent: _show_image,
        events.ResponseCompletedEvent: _end,
        events.ResponseIncompleteEvent: _end,
    }
    """The methods for the events that are about no growing text, by their types."""


_OF_CALLS = (ARGUMENTS, INPUT)
_NO_TEXT = TextLog()
_DELTAS, _DONES = events.DELTAS, events.DONES


def _item(event: Any) -> ItemLog | None:
    """Return the item that has begun or ended."""
    whole = event.item
    item: ItemLog | None = event.mark.log.named(
        type_of_item(whole), getattr(whole, "id", None), event.output_index
    )
    return item


def _end_at(event: Any, part: PartLog) -> int:
    """Return the length that a text had at an event that is no delta."""
    for item in event.mark.items:
        if item.item is part.item:
            return next((mark.end for mark in item.parts if mark.part is part), 0)
    return 0


def _tool_address(item: ItemLog, part: PartLog | None = None) -> tuple[int | str, ...]:
    """Return the address of a server's tool, or of one of the later commands of a shell."""
    return (item.position, part.index) if part and part.index else (item.position,)


def _logprobs(part: PartLog, event: Any) -> LogprobsContentDeltaEvent:
    return LogprobsContentDeltaEvent(
        *(0, event.logprobs, part.logprobs, event.logprobs_end), _part=part.address, _raw=event
    )


class _Named:
    """A reader of the arguments of a function in a namespace, whose name alone does not find it."""

    def __init__(self, reader: Any, tool: str) -> None:
        self._reader = reader
        self._tool = tool

    def partial_arguments(self, _name: str, text: TextLog, end: int, newest: str = "") -> object:
        """Return the value that the first ``end`` characters of the arguments begin."""
        value: object = self._reader.partial_arguments(self._tool, text, end, newest)
        return value


def _reader_of(part: PartLog) -> Any:
    """Return the reader of the arguments of a call."""
    item = part.item
    return part.reader if item.tool == item.name else _Named(part.reader, item.tool)
