"""Decoders of one type of events that have one unknown field each, at the cost of a known one."""

# Strategy: a twin of the type differs in one name alone: that of `unknown_fields` on the wire is
# the name of the unknown field. So the strict decoder of the twin puts the value of that field
# there, and the event then becomes one of its type: the objects of both look the same in memory.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, defstruct, field

from streamkit._core.compiled import decoder, one_at_a_time
from streamkit._core.decoding import brackets
from streamkit._core.wire import SCALARS, Wire, free_names

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["reader_with_one"]

_MAX_TWINS = 64
"""The number of twins in a process, since a server may think of any names."""
_MANY_LEVELS = 16
"""The levels of containers that events may have, if only those of the unknown field are counted."""
_decoders: dict[tuple[type[Wire], str], Callable[[bytes | str], Any] | None] = {}


def reader_with_one(
    type_: type[Wire], name: str, max_depth: int
) -> Callable[[bytes | str], Any] | None:
    """Return a decoder of events of a type that may have one unknown field; None if there is none.

    It raises ``ValueError`` for data that another decoder is to read.

    Args:
        type_: The type of the events.
        name: The name of the unknown field.
        max_depth: The levels of containers that are allowed.
    """
    decode = None if max_depth < _MANY_LEVELS else _decoder_of_twins(type_, name)
    if decode is None:
        return None
    few = 2 * max_depth  # bytes, of which each level takes two

    def read(data: bytes | str) -> Any:
        # A hot path: each event of a server that adds a field of its own.
        event = decode(data)
        value = event.unknown_fields
        event.__class__ = type_
        if value is not UNSET:
            if len(data) > few and value.__class__ not in SCALARS and brackets(data) > max_depth:
                raise ValueError("a value that may be nested too deeply")
            event.unknown_fields = event.__dict__ = {name: value}  # one dict costs less
        return event

    return read


def _decoder_of_twins(type_: type[Wire], name: str) -> Callable[[bytes | str], Any] | None:
    """Return the decoder of the twin of a type; None if it has none, or there are too many."""
    key = type_, name
    with one_at_a_time:
        if key not in _decoders and len(_decoders) < _MAX_TWINS:
            twin = _twin_of(type_, name)
            _decoders[key] = None if twin is None else decoder(twin).decode
        return _decoders.get(key)


def _twin_of(type_: type[Wire], name: str) -> type[Wire] | None:
    """Return a new twin of a type; None if its objects cannot become those of the type."""
    if name in type_.__struct_encode_fields__ or not free_names(type_, [name]):
        return None
    config = type_.__struct_config__
    twin: Any = defstruct(
        type_.__name__,
        [("unknown_fields", Any, field(default=UNSET, name=name))],
        bases=(type_,),
        module=type_.__module__,
        tag_field=config.tag_field,
        tag=config.tag,
    )
    try:
        twin().__class__ = type_
    except TypeError:  # of a Python, or a msgspec, that lays them out in another way
        return None
    return cast("type[Wire]", twin)
