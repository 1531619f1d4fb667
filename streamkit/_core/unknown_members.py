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
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from streamkit._core.compiled import decoder
from streamkit._core.decoding import brackets
from streamkit._core.reports import SIGNS
from streamkit._core.wire import free_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from streamkit._core.wire import Wire

__all__ = ["UnknownMembers"]


class _Place(NamedTuple):
    """The place of unknown members in the data of events of one type."""

    type_: type[Wire]
    names: tuple[str, ...]
    free: tuple[str, ...]
    """Those of the names that are attributes, too."""
    before: bytes
    """The bytes from the comma, or the brace, before the first name to the colon after it."""
    following: bytes
    """The bytes from the comma after the members to the colon after a known name; empty if they
    are the last.
    """
    joint: bytes
    """The bytes that the rest of the data has in place of the members and what is around them."""


class UnknownMembers:
    """A decoder of the events of one stream, which decodes unknown members apart.

    Args:
        strictly: The decoder of all events, which refuses unknown fields.
        otherwise: The decoder of the events whose members do not fit the place of the last ones.
        types: The types of the events that may have such members.
        max_depth: The levels of containers that are allowed.
    """

    def __init__(
        self,
        strictly: Callable[[bytes], Any],
        otherwise: Callable[[bytes | str], Any],
        types: Collection[type[Wire]],
        max_depth: int,
    ) -> None:
        self._strictly = strictly
        self._otherwise = otherwise
        self._types = types
        self._max_depth = max_depth
        self._place: _Place | None = None
        # The last members without their first name, if they are only scalars.
        self._written: bytes | None = None
        self._fields: dict[str, Any] = {}

    def decode(self, data: bytes | str) -> Any:
        """Return the event in the data, as a decoder does that builds it field by field.

        Raises ``ValueError`` or ``RecursionError`` for data that such a decoder is to read.
        """
        # A hot path: each event of a server that adds a field of its own.
        place = self._place
        if place is not None and isinstance(data, bytes):
            try:
                if place.following:
                    rest, written = _cut(data, place)
                else:
                    rest, _, written = data.rpartition(place.before)
                    rest += b"}"
                event = self._strictly(rest)
                if written == self._written:
                    fields = self._fields.copy()
                else:
                    fields = self._members(written, place)
                if event.__class__ is place.type_:
                    event.unknown_fields = fields
                    for name in place.free:
                        setattr(event, name, fields[name])
                    return event
            except (ValueError, RecursionError):
                pass
        event = self._otherwise(data)
        self.learn(data, event)
        return event

    def learn(self, data: bytes | str, event: Any) -> None:
        """Learn the place of the unknown members from the data of an event, if they have one."""
        fields = event.unknown_fields
        type_ = event.__class__
        if not fields or type_ not in self._types or not isinstance(data, bytes):
            return
        names = (*fields,)
        self._written = self._place = None
        if SIGNS.isdisjoint(names) and _names_known_to(type_).isdisjoint(names):
            with suppress(ValueError, RecursionError):  # for NaN, or half a surrogate pair
                self._place = _place_in(data, type_, names)

    def _members(self, written: bytes, place: _Place) -> dict[str, Any]:
        """Return the members that are written after their first name, to the end of an object."""
        fields: dict[str, Any] = _fields_of(b"{" + place.before[1:] + written)
        if (*fields,) != place.names:
            raise ValueError("other members")
        for value in fields.values():
            if value.__class__ is dict or value.__class__ is list:
                if brackets(written) >= self._max_depth:
                    raise ValueError("members that may be nested too deeply")
                return fields
        self._written, self._fields = written, fields.copy()
        return fields


def _cut(data: bytes, place: _Place) -> tuple[bytes, bytes]:
    """Return the data without members before known ones, and these as at the end of an object.

    Raises ``ValueError`` for data that are none of the place.
    """
    start, _, written = data.partition(place.before)
    written, comma, end = written.partition(place.following)
    if not comma:
        raise ValueError("other members after these")
    if place.before[0] == _COMMA:
        _is_object(start + b"}")
    elif start:
        raise ValueError("not the first members")
    return start + place.joint + end, written + b"}"


def _names_known_to(type_: type[Wire]) -> frozenset[str]:
    """Return the names of the members of the events of a type."""
    return frozenset({*type_.__struct_encode_fields__, "type"})


def _place_in(data: bytes, type_: type[Wire], names: tuple[str, ...]) -> _Place | None:
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
    return _Place(type_, names, free_names(type_, names), before, following, joint)


def _name_in(data: bytes, name: str, after: bytes) -> bytes:
    """Return the bytes of a member's name, from a mark before it to its colon; empty if unseen."""
    key = msgspec.json.encode(name)
    found = re.search(rb"%b\s*%b\s*:" % (re.escape(after), re.escape(key)), data)
    return b"" if found is None else found[0]


_COMMA = ord(",")
_fields_of = decoder(dict[str, Any]).decode
_is_object = decoder(msgspec.Raw).decode
