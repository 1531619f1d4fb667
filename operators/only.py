"""The operator that lets only events of some types pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload, runtime_checkable

from streamkit._core.machine import Machine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.events import AttemptResetEvent, EventsDroppedEvent
    from streamkit.families._common import events as common
    from streamkit.families._common import path_events as paths

__all__ = ["OnlyMachine", "only"]

E = TypeVar("E")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")


@runtime_checkable
class Typed(Protocol):
    """An event, of any family or library, with the name of its type."""

    @property
    def type(self) -> Any:
        """The name of the event's type."""
        ...


# One overload for each type of event: so a type checker knows the class of what passes.
@overload
def only(
    type: Literal["chunk"], /
) -> Callable[[Observable[Any]], Observable[common.AnswerChunkEvent]]: ...
@overload
def only(
    type: Literal["content.delta"], /
) -> Callable[[Observable[Any]], Observable[common.ContentDeltaEvent]]: ...
@overload
def only(
    type: Literal["content.done"], /
) -> Callable[[Observable[Any]], Observable[common.ContentDoneEvent[Any]]]: ...
@overload
def only(
    type: Literal["reasoning.delta"], /
) -> Callable[[Observable[Any]], Observable[common.ReasoningDeltaEvent]]: ...
@overload
def only(
    type: Literal["reasoning.done"], /
) -> Callable[[Observable[Any]], Observable[common.ReasoningDoneEvent]]: ...
@overload
def only(
    type: Literal["refusal.delta"], /
) -> Callable[[Observable[Any]], Observable[common.RefusalDeltaEvent]]: ...
@overload
def only(
    type: Literal["refusal.done"], /
) -> Callable[[Observable[Any]], Observable[common.RefusalDoneEvent]]: ...
@overload
def only(
    type: Literal["tool_calls.function.arguments.delta"], /
) -> Callable[[Observable[Any]], Observable[common.FunctionToolCallArgumentsDeltaEvent]]: ...
@overload
def only(
    type: Literal["tool_calls.function.arguments.done"], /
) -> Callable[[Observable[Any]], Observable[common.FunctionToolCallArgumentsDoneEvent]]: ...
@overload
def only(
    type: Literal["tool_calls.custom.input.delta"], /
) -> Callable[[Observable[Any]], Observable[common.CustomToolCallInputDeltaEvent]]: ...
@overload
def only(
    type: Literal["tool_calls.custom.input.done"], /
) -> Callable[[Observable[Any]], Observable[common.CustomToolCallInputDoneEvent]]: ...
@overload
def only(
    type: Literal["server_tool.delta"], /
) -> Callable[[Observable[Any]], Observable[common.ServerToolDeltaEvent]]: ...
@overload
def only(
    type: Literal["server_tool.done"], /
) -> Callable[[Observable[Any]], Observable[common.ServerToolDoneEvent]]: ...
@overload
def only(
    type: Literal["annotation"], /
) -> Callable[[Observable[Any]], Observable[common.AnnotationEvent]]: ...
@overload
def only(
    type: Literal["image.partial"], /
) -> Callable[[Observable[Any]], Observable[common.ImagePartialEvent]]: ...
@overload
def only(
    type: Literal["logprobs.content.delta"], /
) -> Callable[[Observable[Any]], Observable[common.LogprobsContentDeltaEvent]]: ...
@overload
def only(
    type: Literal["logprobs.content.done"], /
) -> Callable[[Observable[Any]], Observable[common.LogprobsContentDoneEvent]]: ...
@overload
def only(
    type: Literal["logprobs.refusal.delta"], /
) -> Callable[[Observable[Any]], Observable[common.LogprobsRefusalDeltaEvent]]: ...
@overload
def only(
    type: Literal["logprobs.refusal.done"], /
) -> Callable[[Observable[Any]], Observable[common.LogprobsRefusalDoneEvent]]: ...
@overload
def only(
    type: Literal["usage"], /
) -> Callable[[Observable[Any]], Observable[common.UsageEvent]]: ...
@overload
def only(
    type: Literal["finish"], /
) -> Callable[[Observable[Any]], Observable[common.FinishEvent]]: ...
@overload
def only(
    type: Literal["item.done"], /
) -> Callable[[Observable[Any]], Observable[paths.ItemDoneEvent[Any]]]: ...
@overload
def only(
    type: Literal["item.failed"], /
) -> Callable[[Observable[Any]], Observable[paths.ItemFailedEvent]]: ...
@overload
def only(
    type: Literal["path.delta"], /
) -> Callable[[Observable[Any]], Observable[paths.PathDeltaEvent]]: ...
@overload
def only(
    type: Literal["path.done"], /
) -> Callable[[Observable[Any]], Observable[paths.PathDoneEvent]]: ...
@overload
def only(
    type: Literal["patch"], /
) -> Callable[[Observable[Any]], Observable[paths.PatchEvent]]: ...
@overload
def only(
    type: Literal["attempt.reset"], /
) -> Callable[[Observable[Any]], Observable[AttemptResetEvent]]: ...
@overload
def only(
    type: Literal["events.dropped"], /
) -> Callable[[Observable[Any]], Observable[EventsDroppedEvent]]: ...
@overload
def only(class1: type[T1], /) -> Callable[[Observable[Any]], Observable[T1]]: ...
@overload
def only(
    class1: type[T1], class2: type[T2], /
) -> Callable[[Observable[Any]], Observable[T1 | T2]]: ...
@overload
def only(
    class1: type[T1], class2: type[T2], class3: type[T3], /
) -> Callable[[Observable[Any]], Observable[T1 | T2 | T3]]: ...
@overload
def only(
    class1: type[T1], class2: type[T2], class3: type[T3], class4: type[T4], /
) -> Callable[[Observable[Any]], Observable[T1 | T2 | T3 | T4]]: ...
@overload
def only(type1: str, type2: str, /, *types: str) -> Callable[[Observable[E]], Observable[E]]: ...
@overload
def only(type: str, /) -> Callable[[Observable[Any]], Observable[Any]]: ...
def only(*types: Any) -> Callable[[Observable[Any]], Observable[Any]]:
    """Let only events of these types pass.

        --role--content("H")--reasoning("?")--content("i")--|
        [               only("content.delta")               ]
        --------content("H")------------------content("i")--|

    A type checker then knows the class of the events, so their members need no further test. It
    does so for the name of one type of a common event, and for up to four classes. For several
    names the events keep the type that they had.

    Args:
        types: The names of types, such as ``"content.delta"``, of events of any protocol; or
            classes, such as ``ContentDeltaEvent``, and then values of any kind are taken.

    Raises:
        TypeError: No type is given, or one is neither a name nor a class.
        ValueError: A name is a misspelt one of a common event. Events of your own whose type has
            such a name are given by their class.
    """
    if not types or not all(isinstance(each, str | type) for each in types):
        raise TypeError("only takes the names of types of events, or classes, and at least one")
    names = frozenset(each for each in types if isinstance(each, str))
    for name in names:
        _refuse_misspelt(name)
    classes = tuple(each for each in types if isinstance(each, type))
    takes = object if classes else Typed
    return lift(lambda: OnlyMachine(names, classes), takes=takes, name="only")


def _refuse_misspelt(name: str) -> None:
    """Raise ``ValueError`` if a name is not that of a common event but near to one.

    Other names are those of a protocol, or of the program's own events. None of ours has a hyphen,
    as the types of other libraries have.
    """
    from difflib import get_close_matches

    from streamkit.families._common.event_shapes import type_names

    known = type_names()
    if name in known or "-" in name:
        return
    near = get_close_matches(name, known, cutoff=_NEAR)
    if near:
        meant = " or ".join(map(repr, near))
        raise ValueError(
            f"only takes the names of types of events, and {name!r} is none: perhaps {meant} is"
            " meant. Events of your own with this type are given by their class"
        )


_NEAR = 0.85
"""The likeness of a misspelt name, of 1; the types of the protocols are less like common ones."""


class OnlyMachine(Machine[Any, Any]):
    """The machine of ``only``."""

    def __init__(self, names: frozenset[str], classes: tuple[type[Any], ...] = ()) -> None:
        self._names = names
        self._classes = classes

    def feed(self, value: Any, /) -> tuple[Any, ...]:
        """Return the event if it is of one of the types."""
        # An event of a type that was added to a protocol has its name in the instance.
        if getattr(value, "type", None) in self._names or isinstance(value, self._classes):
            return (value,)
        return ()
