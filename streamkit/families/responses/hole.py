"""The values of an event with a piece of text, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from msgspec import UNSET, Struct

from streamkit._core.template import Hole
from streamkit.families.responses.events import DELTAS
from streamkit.types.responses.stream_event import ResponseStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.template import Fill

__all__ = ["filling", "hole_of"]

_TYPES = frozenset(
    type_
    for type_ in cast("list[type[Struct]]", [*DELTAS, *get_args(ResponseStreamEvent)])
    if {"delta", "obfuscation"} <= {*type_.__struct_fields__}
)
"""The types of events with a piece of text, as they came and as ``stream()`` emits them."""


def hole_of(event: Any) -> Hole | None:
    """Return the piece of a text, the number of its event and the padding, unless there is more."""
    if type(event) not in _TYPES or type(event.delta) is not str:
        return None
    if event.unknown_fields is not UNSET or getattr(event, "logprobs", None):
        return None
    beside = {"sequence_number": event.sequence_number, "obfuscation": event.obfuscation}
    return Hole(event.delta, beside)


def filling(event: Any) -> Fill[Any]:
    """Return a function of a piece, a number and a padding that makes events like this one."""
    # A copy of our own, because a reader may change the event that it gets.
    given = _copy(event)

    def fill(piece: str, number: int | None = None, padding: str | None = None) -> Any:
        filled = _copy(given)
        filled.delta = piece
        filled.sequence_number = number
        filled.obfuscation = padding
        return filled

    def fill_with_list(piece: str, number: int | None = None, padding: str | None = None) -> Any:
        filled = _copy(given)
        filled.delta = piece
        filled.sequence_number = number
        filled.obfuscation = padding
        filled.logprobs = []
        return filled

    return fill if getattr(event, "logprobs", None) is None else fill_with_list


_copy: Callable[[Any], Any] = cast("Any", Struct).__copy__  # a third of the cost of making one
