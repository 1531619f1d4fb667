"""The names of types."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated, Any, Literal, cast, get_args, get_origin

from streamkit.structured.description.parts import is_union

__all__ = ["type_name"]

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_MODULES = re.compile(r"(?:[\w<>]+\.)+")


def type_name(type_: Any) -> str:
    """Return the name of a type as it is written, without modules: ``Box[int]``, ``Cat | Dog``.

    The name is the same in every process. ``Annotated`` has the name of the type that it annotates.
    """
    origin = get_origin(type_)
    if origin is None:
        return _name(type_)
    if origin is Annotated:
        return type_name(type_.__origin__)
    arguments = get_args(type_)
    if is_union(type_):
        return " | ".join(map(_argument, arguments))
    inner = map(_value if origin is Literal else _argument, arguments)
    return f"{_name(origin)}[{', '.join(inner)}]"


def _argument(argument: Any) -> str:
    if isinstance(argument, list):
        return f"[{', '.join(map(_argument, cast('list[Any]', argument)))}]"
    return "..." if argument is ... else type_name(argument)


def _name(type_: Any) -> str:
    if type_ is type(None):
        return "None"
    name: object = getattr(type_, "__name__", None)
    return _ADDRESS.sub("", name if isinstance(name, str) else _MODULES.sub("", repr(type_)))


def _value(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    return _ADDRESS.sub("", repr(value))
