"""The operator that parses any text while it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from streamkit._core.arguments import require_flag
from streamkit._core.json.found import FoundJSON
from streamkit._core.machine import Machine
from streamkit._core.text import TextLog
from streamkit.errors import ParseError
from streamkit.families._common.text_events import ContentDeltaEvent, ContentDoneEvent
from streamkit.operators.lift import lift
from streamkit.structured.description import described
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import ResponseFormat, response_format
from streamkit.structured.schema import describes_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.json.parser import PartialJSON
    from streamkit.structured.response_format import FormT

__all__ = ["ParseTextMachine", "parse_text"]

T = TypeVar("T")


@overload
def parse_text(
    format: type[T] | TypeAdapter[T], *, lenient: bool = False
) -> Callable[[Observable[str]], Observable[ContentDeltaEvent | ContentDoneEvent[T]]]: ...
@overload
def parse_text(
    format: Mapping[str, Any], *, lenient: bool = False
) -> Callable[[Observable[str]], Observable[ContentDeltaEvent | ContentDoneEvent[Any]]]: ...
@overload
def parse_text(
    format: TypeForm[FormT], *, lenient: bool = False
) -> Callable[[Observable[str]], Observable[ContentDeltaEvent | ContentDoneEvent[FormT]]]: ...
def parse_text(
    format: object, *, lenient: bool = False
) -> Callable[[Observable[str]], Observable[Any]]:
    """Emit each piece of a text with the parsed value so far, and the whole at the end.

        --'{"a":'--------'1}'---------------|
        [          parse_text(A)            ]
        --delta({})------delta({"a":1})-----(done(A(a=1)),|)

    The text may come from anywhere, as from a model that was asked for JSON in words. The events
    are ``content.delta`` and ``content.done``, so the operators on JSON take them. Parsing is lazy
    and incremental, as in ``partial_parse``. A text that does not fit is a ``ParseError`` after the
    done event; its ``is_incomplete`` is true if the text ended inside its JSON.

    With ``lenient``, prose and code fences around the JSON are passed over. The first object or
    list that is closed counts, whichever the format asks for. ``delta`` and ``content`` still have
    the whole text. ``parsed`` may disappear when what began like JSON turns out to be prose.

    Args:
        format: The type of the value: a pydantic model, or any type that ``response_format`` takes;
            or ``{"type": "json_object"}`` for plain data.
        lenient: Whether text around the JSON is passed over.

    Raises:
        SchemaError: The type is none.
    """
    require_flag("lenient", lenient)
    wanted = _lenient(format) if lenient else _strict(format)
    return lift(lambda: ParseTextMachine(wanted), takes=str, name="parse_text")


class ParseTextMachine(Machine[str, ContentDeltaEvent | ContentDoneEvent[Any]]):
    """The machine of ``parse_text``."""

    def __init__(self, format: ResponseFormat[Any]) -> None:
        self._text = TextLog()
        if isinstance(format, _Surrounded):
            self._text = _SurroundedText(format.brackets)
        self._reader = Reader(format)

    def feed(self, value: str, /) -> tuple[ContentDeltaEvent, ...]:
        """Take a piece of the text, and return its event."""
        text = self._text
        piece = text.append(value)
        if not piece:
            return ()
        return (ContentDeltaEvent(0, piece, text, text.length, self._reader),)

    def close(self) -> Iterator[ContentDoneEvent[Any]]:
        """Yield the whole; raise ``ParseError`` if it does not fit its type."""
        is_open = self._text.is_open_json()
        outcome = self._reader.content(self._text)
        yield ContentDoneEvent(0, self._text.close(), outcome.value)
        if outcome.error is not None:
            outcome.error.is_incomplete = is_open
            raise outcome.error


class _Surrounded(ResponseFormat[T]):
    """A format whose JSON may have other text around it."""

    __slots__ = ("brackets",)
    brackets: str

    def parse(self, text: str) -> T:
        """Read the JSON in the text."""
        found = FoundJSON(self.brackets)
        found.feed(text)
        if found.complete:
            return super().parse(text[found.start : found.end])
        why = "it has no JSON"
        if found.start is not None:
            why = "it ends inside its JSON"
        elif found.fault is not None:
            why = f"its JSON has a fault: {found.fault}"
        raise ParseError(f"The answer is not a valid {self.name}: {why}", content=text)


class _SurroundedText(TextLog):
    """The log of a text whose JSON may have other text around it."""

    __slots__ = ("_brackets",)

    def __init__(self, brackets: str) -> None:
        super().__init__()
        self._brackets = brackets

    def is_open_json(self) -> bool:
        """Return whether JSON has begun and is not closed."""
        parser = self._read()
        return isinstance(parser, FoundJSON) and parser.start is not None and not parser.complete

    def _new_parser(self) -> PartialJSON:
        return FoundJSON(self._brackets)


def _strict(format: object) -> ResponseFormat[Any]:
    if isinstance(format, Mapping):
        plain: ResponseFormat[Any] = response_format(cast("Mapping[str, Any]", format))
        return plain
    # The text is the value itself: only the API has it wrapped in an object.
    type_ = described(format)
    name = type_.name or str(type_.type_)
    return ResponseFormat({}, is_json=True, name=name, type_=type_.type_, read=type_.read)


def _lenient(format: object) -> ResponseFormat[Any]:
    brackets = "{["
    lenient: _Surrounded[Any]
    if isinstance(format, Mapping):
        plain = response_format(cast("Mapping[str, Any]", format))
        lenient = _Surrounded(plain.param, is_json=plain.is_json)
        if plain.param.get("type") == "json_object":
            brackets = "{"
    else:
        type_ = described(format)
        name = type_.name or str(type_.type_)
        lenient = _Surrounded({}, is_json=True, name=name, type_=type_.type_, read=type_.read)
        schema = type_.schema()
        if describes_object(schema):
            brackets = "{"
        elif schema.get("type") == "array":
            brackets = "["
    lenient.brackets = brackets
    return lenient
