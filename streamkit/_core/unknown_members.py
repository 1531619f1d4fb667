"""The decoding of events that have members which their types do not know, at one place in each.

A server that adds a field of its own adds it to each event at the same place.
"""

# Strategy: the bytes of the members are put into an object of their own, which the strict decoder
# takes for `unknown_fields`. So {"type": "t", "provider": 7} is read as if it were
# {"type": "t", "\ufdd0": {"provider": 7}}, in one step. That is the same event if the new braces
# are at depth one and around whole members: the event has the members then, and text without braces
# can close no object, or is looked at alone.

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET

from streamkit._core.compiled import decoder
from streamkit._core.decoding import brackets
from streamkit._core.reports import SIGNS
from streamkit._core.twins import reader_with_one
from streamkit._core.wire import NO_NAME, Wire, free_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["UnknownMembers"]

Decode: TypeAlias = "Callable[[bytes | str], Any]"
"""A decoder of the data of one event."""


class _Place(NamedTuple):
    """The place of unknown members in the data of events."""

    names: tuple[str, ...]
    before: bytes
    """The bytes from the comma, or the brace, before the first name to the colon after it."""
    following: bytes
    """The bytes from the comma after the members to the colon after a known name; empty if they
    are the last.
    """

    @property
    def opening(self) -> bytes:
        """The bytes before the members, with the begin of an object."""
        return self.before[:1] + msgspec.json.encode(NO_NAME) + b":{" + self.before[1:]

    @property
    def closing(self) -> bytes:
        """The bytes after the members, with the end of an object."""
        return b"}" + self.following


class UnknownMembers:
    """The decoders of the events of one stream whose server adds fields of its own.

    Args:
        strictly: The decoder of all events, which refuses unknown fields.
        otherwise: The decoder of the events whose members do not fit the place of the last ones.
        max_depth: The levels of containers that are allowed.
    """

    def __init__(self, strictly: Decode, otherwise: Decode, max_depth: int) -> None:
        self._strictly = strictly
        self._otherwise = otherwise
        self._max_depth = max_depth
        self._at_place: Decode | None = None
        self._last: tuple[type[Wire], tuple[str, ...]] | None = None
        self.have_come = False
        """Whether an event had unknown members."""
        self.read: Decode = strictly
        """The decoder of events like the last ones, which ``decode`` may replace.

        It returns an event as a decoder does that builds it field by field, and raises
        ``ValueError`` or ``RecursionError`` for data that another one is to read.
        """

    def decode(self, data: bytes | str) -> Any:
        """Return the event in data that ``read`` refused, and learn from it; raise as that does."""
        event: Any = None
        with suppress(ValueError, RecursionError):
            event = self._strictly(data)
        if event is None and self._at_place is not None:
            with suppress(ValueError, RecursionError):
                event = self._at_place(data)
        if event is None:
            event = self._otherwise(data)
            self._learn(data, event.__class__, (*(event.unknown_fields or ()),))
        self._choose(event)
        return event

    def first(self, data: bytes | str, type_: type[Wire], fields: Collection[str]) -> Any:
        """Return an event of a type with these fields, and learn from it; raise as ``read`` does.

        Args:
            data: The data of the event, which the strict decoder refused.
            type_: The type of the event.
            fields: The names of its fields, as they came.
        """
        known = _names_known_to(type_)
        names = tuple([name for name in fields if name not in known])
        if not names or NO_NAME in fields:
            raise ValueError("no member is unknown, or one has the name that these get")
        self._learn(data, type_, names)
        event = self.decode(data)
        self.have_come = True
        return event

    def _learn(self, data: bytes | str, type_: type[Wire], names: tuple[str, ...]) -> None:
        """Learn the place of unknown members from the data of an event, if they have one."""
        if not names or not isinstance(data, bytes):
            return
        self._at_place = None
        if SIGNS.isdisjoint(names) and _names_known_to(type_).isdisjoint(names):
            with suppress(ValueError, RecursionError):  # for NaN, or half a surrogate pair
                place = _place_in(data, names)
                if place is not None:
                    reader = _at_the_middle if place.following else _at_the_end
                    self._at_place = reader(place, self._strictly, self._max_depth)

    def _choose(self, event: Any) -> None:
        """Choose what reads the next events, if two like this one came in a row."""
        type_, names = last = event.__class__, (*(event.unknown_fields or ()),)
        if last == self._last:
            if not names:
                self.read = self._strictly
            else:
                with_one = len(names) == 1 and reader_with_one(type_, names[0], self._max_depth)
                self.read = with_one or self._at_place or self._otherwise
        self._last = last


# Hot paths: each event of a server that adds fields of its own. To look for one byte costs a tenth
# of what it costs to look for several.


def _at_the_end(place: _Place, strictly: Decode, max_depth: int) -> Decode:
    """Return the decoder of events whose last members are unknown."""
    before, opening, closing = place.before, place.opening, place.closing
    noted, few = _noting(place.names), 2 * max_depth  # bytes, of which each level takes two

    def read(data: bytes | str) -> Any:
        if not isinstance(data, bytes):
            raise ValueError("a text")  # noqa: TRY004 - as for all that do not fit
        start, _, written = data.rpartition(before)  # without a start, if it is not found
        if written[-1:] != b"}":
            raise ValueError("no end of an object")
        if _OPENING in written:
            _require_members(before, written)
        if len(data) > few and brackets(data) > max_depth:
            raise ValueError("an event that may be nested too deeply")
        return noted(strictly(b"".join((start, opening, written, closing))))

    return read


def _at_the_middle(place: _Place, strictly: Decode, max_depth: int) -> Decode:
    """Return the decoder of events with known members after the unknown ones."""
    before, opening, closing = place.before, place.opening, place.closing
    following, are_first = place.following, place.before[0] == _OPENING
    noted, few = _noting(place.names), 2 * max_depth  # bytes, of which each level takes two

    def read(data: bytes | str) -> Any:
        if not isinstance(data, bytes):
            raise ValueError("a text")  # noqa: TRY004 - as for all that do not fit
        start, _, rest = data.partition(before)
        written, comma, end = rest.partition(following)
        if not comma or (are_first and start):
            raise ValueError("other members")
        if _OPENING in written or _CLOSING in written:
            _require_members(before, written + b"}")
        if len(data) > few and brackets(data) > max_depth:
            raise ValueError("an event that may be nested too deeply")
        return noted(strictly(b"".join((start, opening, written, closing, end))))

    return read


def _noting(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return a function that makes the unknown fields of an event attributes, if they may be.

    It raises ``ValueError`` for an event with other ones than these names.
    """
    are_free: dict[type[Wire], bool] = {}

    def noted(event: Any) -> Any:
        fields: Any = event.unknown_fields
        if fields is UNSET or (*fields,) != names:
            raise ValueError("other members")
        type_: type[Wire] = event.__class__
        if type_ not in are_free:
            if not _names_known_to(type_).isdisjoint(names):
                raise ValueError("a known member among these")
            are_free[type_] = free_names(type_, names) == names
        if are_free[type_]:
            event.__dict__ = fields  # one dict costs less
        else:
            event.unknown_fields = UNSET
            event.add_unknown(fields)
        return event

    return noted


def _require_members(before: bytes, written: bytes) -> None:
    """Raise ``ValueError`` unless these are whole members after a first name, and a brace."""
    _is_object(b"{" + before[1:] + written)


def _names_known_to(type_: type[Wire]) -> frozenset[str]:
    """Return the names of the members of the events of a type."""
    return frozenset({*type_.__struct_encode_fields__, "type"})


def _place_in(data: bytes, names: tuple[str, ...]) -> _Place | None:
    """Return the place of the members with these names; None if they are not at one place."""
    all_names = (*_fields_of(data),)
    first = all_names.index(names[0])
    last = first + len(names)
    before, following = _name_in(data, names[0], b"," if first else b"{"), b""
    if last < len(all_names):
        following = _name_in(data, all_names[last], b",")
        if not following:
            return None
    if not before or all_names[first:last] != names:
        return None
    return _Place(names, before, following)


def _name_in(data: bytes, name: str, after: bytes) -> bytes:
    """Return the bytes of a member's name, from a mark before it to its colon; empty if unseen."""
    key = msgspec.json.encode(name)
    found = re.search(rb"%b\s*%b\s*:" % (re.escape(after), re.escape(key)), data)
    return b"" if found is None else found[0]


_OPENING, _CLOSING = b"{}"
_fields_of = decoder(dict[str, Any]).decode
_is_object = decoder(msgspec.Raw).decode
