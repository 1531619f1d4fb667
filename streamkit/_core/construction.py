"""The construction of wire types from any decoded JSON, field by field."""

# Strategy: the reader of a field is chosen once per type, not once per value. A reader takes a
# value, and returns it as the field's type and the rest that could not be read.

from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, Union, cast, get_args, get_origin

import msgspec

from streamkit._core.compiled import converter
from streamkit._core.logger import logger
from streamkit._core.wire import JSONText, UnixTime, Wire

__all__ = ["construct"]

W = TypeVar("W", bound=Wire)
Reader: TypeAlias = Callable[[Any], tuple[Any, Any]]

_MISFIT = object()
_NOTHING = object()


def construct(type_: type[W], data: dict[str, Any]) -> W:
    """Build a wire type from any decoded JSON.

    A careless server is understood where its meaning is plain: an object in place of a list becomes
    a list of one, unless its keys are the indices of a list; a null in a list adds nothing, JSON in
    place of its text becomes the text, and a type may accept other forms (``Wire.normalized``). A
    value that still cannot be read is kept among the unknown fields (``model_extra``), which is
    logged at DEBUG, and its field has the default, or the readable objects of a list. An object
    whose kind its union does not have becomes a plain ``Wire``, whose fields are all unknown.
    """
    return _built(type_, *(type_.normalized(data) or (data, {})))


def _built(type_: type[W], data: dict[str, Any], unread: dict[str, Any]) -> W:
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    shape = _shape(type_)
    for key, value in data.items():
        read = shape.readers.get(key)
        if read is None:
            if key != shape.tag_field:
                extra[key] = value
            elif value is not None and value != shape.tag:
                unread[key] = value
        elif value is not None:
            fitted, rest = read(value)
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
            logger().debug("%s.%s is a %s, kept as it came", type_.__name__, key, kind)
    return wire


class _Shape(NamedTuple):
    """The readers of a type's fields, and its tag."""

    readers: dict[str, Reader]
    tag_field: str | None
    tag: Any


@functools.cache
def _shape(type_: type[Wire]) -> _Shape:
    config = (get_origin(type_) or type_).__struct_config__
    fields = msgspec.structs.fields(type_)
    readers = {
        field.encode_name: _reader(field.type) for field in fields if field.name != "unknown_fields"
    }
    return _Shape(readers, config.tag_field, config.tag)


def _reader(expected: Any) -> Reader:
    """Return the reader of a field of this type."""
    members = [member for member in _members(expected) if member is not type(None)]
    if len(members) > 1:
        if all(map(_is_wire, members)):
            return lambda value: _read_object(_tagged(members, value), value)
        if get_origin(members[0]) is list and all(map(_is_wire, members[1:])):
            return _list_or_object_reader(members[0], members[1:])
        return _value_reader(expected)
    (only,) = members
    if get_origin(only) is list:
        (item_type,) = get_args(only)
        return functools.partial(_read_list, item_type, _reader(item_type))
    if only == JSONText:
        return _read_json_text
    if only == UnixTime:
        return _time_reader()
    if _is_wire(only):
        return functools.partial(_read_object, cast("type[Wire]", only))
    return _value_reader(only)


def _list_or_object_reader(list_type: Any, objects: list[type[Wire]]) -> Reader:
    read_list = _reader(list_type)

    def read(value: Any) -> tuple[Any, Any]:
        if isinstance(value, list):
            return read_list(value)
        return _read_object(_tagged(objects, value), value)

    return read


def _members(expected: Any) -> tuple[Any, ...]:
    is_union = get_origin(expected) in (Union, types.UnionType)
    return get_args(expected) if is_union else (expected,)


def _is_wire(expected: Any) -> bool:
    type_ = get_origin(expected) or expected
    return isinstance(type_, type) and issubclass(type_, Wire)


def _value_reader(expected: Any) -> Reader:
    convert = converter(expected)

    def read(value: Any) -> tuple[Any, Any]:
        if type(value) is expected:
            return value, _NOTHING
        try:
            return convert(value, strict=False), _NOTHING
        except ValueError:
            return _MISFIT, value

    return read


def _read_object(type_: type[Wire], value: Any) -> tuple[Any, Any]:
    if isinstance(value, dict):
        normal = type_.normalized(cast("dict[str, Any]", value))
        if normal is not None:
            return _built(type_, *normal), _NOTHING
    return _MISFIT, cast("object", value)


def _read_json_text(value: Any) -> tuple[Any, Any]:
    if isinstance(value, str):
        return value, _NOTHING
    import json

    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return _MISFIT, value  # NaN, which is no JSON
    return text, _NOTHING


def _time_reader() -> Reader:
    read_number = _value_reader(int)

    def read(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, float | str):
            return read_number(value)
        try:
            return math.floor(float(value)), _NOTHING
        except (ValueError, OverflowError):
            return _MISFIT, value

    return read


def _read_list(item_type: Any, read: Reader, value: Any) -> tuple[Any, Any]:
    given = kept = cast("object", value)
    if isinstance(value, dict):
        given = _listed(cast("dict[str, Any]", value), item_type)
    if not isinstance(given, list):
        return _MISFIT, kept
    fits = [read(item) for item in cast("list[Any]", given) if item is not None]
    items = [item for item, _ in fits if item is not _MISFIT]
    rests = [rest for _, rest in fits if rest is not _NOTHING]
    if not rests:
        return items, _NOTHING
    # An object means the same anywhere in the list; a number's place has a meaning.
    return (items, rests) if items and isinstance(items[0], Wire) else (_MISFIT, kept)


def _listed(value: dict[str, Any], item_type: Any) -> list[Any] | None:
    """Return the items of a list that came as an object: the only item, or items by index."""
    shapes = [_shape(member) for member in _members(item_type) if _is_wire(member)]
    if any(not shape.readers.keys().isdisjoint(value) for shape in shapes):
        return [value]
    if not value or not all(key.isdecimal() and len(key) <= _DIGITS for key in value):
        return None
    items = sorted(((int(key), item) for key, item in value.items()), key=itemgetter(0))
    if not any("index" in shape.readers for shape in shapes):
        return [item for _, item in items]
    return [
        {"index": index, **cast("dict[str, Any]", item)} if isinstance(item, dict) else item
        for index, item in items
    ]


_DIGITS = 9  # of an index


def _tagged(members: list[type[Wire]], value: Any) -> type[Wire]:
    """Return the member of a tagged union that ``value`` names; ``Wire`` for an unknown name.

    A value without a name is recognised by the field that the API names after the kind; else it is
    the first member.
    """
    if not isinstance(value, dict):
        return members[0]
    data = cast("dict[str, Any]", value)
    configs = [(get_origin(member) or member).__struct_config__ for member in members]
    tags = {str(config.tag): member for config, member in zip(configs, members, strict=True)}
    named = data.get(configs[0].tag_field or "")
    if named:
        return tags.get(named, Wire) if isinstance(named, str) else Wire
    return next((member for tag, member in tags.items() if tag in data), members[0])
