"""The conversion of streamkit's values into plain data for an encoder of JSON."""

from __future__ import annotations

import functools
from typing import Any, cast

import msgspec

from streamkit._core.events import Event
from streamkit._core.json.view import PartialArray, PartialObject
from streamkit._core.wire import Wire

__all__ = ["json_default"]


def json_default(value: Any) -> Any:
    """Return plain data for a value that an encoder of JSON does not know.

        json.dumps(event.parsed, default=streamkit.json_default)
        msgspec.json.encode(event.parsed, enc_hook=streamkit.json_default)

    It converts parsed values, partial or whole (views, pydantic models, msgspec Structs,
    dataclasses, dates, enums and the like), events, completions and all other wire types.

    Raises:
        TypeError: the value is of another type.
    """
    if isinstance(value, PartialObject):
        return value.to_dict()
    if isinstance(value, PartialArray):
        return value.to_list()
    if isinstance(value, Wire):
        return value.to_dict(mode="json")
    if isinstance(value, Event):
        return value.to_dict()
    if isinstance(value, type):
        raise TypeError(f"{value.__name__} is a class, which JSON has no word for")
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "__dataclass_fields__"):
        from dataclasses import fields

        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return msgspec.to_builtins(value, enc_hook=functools.partial(_inner, value))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if type(value) is dict:
        items = cast("dict[Any, Any]", value)
        return {key: _plain(item) for key, item in items.items()}
    if type(value) in (list, tuple, set, frozenset):
        return [_plain(item) for item in value]
    return json_default(value)


def _inner(outer: object, value: Any) -> Any:
    """Convert a value that msgspec does not know: a part of the outer value, or that itself."""
    if value is outer:
        raise TypeError(f"{type(value).__name__} is nothing that JSON has a word for")
    return json_default(value)
