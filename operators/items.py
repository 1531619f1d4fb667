"""The operator that emits the elements of a list in JSON, each once it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from streamkit._core.arguments import require
from streamkit._core.finite import read_finite
from streamkit._core.json.path import Path, normalized
from streamkit._core.json.watch import PathWatch
from streamkit.errors import ParseError
from streamkit.families._common.path_events import ItemDoneEvent, ItemFailedEvent
from streamkit.families._common.texts import TEXTS, TextsMachine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.json.path import Location
    from streamkit.families._common.part_event import Part
    from streamkit.structured.description import Described
    from streamkit.structured.response_format import FormT

__all__ = ["ItemsMachine", "items"]

T = TypeVar("T")


@overload
def items(
    path: str, type: type[T], *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[ItemDoneEvent[T] | ItemFailedEvent]]: ...
@overload
def items(
    path: str, type: None = None, *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[ItemDoneEvent[Any] | ItemFailedEvent]]: ...
@overload
def items(
    path: str, type: TypeForm[FormT], *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[ItemDoneEvent[FormT] | ItemFailedEvent]]: ...
@overload
def items(
    path: Mapping[str, Any], *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[ItemDoneEvent[Any] | ItemFailedEvent]]: ...
def items(
    path: str | Mapping[str, Any], type: object = None, *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[Any]]:
    """Emit each value at a path once, when it is whole, read as its type.

        --{"steps":[{"a":1---},{"a":2-----------}]}--|
        [         items("steps[*]", Step)            ]
        ---------------------done(Step(1))--done(Step(2))--|

    The values come while the lists and objects around them are still open. One that does not fit
    its type is an ``item.failed`` event, and the others go on. Nothing else is emitted.

    The operator takes the events of ``observe`` or ``chat_events``, of any protocol, or the pieces
    of one text as strings. After an ``attempt.reset`` the values come anew. After text that is no
    JSON, nothing more of it is emitted.

    Args:
        path: The path to the values, as in RFC 9535: names, indices and ``*``, as
            ``steps[*]``; the leading ``$`` is optional. Or a dict of paths and their types.
        type: The type of the values: a pydantic model, or any type that ``response_format`` takes.
            By default the values are plain data.
        tool: The name of a tool, to read its calls' arguments and not the content.

    Raises:
        ValueError: A path is none; the message has the position.
        SchemaError: The type is none.
    """
    from streamkit.structured.description import described

    require("tool", tool, str | None, "the name of a tool")
    require("path", path, str | Mapping, "a string, or a dict of paths and types")
    if isinstance(path, Mapping) and type is not None:
        raise TypeError("items takes a type beside a path; a dict of paths has their types")
    wanted = path if isinstance(path, Mapping) else {path: type}
    paths = [Path.of(text) for text in wanted]
    if not paths:
        raise ValueError("items takes at least one path")
    types = [None if each is None else described(each) for each in wanted.values()]
    return lift(lambda: ItemsMachine(paths, types, tool=tool), takes=TEXTS, name="items")


class ItemsMachine(TextsMachine[ItemDoneEvent[Any] | ItemFailedEvent]):
    """The machine of ``items``."""

    def __init__(
        self, paths: Sequence[Path], types: Sequence[Described | None], *, tool: str | None = None
    ) -> None:
        super().__init__(partial(_reader, paths, types), tool=tool)


def _reader(
    paths: Sequence[Path],
    types: Sequence[Described | None],
    within: Location,
    choice: int,
    part: Part,
) -> PathWatch[ItemDoneEvent[Any] | ItemFailedEvent]:
    def found(path: int, at: Location, value: Any) -> ItemDoneEvent[Any] | ItemFailedEvent:
        type_ = types[path]
        if type_ is not None:
            text = msgspec.json.encode(value).decode()
            try:
                value = read_finite(text, type_.read)
            except Exception as error:  # a validator may raise anything
                failure = _failure(type_, at, text, error)
                return ItemFailedEvent(choice, value, failure, _location=at, _part=part)
        return ItemDoneEvent(choice, value, _location=at, _part=part)

    return PathWatch(paths, found, within=within)


def _failure(
    type_: Described, location: tuple[str | int, ...], text: str, error: Exception
) -> ParseError:
    from streamkit.structured.response_format import reason

    name = type_.name or str(type_.type_)
    message = f"the value at {normalized(location)} is not a valid {name}: {reason(error)}"
    failure = ParseError(message, content=text)
    failure.__cause__ = error.with_traceback(None)
    return failure
