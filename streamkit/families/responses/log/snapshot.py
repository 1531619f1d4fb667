"""The response at a moment of its log, with its texts and arguments parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec.structs import asdict, replace

from streamkit._core.copying import copied, separate
from streamkit._core.reading import NOTHING_READ
from streamkit.families.responses.log.kinds import (
    ARGUMENTS,
    COMMAND,
    OUTPUT_TEXT,
    kinds_of_item,
)
from streamkit.families.responses.log.kinds import kind_of_part as _kind_of
from streamkit.types.responses.parsed import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputMessage,
    ParsedResponseOutputText,
)
from streamkit.types.responses.shell import ShellAction

if TYPE_CHECKING:
    from streamkit._core.reading import Outcome, Reading
    from streamkit._core.wire import Wire
    from streamkit.families.responses.log.item import ItemMark
    from streamkit.families.responses.log.kinds import Kind
    from streamkit.families.responses.log.part import PartLog, PartMark
    from streamkit.families.responses.log.response import ResponseMark
    from streamkit.types.responses.response import Response

W = TypeVar("W", bound="Wire")

__all__ = ["Snapshot", "arguments_read", "is_cut", "retyped", "text_read"]


class Snapshot:
    """The builder of a response as of one moment.

    Args:
        mark: The state of the response.
        reader: The reader of its texts and arguments.
        event: The event after which it is built; the text of a delta has grown since the mark.
        final: Whether texts and arguments are read as whole values, or as far as they go.
    """

    def __init__(
        self, mark: ResponseMark, reader: Reading, event: Any = None, *, final: bool = False
    ) -> None:
        self._mark = mark
        self._reader = reader
        self._growing: object = getattr(event, "part", None)
        self._event = event
        self._final = final
        self._is_cut = is_cut(mark.response)

    def response(self) -> ParsedResponse[Any]:
        """Return the response."""
        output: list[Any] = [self._item(item) for item in self._mark.items]
        return retyped(_Response, self._mark.response, output=output)

    def _item(self, mark: ItemMark) -> Wire:
        item, whole = mark.item, mark.whole
        changes: dict[str, Any] = {}
        for kind in kinds_of_item(item.kind):
            parts = [part for part in mark.parts if part.part.kind is kind]
            if kind.part is not None:
                if kind.field not in changes:
                    changes[kind.field] = self._list(mark, kind.field)
            elif parts and kind is COMMAND:
                commands = [self._text(part) for part in sorted(parts, key=_index)]
                changes["action"] = retyped(
                    ShellAction, whole.action or ShellAction(), commands=commands
                )
            elif parts:
                changes[kind.field] = self._text(parts[0])
            if kind is ARGUMENTS:
                parsed = self._arguments(parts[0]) if parts else None
                return retyped(
                    ParsedResponseFunctionToolCall, whole, parsed_arguments=parsed, **changes
                )
        if item.kind == "message":
            return retyped(_Message, whole, **changes)
        type_: Any = whole.__class__
        same: Wire = retyped(type_, whole, **changes)
        return same

    def _list(self, mark: ItemMark, field: str) -> list[Any] | None:
        """Return the parts of an item's list: those it came with, and those of the log."""
        parts = sorted((p for p in mark.parts if p.part.kind.field == field), key=_index)
        built: list[Any] = []
        wholes: list[Any] = getattr(mark.whole, field) or []
        rest: dict[Kind, list[PartMark]] = {}
        for part in reversed(parts):
            rest.setdefault(part.part.kind, []).append(part)
        shown: set[PartLog] = set()
        for whole in wholes:
            kind = _kind_of(whole)
            known = rest[kind].pop() if kind and rest.get(kind) else None
            if known is not None:
                shown.add(known.part)
            built.append(copied(whole) if known is None else self._part(known))
        built += [self._part(part) for part in parts if part.part not in shown]
        return built or copied(getattr(mark.whole, field))

    def _part(self, mark: PartMark) -> Wire:
        kind, text = mark.part.kind, self._text(mark)
        type_: Any = kind.part
        whole = mark.whole or type_()
        if kind is not OUTPUT_TEXT:
            return cast("Wire", retyped(type_, whole, **{kind.text: text}))
        annotations = mark.part.annotations[: mark.annotations]
        logprobs = mark.part.logprobs.first(self._logprobs_end(mark))
        kept = whole.logprobs or logprobs or whole.logprobs
        return retyped(
            _Text,
            whole,
            text=text,
            annotations=copied(max(whole.annotations, annotations, key=len)),
            logprobs=None if kept is None else [*kept],
            parsed=self._parsed(mark),
        )

    def _text(self, mark: PartMark) -> str:
        return mark.part.text.first(self._end(mark))

    def _parsed(self, mark: PartMark) -> object:
        part = mark.part
        if self._final:
            return text_read(part, self._reader, is_cut=self._is_cut).value
        if not part.item.is_answer:
            return None
        return self._reader.partial_content(part.text, self._end(mark))

    def _arguments(self, mark: PartMark) -> object:
        part = mark.part
        if self._final:
            return arguments_read(part, self._reader, is_cut=self._is_cut).value
        return self._reader.partial_arguments(part.item.tool, part.text, self._end(mark))

    def _end(self, mark: PartMark) -> int:
        return self._event.end if mark.part is self._growing else mark.end

    def _logprobs_end(self, mark: PartMark) -> int:
        return self._event.logprobs_end if mark.part is self._growing else mark.logprobs


# The same types, of any parsed value, for type checkers.
_Response = cast("type[ParsedResponse[Any]]", ParsedResponse)
_Message = cast("type[ParsedResponseOutputMessage[Any]]", ParsedResponseOutputMessage)
_Text = cast("type[ParsedResponseOutputText[Any]]", ParsedResponseOutputText)


def is_cut(response: Response) -> bool:
    """Return whether a response ended early, so that its last text may be cut."""
    return response.status in {"incomplete", "failed", "cancelled"}


def text_read(part: PartLog, reader: Reading, *, is_cut: bool = False) -> Outcome:
    """Read the whole text of a message, unless it is a comment on the work, or was cut."""
    text = part.text
    if not part.item.is_answer or not text.length or (is_cut and not text.is_whole_json()):
        return NOTHING_READ
    return reader.content(text)


def arguments_read(part: PartLog, reader: Reading, *, is_cut: bool = False) -> Outcome:
    """Read the whole arguments of a function call, unless they were cut."""
    if is_cut and not part.text.is_whole_json():
        return NOTHING_READ
    return reader.arguments(part.item.tool, part.text)


def retyped(type_: type[W], wire: Wire, **changes: Any) -> W:
    """Return a copy of a wire object as another type, with some of its fields changed."""
    is_same = type(wire) is type_
    new: Any = replace(wire, **changes) if is_same else type_(**asdict(wire) | changes)
    separate(new, but=changes)
    made: W = new
    return made


def _index(mark: PartMark) -> int:
    return mark.part.index
