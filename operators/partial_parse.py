"""The operator that parses texts while they grow: a choice's content, or the texts of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

from streamkit._core.arguments import require_flag
from streamkit._core.emitters.events import TextEvent
from streamkit._core.events import Event
from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.parser import CommonEventParser
from streamkit.families.chat.emitters import ContentParser
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import CommonEvent, ContentDeltaEvent, ContentDoneEvent
    from streamkit.structured.response_format import FormT, ResponseFormat

__all__ = ["partial_parse"]

T = TypeVar("T")
E = TypeVar("E", bound=Event)


class PartialParse(Protocol[T]):
    """The operator that ``partial_parse`` returns, for a choice or for events.

    mypy infers its types in a ``pipe`` of its own, or as the first operator of one.
    """

    @overload
    def __call__(
        self, source: Observable[ChoiceUpdate], /
    ) -> Observable[ContentDeltaEvent | ContentDoneEvent[T]]: ...
    @overload
    def __call__(self, source: Observable[CommonEvent[Any]], /) -> Observable[CommonEvent[T]]: ...
    @overload
    def __call__(self, source: Observable[E], /) -> Observable[E]: ...


@overload
def partial_parse(
    format: type[T] | TypeAdapter[T] | ResponseFormat[T], *, partial_strings: bool = True
) -> PartialParse[T]: ...
@overload
def partial_parse(
    format: Mapping[str, Any] | None = None, *, partial_strings: bool = True
) -> PartialParse[Any]: ...
@overload
def partial_parse(
    format: TypeForm[FormT], *, partial_strings: bool = True
) -> PartialParse[FormT]: ...
@overload
def partial_parse(format: object, *, partial_strings: bool = True) -> PartialParse[Any]: ...
def partial_parse(format: object = None, *, partial_strings: bool = True) -> PartialParse[Any]:
    """Emit each piece of content with the parsed value so far, and the whole at the end.

        --{"a":----------1}---------------|
        [         partial_parse(A)        ]
        --delta({})------delta({"a":1})---(done(A(a=1)),|)

    Parsing is lazy and incremental: only reading ``parsed`` parses, and only the new text. A parsed
    value never changes its type, shrinks or vanishes; a number appears when it is complete, and so
    does a string with ``partial_strings=False``. Content that does not fit its format is a
    ``ParseError`` after the done event.

    The operator also takes events, and emits the same, with ``parsed`` in each ``content.delta``
    and ``content.done``. They are the common events of any protocol, as of ``observe``:

        --content.delta({"a":)-----content.delta(1})--------content.done----------|
        [                           partial_parse(A)                             ]
        --content.delta({})--------content.delta({"a":1})---content.done(A(a=1))--|

    Or they are those of ``message_content`` or ``assistant_events``, with ``parsed`` in each
    ``text.delta`` and ``text.done``. A text that does not fit is a ``ParseError`` after the last
    event, unless the answer was cut short; a text of an incomplete message is parsed if its JSON is
    closed.

    Args:
        format: The type of the content, or the dict that a request takes; by default plain text.
        partial_strings: Whether ``parsed`` shows strings that are still open.
    """
    require_flag("partial_strings", partial_strings)
    reader = response_format(format)

    def new_reader() -> Reader:
        return Reader(reader, partial_strings=partial_strings)

    def of_events() -> Machine[Any, Any]:
        return CommonEventParser(TextEvent, new_reader())

    taken = OperatorInput("partial_parse", ChoiceUpdate, also=_events)
    operator = lifted(lambda: ContentParser(new_reader()), taken, of_events)
    return cast("PartialParse[Any]", operator)


def _events() -> Takes:
    return Event
