"""The operator that parses texts while they grow: a choice's content, or a run's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
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
    from streamkit.families._common.events import ContentDeltaEvent, ContentDoneEvent
    from streamkit.families.assistants.events import AssistantEvent
    from streamkit.structured.response_format import FormT, ResponseFormat

__all__ = ["partial_parse"]

T = TypeVar("T")


class PartialParse(Protocol[T]):
    """The operator that ``partial_parse`` returns, for a choice or for the events of a run."""

    @overload
    def __call__(
        self, source: Observable[ChoiceUpdate], /
    ) -> Observable[ContentDeltaEvent | ContentDoneEvent[T]]: ...
    @overload
    def __call__(self, source: Observable[AssistantEvent], /) -> Observable[AssistantEvent]: ...


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

    For a run, the operator takes the events of ``message_content`` or ``assistant_events``, and
    emits them with ``parsed`` in each ``text.delta`` and ``text.done``:

        --text.delta({"a":)-----text.delta(1})--------text.done----------|
        [                      partial_parse(A)                         ]
        --text.delta({})--------text.delta({"a":1})---text.done(A(a=1))--|

    A text of an incomplete message is parsed if its JSON is closed. A text that does not fit is a
    ``ParseError`` after the last event.

    Args:
        format: The type of the content, or the dict that a request takes; by default plain text.
        partial_strings: Whether ``parsed`` shows strings that are still open.
    """
    reader = response_format(format)

    def new_reader() -> Reader:
        return Reader(reader, partial_strings=partial_strings)

    def of_a_run() -> Machine[Any, Any]:
        from streamkit._core.emitters.events import EventParser, TextEvent

        return EventParser(TextEvent, new_reader())

    taken = OperatorInput("partial_parse", ChoiceUpdate, also=_events_of_a_run)
    operator = lifted(lambda: ContentParser(new_reader()), taken, of_a_run)
    return cast("PartialParse[Any]", operator)


def _events_of_a_run() -> Takes:
    # Imported when the first such event comes, because the import takes long.
    from streamkit.families.assistants.events import AssistantEvent

    return AssistantEvent
