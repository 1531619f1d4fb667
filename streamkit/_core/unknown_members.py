"""The decoding of events that have members which their types do not know, at one place in each.

A server that adds a field of its own adds it to each event at the same place.
"""

# Strategy: the bytes of the members are cut out, and the rest is decoded strictly. Where data are
# A + M + B, A with a brace at its end is a whole object, the members M are one in braces, and B
# begins with a comma, then data are the object A + B with the members M: the text of an object ends
# at depth one, outside a string. The first members and the last ones need no look at A alone. The
# strict decoder has taken A + B, in which no member is unknown; so no name is in both, if only
# names that the type does not know are in M.

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from streamkit._core.compiled import decoder
from streamkit._core.decoding import brackets
from streamkit._core.reports import SIGNS
from streamkit._core.wire import SCALARS, Wire, free_names

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["UnknownMembers"]


class _Place(Struct, frozen=True):  # a hot path reads it, so no named tuple
    """The place of unknown members in the data of events."""

    names: tuple[str, ...]
    last: str | None
    """The only name, if it is that of the last member of all; else None."""
    are_free: _AreFree
    before: bytes
    """The bytes from the comma, or the brace, before the first name to the colon after it."""
    following: bytes
    """The bytes from the comma after the members to the colon after a known name; empty if they
    are the last.
    """
    joint: bytes
    """The bytes that the rest of the data has in place of the members and what is around them."""


class _AreFree(dict[type[Wire], bool]):
    """Whether all of some names are attributes, too, by the types of the events that have them.

    Raises ``ValueError`` for a type that knows one of them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __missing__(self, type_: type[Wire]) -> bool:
        if not _names_known_to(type_).isdisjoint(self._names):
            raise ValueError("a known member among these")
        self[type_] = are_free = free_names(type_, self._names) == self._names
        return are_free


class UnknownMembers:
    """A decoder of the events of one stream, which decodes unknown members apart.

    Args:
        strictly: The decoder of all events, which refuses unknown fields.
        otherwise: The decoder of the events whose members do not fit the place of the last ones.
        max_depth: The levels of containers that are allowed.
    """

    def __init__(
        self,
        strictly: Callable[[bytes], Any],
        otherwise: Callable[[bytes | str], Any],
        max_depth: int,
    ) -> None:
        self._strictly = strictly
        self._otherwise = otherwise
        self._max_depth = max_depth
        self._place: _Place | None = None
        self._written: bytes | None = None  # the last members after their first name
        # Members that came twice in a row at the end of an event, if they are only scalars.
        self._tail: bytes | None = None
        self._fields: dict[str, Any] = {}

    def decode(self, data: bytes | str) -> Any:
        """Return the event in the data, as a decoder does that builds it field by field.

        Raises ``ValueError`` or ``RecursionError`` for data that such a decoder is to read.
        """
        # A hot path: each event of a server that adds a field of its own. What is looked for in
        # bytes is given as their end, if it can be: that costs a tenth of any other search.
        fields: dict[str, Any]
        place = self._place
        if place is not None and type(data) is bytes:
            tail = self._tail
            try:
                if tail is not None and len(rest := data.removesuffix(tail)) != len(data):
                    event, fields = self._strictly(rest + b"}"), self._fields.copy()
                elif (name := place.last) is not None and data[-1:] == b"}":
                    rest, _, written = data[:-1].rpartition(place.before)
                    event, value = self._strictly(rest + b"}"), _value_of(written)
                    fields = {name: value}
                    if value.__class__ not in SCALARS:
                        self._require_few_levels(written)
                    else:
                        if written == self._written:
                            self._keep(written, fields, place)
                        self._written = written
                else:
                    event, fields = self._apart(data, place)
                if place.are_free[event.__class__]:
                    event.unknown_fields = event.__dict__ = fields  # one dict costs less
                else:
                    event.add_unknown(fields)
            except (ValueError, RecursionError):
                pass
            else:
                return event
        event = self._otherwise(data)
        self.learn(data, event)
        return event

    def learn(self, data: bytes | str, event: Any) -> None:
        """Learn the place of the unknown members from the data of an event, if they have one."""
        if not event.unknown_fields or not isinstance(data, bytes):
            return
        names = (*event.unknown_fields,)
        self._written = self._tail = self._place = None
        if SIGNS.isdisjoint(names) and _names_known_to(event.__class__).isdisjoint(names):
            with suppress(ValueError, RecursionError):  # for NaN, or half a surrogate pair
                self._place = _place_in(data, names)

    def _apart(self, data: bytes, place: _Place) -> tuple[Any, dict[str, Any]]:
        """Return the event in the data without its unknown members, and these.

        Raises ``ValueError`` or ``RecursionError`` for data that are none of the place.
        """
        rest, written = _cut(data, place)
        event, fields = self._strictly(rest), _fields_of(b"{%b%b}" % (place.before[1:], written))
        if (*fields,) != place.names:
            raise ValueError("other members")
        if brackets(written):
            self._require_few_levels(written)
        elif not place.following:
            if written == self._written:
                self._keep(written, fields, place)
            self._written = written
        return event, fields

    def _keep(self, written: bytes, fields: dict[str, Any], place: _Place) -> None:
        """Keep scalars that came twice in a row at the end of an event."""
        self._tail, self._fields = place.before + written + b"}", fields.copy()

    def _require_few_levels(self, written: bytes) -> None:
        if written.count(b"[") + written.count(b"{") >= self._max_depth:
            raise ValueError("members that may be nested too deeply")


def _cut(data: bytes, place: _Place) -> tuple[bytes, bytes]:
    """Return the data without their unknown members, and these after their first name.

    Raises ``ValueError`` for data that are none of the place.
    """
    if not place.following:
        start, _, written = data.removesuffix(b"}").rpartition(place.before)
        if data[-1:] != b"}":
            raise ValueError("no end of an object")
        return start + b"}", written
    start, _, written = data.partition(place.before)
    written, comma, end = written.partition(place.following)
    if not comma:
        raise ValueError("other members after these")
    if place.before[0] == _COMMA:
        _is_object(start + b"}")
    elif start:
        raise ValueError("not the first members")
    return start + place.joint + end, written


def _names_known_to(type_: type[Wire]) -> frozenset[str]:
    """Return the names of the members of the events of a type."""
    return frozenset({*type_.__struct_encode_fields__, "type"})


def _place_in(data: bytes, names: tuple[str, ...]) -> _Place | None:
    """Return the place of the members with these names; None if they are not at one place."""
    all_names = (*_fields_of(data),)
    first = all_names.index(names[0])
    last = first + len(names)
    before = _name_in(data, names[0], b"," if first else b"{")
    following = joint = b""
    if last < len(all_names):
        following = _name_in(data, all_names[last], b",")
        joint = following if first else b"{" + following[1:]
        is_found = bool(before and following)
    else:
        is_found = bool(before)
    if not is_found or all_names[first:last] != names:
        return None
    only = names[0] if len(names) == 1 and not following else None
    return _Place(names, only, _AreFree(names), before, following, joint)


def _name_in(data: bytes, name: str, after: bytes) -> bytes:
    """Return the bytes of a member's name, from a mark before it to its colon; empty if unseen."""
    key = msgspec.json.encode(name)
    found = re.search(rb"%b\s*%b\s*:" % (re.escape(after), re.escape(key)), data)
    return b"" if found is None else found[0]


_COMMA = ord(",")
_fields_of = decoder(dict[str, Any]).decode
_value_of: Callable[[bytes], Any] = msgspec.json.Decoder().decode
_is_object = decoder(msgspec.Raw).decode
