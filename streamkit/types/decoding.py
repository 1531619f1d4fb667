"""JSON bytes to wire types: as strict and fast as msgspec, and as lenient as it takes.

Strategy: msgspec decodes what fits the type exactly, which is nearly everything. What it refuses
(an unknown field, a value of another type, half a surrogate pair) is read again with the standard
library and built field by field, so nothing that came is lost.
"""

from __future__ import annotations

import functools
import json
import logging
import types
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from streamkit.compiled import convert, decoder
from streamkit.limits import DEFAULTS
from streamkit.types.base import JSONText, Wire

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
    them belongs is a list of one, a null in a list adds nothing, and JSON in place of its text is
    its text. A field whose value still does not fit its type reads as its default, and the value
    stays among the unknown fields (``model_extra``), which is logged at DEBUG. An object that names
    a kind which its union has not becomes a plain ``Wire``, all of whose fields are unknown ones.
    """
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    fields = _field_types(type_)
    tag_field = (get_origin(type_) or type_).__struct_config__.tag_field
    for key, value in data.items():
        expected = fields.get(key)
        if expected is None:
            if key != tag_field:
                extra[key] = value
        elif value is not None:
            fitted = _fit(expected, value)
            if fitted is _MISFIT:
                extra[key] = value
                kind = type(value).__name__
                _log.debug("%s.%s is a %s, kept as it came", type_.__name__, key, kind)
            else:
                known[key] = fitted
    wire = type_(**known)
    wire.add_unknown(extra)
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


@functools.cache
def _field_types(type_: type[Struct]) -> dict[str, Any]:
    fields = msgspec.structs.fields(type_)
    return {field.encode_name: field.type for field in fields if field.name != "unknown_fields"}


def _fit(expected: Any, value: Any) -> Any:
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
    if expected == JSONText:
        return value if isinstance(value, str) else _json_text(value)
    if _is_wire(origin or expected):
        if not isinstance(value, dict):
            return _MISFIT
        return construct(cast("type[Wire]", expected), cast("dict[str, Any]", value))
    try:
        return convert(value, expected, strict=False)
    except ValueError:
        return _MISFIT


def _fit_list(item_type: Any, value: Any) -> Any:
    if isinstance(value, dict) and _is_one_of(item_type, cast("dict[str, Any]", value)):
        value = [value]
    if not isinstance(value, list):
        return _MISFIT
    items = [_fit(item_type, item) for item in cast("list[Any]", value) if item is not None]
    return _MISFIT if any(item is _MISFIT for item in items) else items


def _is_one_of(item_type: Any, value: dict[str, Any]) -> bool:
    """Whether an object has a field of the type, or of a member if that is a union."""
    members = [member for member in (get_args(item_type) or (item_type,)) if _is_wire(member)]
    return any(not _field_types(member).keys().isdisjoint(value) for member in members)


def _json_text(value: Any) -> Any:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return _MISFIT  # NaN, which is no JSON


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
