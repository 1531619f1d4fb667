"""JSON bytes to wire types: as strict and fast as msgspec, and as lenient as it takes.

Strategy: msgspec decodes what fits the type exactly, which is nearly everything. What it refuses
(an unknown field, a value of another type, half a surrogate pair) is read again with the standard
library and built field by field, so nothing that came is lost.
"""

from __future__ import annotations

import functools
import json
import logging
import math
import types
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from streamkit.compiled import convert, decoder
from streamkit.limits import DEFAULTS
from streamkit.types.base import JSONText, UnixTime, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["NestingError", "WireDecoder", "construct", "is_json", "loads"]

W = TypeVar("W", bound=Wire)

_log = logging.getLogger("streamkit")


class NestingError(ValueError):
    """JSON is nested deeper than it may be."""


class WireDecoder(Generic[W]):
    """Decode one wire type from JSON."""

    def __init__(self, type_: type[W]) -> None:
        self._type = type_
        self.decode_strictly: Callable[[bytes | str], W] = _strict(type_)
        """Decode what fits the type and nothing else.

        Raises ``ValueError``, or ``RecursionError`` for what is nested too deeply to tell.
        """

    def decode(self, data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> W:
        """The object in ``data``; raises ``ValueError`` when it holds no JSON object.

        If that is because of its depth, it is a ``NestingError``.
        """
        try:
            return self.decode_strictly(data)
        except (ValueError, RecursionError):
            # msgspec's own errors, and text with half a surrogate pair in it
            return self.decode_leniently(data, max_depth)

    def decode_leniently(self, data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> W:
        """The same for data that do not fit; slower by far."""
        value = loads(data, max_depth)
        if not isinstance(value, dict):
            raise ValueError(f"expected a JSON object, got {type(value).__name__}")  # noqa: TRY004 - as bad JSON is
        return construct(self._type, cast("dict[str, Any]", value))


@functools.cache
def _strict(type_: type[W]) -> Callable[[bytes | str], W]:
    return decoder(type_).decode


def construct(type_: type[W], data: dict[str, Any]) -> W:
    """Build a wire type from decoded JSON, whatever is in it.

    Where a server is careless and what it means is plain, that is read: an object where a list of
    them belongs is a list of one, unless its keys are the indices of a list; a null in a list adds
    nothing, JSON in place of its text is its text, and a type may know other forms of what it says
    (``Wire.normalized``). What still cannot be read stays among the unknown fields
    (``model_extra``), which is logged at DEBUG, and the field reads as its default, or as the
    objects of a list that could be read. An object that names a kind which its union has not
    becomes a plain ``Wire``, all of whose fields are unknown ones.
    """
    return _built(type_, *(type_.normalized(data) or (data, {})))


def _built(type_: type[W], data: dict[str, Any], unread: dict[str, Any]) -> W:
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    fields = _field_types(type_)
    config = (get_origin(type_) or type_).__struct_config__
    for key, value in data.items():
        expected = fields.get(key)
        if expected is None:
            if key != config.tag_field:
                extra[key] = value
            elif value is not None and value != config.tag:
                unread[key] = value
        elif value is not None:
            fitted, rest = _fit(expected, value)
            if fitted is not _MISFIT:
                known[key] = fitted
            if rest is not _NOTHING:
                unread[key] = rest
    wire = type_(**known)
    wire.add_unknown(extra)
    if unread:
        wire.add_unknown(unread)
        for key, rest in unread.items():
            kind = type(rest).__name__
            _log.debug("%s.%s is a %s, kept as it came", type_.__name__, key, kind)
    return wire


def loads(data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> Any:
    """Any JSON value; raises ``ValueError``, which for one that is too deep is ``NestingError``."""
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise NestingError(f"nested deeper than {max_depth} levels") from error
    # Fewer brackets than levels: there is no need to look where they stand.
    if _brackets(data) > max_depth and _is_deeper(value, max_depth):
        raise NestingError(f"nested deeper than {max_depth} levels")
    return value


def is_json(data: bytes | str) -> bool:
    """Whether this is all of a JSON object or list, be it too deep to be read."""
    text = data.lstrip()
    if text[:1] not in _OPENING:
        return False
    try:
        _raw.decode(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


_OPENING = ("{", "[", b"{", b"[")
_raw = decoder(msgspec.Raw)


def _brackets(data: bytes | str) -> int:
    if isinstance(data, str):
        return data.count("[") + data.count("{")
    return data.count(b"[") + data.count(b"{")


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether more than ``depth`` containers are in one another; asked level by level."""
    level = _containers([value])
    while level and depth:
        depth -= 1
        level = [
            inner
            for outer in level
            for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _containers(items: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    return [item for item in items if isinstance(item, (dict, list))]


_MISFIT = object()
_NOTHING = object()


@functools.cache
def _field_types(type_: type[Struct]) -> dict[str, Any]:
    fields = msgspec.structs.fields(type_)
    return {field.encode_name: field.type for field in fields if field.name != "unknown_fields"}


def _fit(expected: Any, value: Any) -> tuple[Any, Any]:
    """The value as the type has it, and what of it could not be read."""
    origin = get_origin(expected)
    if origin in (Union, types.UnionType):
        members = [member for member in get_args(expected) if member is not type(None)]
        if len(members) == 1:
            (expected,) = members
        elif all(_is_wire(member) for member in members):
            expected = _tagged(members, value)
        origin = get_origin(expected)
    if origin is list:
        (item_type,) = get_args(expected)
        return _fit_list(item_type, value)
    if expected == UnixTime:
        value = _seconds(value)
    if expected == JSONText:
        text = value if isinstance(value, str) else _json_text(value)
        return text, value if text is _MISFIT else _NOTHING
    if _is_wire(origin or expected):
        wire = cast("type[Wire]", expected)
        normal = isinstance(value, dict) and wire.normalized(cast("dict[str, Any]", value))
        return (_built(wire, *normal), _NOTHING) if normal else (_MISFIT, value)
    try:
        return convert(value, expected, strict=False), _NOTHING
    except ValueError:
        return _MISFIT, value


def _fit_list(item_type: Any, value: Any) -> tuple[Any, Any]:
    given = _listed(cast("dict[str, Any]", value), item_type) if isinstance(value, dict) else value
    if not isinstance(given, list):
        return _MISFIT, value
    fits = [_fit(item_type, item) for item in cast("list[Any]", given) if item is not None]
    items = [item for item, _ in fits if item is not _MISFIT]
    rests = [rest for _, rest in fits if rest is not _NOTHING]
    if not rests:
        return items, _NOTHING
    # Objects stand for themselves; numbers mean something by their place.
    return (items, rests) if items and isinstance(items[0], Wire) else (_MISFIT, value)


def _listed(value: dict[str, Any], item_type: Any) -> list[Any] | None:
    """The items of a list that came as an object: it is the only one, or has them by index."""
    if _is_one_of(item_type, value):
        return [value]
    if not value or not all(key.isdecimal() and len(key) <= _DIGITS for key in value):
        return None
    items = sorted(((int(key), item) for key, item in value.items()), key=itemgetter(0))
    if not (_is_wire(get_origin(item_type) or item_type) and "index" in _field_types(item_type)):
        return [item for _, item in items]
    return [
        {"index": index, **cast("dict[str, Any]", item)} if isinstance(item, dict) else item
        for index, item in items
    ]


_DIGITS = 9  # of an index


def _is_one_of(item_type: Any, value: dict[str, Any]) -> bool:
    """Whether an object has a field of the type, or of a member if that is a union."""
    is_union = get_origin(item_type) in (Union, types.UnionType)
    members = [
        member
        for member in (get_args(item_type) if is_union else (item_type,))
        if _is_wire(get_origin(member) or member)
    ]
    return any(not _field_types(member).keys().isdisjoint(value) for member in members)


def _json_text(value: Any) -> Any:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return _MISFIT  # NaN, which is no JSON


def _seconds(value: Any) -> Any:
    """A time in whole seconds, where it is one that has a fraction."""
    try:
        return math.floor(float(value)) if isinstance(value, (float, str)) else value
    except (ValueError, OverflowError):
        return value


def _is_wire(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, Wire)


def _tagged(members: list[type[Wire]], value: Any) -> type[Wire]:
    """The member of a tagged union that ``value`` names; a plain ``Wire`` when it names another.

    One that names none is told by its content, which the API calls by the name of its kind;
    failing that, it is the first.
    """
    if not isinstance(value, dict):
        return members[0]
    data = cast("dict[str, Any]", value)
    tags = {str(member.__struct_config__.tag): member for member in members}
    named = data.get(members[0].__struct_config__.tag_field or "")
    if named:
        return tags.get(named, Wire) if isinstance(named, str) else Wire
    return next((member for tag, member in tags.items() if tag in data), members[0])
