"""The machine that turns the decoded events of a response into those of ``stream()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from streamkit._core.copying import copied
from streamkit._core.machine import AnswerMachine
from streamkit.errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    StreamkitError,
)
from streamkit.families.responses import events
from streamkit.families.responses.decoder import ENDED
from streamkit.families.responses.log.kinds import (
    ARGUMENTS,
    COMMAND,
    INPUT,
    OUTPUT_TEXT,
    Kind,
    kind_of_part,
)
from streamkit.families.responses.log.response import ResponseLog
from streamkit.families.responses.log.snapshot import (
    arguments_read,
    is_cut,
    retyped,
    text_read,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import construct
from streamkit.types.responses.hosted_events import ResponseShellCallCommandAddedEvent
from streamkit.types.responses.parsed import ParsedResponse
from streamkit.types.responses.response import Response
from streamkit.types.responses.state_events import (
    ResponseCompletedEvent,
    ResponseFailedEvent,
    ResponseIncompleteEvent,
    ResponseStateEvent,
    SummaryEvent,
)
from streamkit.types.responses.stream_event import UnknownResponseEvent
from streamkit.types.responses.text_events import (
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputTextAnnotationAddedEvent,
    ResponseReasoningSummaryPartAddedEvent,
    ResponseReasoningSummaryPartDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streamkit.families.responses.log.item import ItemLog, Stage
    from streamkit.families.responses.log.part import PartLog
    from streamkit.structured.reader import Reader

__all__ = ["ResponseEvents"]


class ResponseEvents(AnswerMachine[Any, Any, ParsedResponse[Any]]):
    """The machine of a response's stream.

    It emits each event of the server once, with what the stream shows at that moment. Where the
    server leaves out the event with a whole text, it is made before the end of its item.
    """

    def __init__(self, reader: Reader, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader
        self.log = ResponseLog(reader, limits)
        self._errors: dict[PartLog, ParseError] = {}
        # The address of the last delta, which is most often that of the next.
        self._type: Any = None
        self._index_name: str | None = None
        self._id: str | None = None
        self._output_index: int | None = None
        self._index: int | None = None
        self._part: Any = None
        self._mark: Any = None

    def feed(self, value: Any, /) -> Sequence[Any]:
        """Take an event; return it, and before it the events that the server left out."""
        # A hot place: nearly every event is a delta of the text that the last delta was of.
        index_name = self._index_name
        if (
            value.__class__ is self._type
            and value.item_id == self._id
            and value.output_index == self._output_index
            and (index_name is None or getattr(value, index_name) == self._index)
        ):
            value.append_to(self._part, self._mark)
            return (value,)
        growth = _DELTAS.get(value.__class__)
        if growth is None:
            return self._feed_other(value)
        self._turn_to(value, *growth)
        value.append_to(self._part, self._mark)
        return (value,)

    def close(self) -> Iterator[Any]:
        """Emit the whole texts that are still to be emitted, then raise the answer's error."""
        for item in self.log.output:
            yield from self._end_texts(item)
        error = self._verdict()
        if error is not None:
            error.partial = self.final()
            raise error

    def snapshot(self) -> ParsedResponse[Any]:
        """Return the response so far, parsed as far as it has arrived."""
        self._type = None
        return self.log.now()

    def final(self) -> ParsedResponse[Any]:
        """Return the whole parsed response; call this after ``close``."""
        self._type = None
        return self.log.now(final=True)

    def _turn_to(self, value: Any, kind: Kind, index_name: str | None) -> None:
        """Find the text that a delta belongs to, and keep its address."""
        index = None if index_name is None else getattr(value, index_name)
        self._part = self.log.part(kind, value.item_id, value.output_index, index)
        self._type, self._index_name = value.__class__, index_name
        self._id, self._output_index, self._index = value.item_id, value.output_index, index
        self._mark = self.log.mark()

    def _feed_other(self, value: Any) -> Sequence[Any]:
        # Whatever else comes may change what the next delta's address means.
        self._type = None
        handle = self._handlers.get(value.__class__)
        if handle is not None:
            made = handle(self, value)
        elif type(value) in _DONES:
            made = self._end_text(value)
        else:
            if isinstance(value, ResponseStateEvent):
                self.log.take(value.response)
            elif type(value) is UnknownResponseEvent:
                self._take_unknown(value)
            made = (value,)
        if made:
            made[-1].accumulated(self.log.mark())
        return made

    def _end_text(self, value: Any) -> Sequence[Any]:
        """Take an event with a whole text."""
        kind, index_name, name = _DONES[type(value)]
        index = None if index_name is None else getattr(value, index_name)
        part = self.log.part(kind, value.item_id, value.output_index, index)
        part = part.completed(getattr(value, name))
        return (self._whole(part, value),)

    def _whole(self, part: PartLog, value: Any) -> Any:
        """Return the event of a whole text with the text, and with what it was read as."""
        kind = part.kind
        part.ended = True
        value.whole_of(part)
        setattr(value, _DONES[type(value)][2], part.text.close())
        if kind is OUTPUT_TEXT:
            value.parsed = self._read(part, text_read)
        elif kind is ARGUMENTS:
            value.name = value.name or part.item.name or None
            value.parsed_arguments = self._read(part, arguments_read)
        return value

    def _read(self, part: PartLog, read: Callable[..., Any]) -> Any:
        outcome = read(part, self._reader, is_cut=is_cut(self.log.response))
        if outcome.error is not None:
            self._errors[part] = outcome.error
        return outcome.value

    def _end_texts(self, item: ItemLog) -> Iterator[Any]:
        """Yield the events of the whole texts of an item that the server has not sent."""
        for part in item.parts.values():
            yield from self._left_out(part)

    def _left_out(self, part: PartLog) -> Iterator[Any]:
        """Yield the event of a whole text if the server has not sent it."""
        # A call without arguments is a call all the same.
        if not part.ended and (part.text.length or part.kind in (ARGUMENTS, INPUT)):
            yield self._whole(part, _made(part))

    def _open_item(self, value: ResponseOutputItemAddedEvent) -> Sequence[Any]:
        if value.item is None:
            return ()
        self.log.open(value.item, value.output_index)
        return (value,)

    def _close_item(self, value: ResponseOutputItemDoneEvent) -> Sequence[Any]:
        if value.item is None:
            return ()
        item = self.log.close(value.item, value.output_index)
        return (*self._end_texts(item), value)

    def _open_part(self, value: Any) -> Sequence[Any]:
        self._known_part(value, "begins")
        return (value,)

    def _close_part(self, value: Any) -> Sequence[Any]:
        part = self._known_part(value, "ends")
        return (value,) if part is None else (*self._left_out(part), value)

    def _known_part(self, value: Any, stage: Stage) -> PartLog | None:
        """Take a part of an item as the server sent it; a part of an unknown kind has no log."""
        kind = kind_of_part(value.part)
        if kind is None:
            return None
        of_summary = isinstance(value, SummaryEvent)
        index = value.summary_index if of_summary else value.content_index
        part = self.log.part(kind, value.item_id, value.output_index, index, stage)
        return part.take(copied(value.part))

    def _open_command(self, value: ResponseShellCallCommandAddedEvent) -> Sequence[Any]:
        part = self.log.part(COMMAND, None, value.output_index, value.command_index, "begins")
        part.completed(value.command)
        return (value,)

    def _annotate(self, value: ResponseOutputTextAnnotationAddedEvent) -> Sequence[Any]:
        where = value.item_id, value.output_index, value.content_index
        part = self.log.part(OUTPUT_TEXT, *where, "ends")
        if value.annotation is not None:
            part.annotate(value.annotation)
        return (value,)

    def _complete(self, value: ResponseCompletedEvent | ResponseIncompleteEvent) -> Sequence[Any]:
        self.log.finish(value.response, _status(value))
        ends = [event for item in self.log.output for event in self._end_texts(item)]
        type_: Any = _PARSED[type(value)]
        return (*ends, retyped(type_, value, response=self.final()))

    def _fail(self, value: ResponseFailedEvent) -> Sequence[Any]:
        self.log.finish(value.response, _status(value))
        value.response = self.snapshot()
        return (value,)

    def _take_unknown(self, value: UnknownResponseEvent) -> None:
        """Take the response of an event of a newer version, which may be the last event."""
        response: object = value.model_extra.get("response")
        if isinstance(response, dict):
            self.log.finish(construct(Response, cast("dict[str, Any]", response)))

    def _verdict(self) -> StreamkitError | None:
        if not self._reader.expects:
            return None
        response = self.log.response
        if response.status == "incomplete":
            details = response.incomplete_details
            reason = None if details is None else details.reason
            if reason in {"max_output_tokens", "max_messages"}:
                return LengthFinishReasonError(completion=self.final())
            if reason == "content_filter":
                return ContentFilterFinishReasonError(completion=self.final())
        for item in self.log.output:
            for part in item.parts.values():
                if part in self._errors:
                    return self._errors[part]
        if self._reader.expects_content and self._is_empty():
            return ParseError(
                f"The response has no text to parse (status {response.status!r})", content=""
            )
        return None

    def _is_empty(self) -> bool:
        """Return whether the response has no answer: no text, refusal, call or anything else."""
        return not any(
            any(part.text.length for part in item.parts.values())
            for item in self.log.output
            if item.kind == "message"
        ) and all(item.kind in {"message", "reasoning"} for item in self.log.output)

    _handlers: ClassVar[dict[type, Callable[[Any, Any], Sequence[Any]]]] = {
        ResponseOutputItemAddedEvent: _open_item,
        ResponseOutputItemDoneEvent: _close_item,
        ResponseContentPartAddedEvent: _open_part,
        ResponseContentPartDoneEvent: _close_part,
        ResponseReasoningSummaryPartAddedEvent: _open_part,
        ResponseReasoningSummaryPartDoneEvent: _close_part,
        ResponseShellCallCommandAddedEvent: _open_command,
        ResponseOutputTextAnnotationAddedEvent: _annotate,
        ResponseCompletedEvent: _complete,
        ResponseIncompleteEvent: _complete,
        ResponseFailedEvent: _fail,
    }
    """The methods that take the events that are no deltas and no whole texts, by their types."""


def _status(
    value: ResponseCompletedEvent | ResponseIncompleteEvent | ResponseFailedEvent,
) -> str | None:
    """Return the status in the name of a last event whose response has none of an end."""
    return None if value.response.status in ENDED else value.type.rpartition(".")[2]


def _made(part: PartLog) -> Any:
    """Return the event of a whole text that the server left out."""
    item = part.item
    type_, index_name = _DONE_OF[part.kind]
    where: dict[str, Any] = {"item_id": item.id, "output_index": item.index}
    if index_name is not None:
        where[index_name] = part.index
    return type_(**where)


_DELTAS = events.DELTAS
_DONES = events.DONES
_DONE_OF: dict[Kind, tuple[Any, str | None]] = {
    kind: (type_, index) for type_, (kind, index, _) in _DONES.items()
}
_PARSED: dict[type, type] = {
    ResponseCompletedEvent: events.ResponseCompletedEvent,
    ResponseIncompleteEvent: events.ResponseIncompleteEvent,
}
