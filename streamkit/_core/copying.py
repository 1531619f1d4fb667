"""Copies of objects of the wire, for the parts that templates make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET, Struct

from streamkit._core.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["copier", "has_plain_unknowns", "has_unread"]

W = TypeVar("W", bound=Wire)


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

    Unknown fields must be scalars. Each copy has empty lists of its own, and the objects and other
    lists of all are the same: the caller puts others in their place.
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
    fields, attributes = wire.unknown_fields.copy(), (*vars(wire).items(),)

    def copy() -> W:
        copied: W = _copy(original)
        copied.unknown_fields = fields.copy()
        for name, value in attributes:
            setattr(copied, name, value)  # at half the cost of the instance's own dict
        return copied

    return copy


_copy: Callable[[Any], Any] = cast("Any", Struct).__copy__  # a third of the cost of making one
