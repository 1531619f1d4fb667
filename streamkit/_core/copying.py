"""Copies of objects of the wire: for the parts that templates make, and for logs.

What a log takes in, and what it gives out, are copies: so a reader that changes an object of an
event changes nothing else of the stream.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET, Struct, structs

from streamkit._core.wire import SCALARS, JSONText, UnixTime, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Container

__all__ = ["copied", "copier", "has_plain_unknowns", "has_unread", "separate"]

T = TypeVar("T")
W = TypeVar("W", bound=Wire)


def copied(value: T) -> T:
    """Return a copy of decoded JSON or of an object of the wire, and of all that is in it.

    Values of other types, such as parsed models, are the same, and so are the items of
    ``logprobs``: there may be several for each token.
    """
    # Loops, because a comprehension nests as many calls again as the data have levels.
    given: Any = value
    new: Any = given
    kind: type[Any] = value.__class__
    if kind is list:
        new = given.copy()
        for at, item in enumerate(given):
            if item.__class__ not in SCALARS:
                new[at] = copied(item)
    elif kind is dict:
        new = given.copy()
        for name, item in given.items():
            if item.__class__ not in SCALARS:
                new[name] = copied(item)
    elif isinstance(given, Wire):
        new = _copy(given)
        separate(new)
    copy: T = new
    return copy


def separate(wire: Wire, but: Container[str] = ()) -> None:
    """Replace the values in the fields of an object, ``but`` of some, by copies of them."""
    for name in _changeable(type(wire)):
        value: Any = getattr(wire, name)
        if value is not None and name not in but:
            is_tokens = name == "logprobs" and value.__class__ is list
            setattr(wire, name, value.copy() if is_tokens else copied(value))
    fields = wire.unknown_fields
    if fields is not UNSET:
        wire.unknown_fields = UNSET
        wire.add_unknown(copied(fields))


@cache
def _changeable(type_: type[Wire]) -> tuple[str, ...]:
    """Return the names of the known fields of a type that may hold more than a scalar."""
    fields = structs.fields(type_)
    names = [field.name for field in fields if field.type not in _SCALARS]
    return tuple([name for name in names if name != "unknown_fields"])


_TYPES: tuple[Any, ...] = (bool, float, int, str, JSONText, UnixTime)
_SCALARS: tuple[Any, ...] = (*_TYPES, *(type_ | None for type_ in _TYPES))


def has_unread(wire: Wire) -> bool:
    """Return whether a known field of an object had a value that it cannot hold."""
    fields = wire.unknown_fields
    return fields is not UNSET and not fields.keys().isdisjoint(wire.__struct_fields__)


def has_plain_unknowns(wire: Wire) -> bool:
    """Return whether all unknown fields of an object are scalars; an unread value is none."""
    fields = wire.unknown_fields
    return fields is UNSET or not (
        has_unread(wire) or any(isinstance(value, dict | list) for value in fields.values())
    )


def copier(wire: W) -> Callable[[], W]:
    """Return a function that makes copies of an object as it is now, whatever its reader does.

    Each copy has unknown fields and empty lists of its own. The objects and other lists in known
    fields are the same in all: the caller puts others in their place.
    """
    empty = [name for name in wire.__struct_fields__ if getattr(wire, name) == []]
    new = _copier(wire)
    if not empty:
        return new

    def copy() -> W:
        copied = new()
        for name in empty:
            setattr(copied, name, [])
        return copied

    return copy


def _copier(wire: W) -> Callable[[], W]:
    original = _copy(wire)
    if wire.unknown_fields is UNSET:
        return partial(_copy, original)
    if not has_plain_unknowns(wire):
        original.unknown_fields, kept = UNSET, copied(wire.unknown_fields)

        def deep_copy() -> W:
            new: W = _copy(original)
            new.add_unknown(copied(kept))
            return new

        return deep_copy
    fields, attributes = wire.unknown_fields.copy(), (*vars(wire).items(),)

    def copy() -> W:
        copied: W = _copy(original)
        copied.unknown_fields = fields.copy()
        for name, value in attributes:
            setattr(copied, name, value)  # at half the cost of the instance's own dict
        return copied

    return copy


_copy: Callable[[Any], Any] = cast("Any", Struct).__copy__  # a third of the cost of making one
