"""A choice's content, parsed while it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit.families.chat.log import ChoiceUpdate
from streamkit.families.chat.tellers import ContentParser
from streamkit.operators.lift import lift
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit.families.chat.events import ContentDeltaEvent, ContentDoneEvent
    from streamkit.structured.response_format import FormT, ResponseFormat

__all__ = ["partial_parse"]

T = TypeVar("T")


@overload
def partial_parse(
    format: type[T] | TypeAdapter[T] | ResponseFormat[T], *, partial_strings: bool = True
) -> Callable[[Observable[ChoiceUpdate]], Observable[ContentDeltaEvent | ContentDoneEvent[T]]]: ...
@overload
def partial_parse(
    format: Mapping[str, Any] | None = None, *, partial_strings: bool = True
) -> Callable[
    [Observable[ChoiceUpdate]], Observable[ContentDeltaEvent | ContentDoneEvent[Any]]
]: ...
@overload
def partial_parse(
    format: TypeForm[FormT], *, partial_strings: bool = True
) -> Callable[
    [Observable[ChoiceUpdate]], Observable[ContentDeltaEvent | ContentDoneEvent[FormT]]
]: ...
@overload
def partial_parse(
    format: object, *, partial_strings: bool = True
) -> Callable[
    [Observable[ChoiceUpdate]], Observable[ContentDeltaEvent | ContentDoneEvent[Any]]
]: ...
def partial_parse(
    format: object = None, *, partial_strings: bool = True
) -> Callable[[Observable[ChoiceUpdate]], Observable[ContentDeltaEvent | ContentDoneEvent[Any]]]:
    """Emit each piece of content with what it parses to so far, and the whole at the end.

        --{"a":----------1}---------------|
        [         partial_parse(A)        ]
        --delta({})------delta({"a":1})---(done(A(a=1)),|)

    Parsing is lazy and incremental: it costs nothing until ``parsed`` is read, then what is new.
    What has been shown never changes type, shrinks or vanishes; a number appears once it is
    complete, and so does a string with ``partial_strings=False``. Content that does not fit its
    format is a ``ParseError`` after the done event.
    """
    format_ = response_format(format)
    return lift(
        lambda: ContentParser(Reader(format_, partial_strings=partial_strings)),
        takes=ChoiceUpdate,
        name="partial_parse",
    )
