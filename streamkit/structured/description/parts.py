"""The parts of a type."""

from __future__ import annotations

from dataclasses import is_dataclass
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NewType,
    TypeGuard,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Part",
    "field_naming",
    "fields",
    "is_alias",
    "is_struct",
    "is_typed_dict",
    "is_union",
    "parts",
    "path_to",
    "reached",
]


class Part(NamedTuple):
    """A type inside another one."""

    step: str
    """The step of a path that leads to the part: ``.name``, ``[]``, or nothing."""
    type_: Any


def parts(type_: Any) -> list[Part]:
    """Return the parts of a type: its fields, items, alternatives, or the target of an alias.

    A model of pydantic has no parts, because pydantic itself has read it.
    """
    if isinstance(type_, NewType):
        return [Part("", type_.__supertype__)]
    if isinstance(type_, TypeVar):
        bound: object = type_.__bound__
        every = type_.__constraints__ if bound is None else (bound,)
        return [Part("", one) for one in every]
    if is_alias(type_):
        return _meaning(type_)
    origin = get_origin(type_)
    if origin is None:
        return [Part(f".{name}", hint) for name, hint in fields(type_).items()]
    if origin is Literal:
        return []
    if origin is Annotated:
        return [Part("", type_.__origin__)]
    arguments = [one for one in get_args(type_) if not isinstance(one, list)]
    if is_alias(origin) or fields(origin):
        return [Part("", one) for one in (origin, *arguments)]
    step = "[]" if isinstance(origin, type) and not is_union(type_) else ""
    return [Part(step, one) for one in arguments]


def reached(
    type_: Any, *, whole: Callable[[Any], bool] = lambda _: False
) -> Iterator[tuple[str, Any]]:
    """Yield the type and all its parts, each once, with the path that leads there.

    Args:
        type_: The type to begin with.
        whole: Returns whether a type is yielded without its parts.
    """
    seen: dict[int, Any] = {}  # holds the types as well, because the id of a freed one is reused
    waiting: list[tuple[str, Any]] = [("", type_)]
    for path, current in waiting:
        if id(current) not in seen:
            seen[id(current)] = current
            yield path, current
            if not whole(current):
                waiting += ((path + step, inner) for step, inner in parts(current))


def path_to(type_: Any, is_at_fault: Callable[[Any], bool]) -> str:
    """Return the path from a type to the innermost part that is at fault."""
    path = ""
    seen: list[Any] = []
    while not any(type_ is one for one in seen):
        seen.append(type_)
        part = next((part for part in parts(type_) if is_at_fault(part.type_)), None)
        if part is None:
            break
        path += part.step
        type_ = part.type_
    return path.removeprefix(".")


def field_naming(type_: Any, error: Exception) -> str:
    """Return the path of the field whose annotation has the undefined name of an error."""
    name: object = getattr(error, "name", None)
    class_ = get_origin(type_) or type_
    annotations: dict[str, Any] = getattr(class_, "__annotations__", {})
    if not isinstance(error, NameError) or not isinstance(name, str):
        return ""
    return next((field for field, hint in annotations.items() if name in str(hint)), "")


def fields(type_: Any) -> dict[str, Any]:
    """Return a class's annotations; none if it has no fields, or where a name is not defined."""
    class_: Any = type_ if isinstance(type_, type) else None
    if class_ is None or not any(has_fields(class_) for has_fields in _WITH_FIELDS):
        return {}
    try:
        return get_type_hints(class_, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation may be any code; the describer reports more
        return {}


def is_struct(type_: object) -> TypeGuard[type[msgspec.Struct]]:
    """Return whether a type is a Struct of msgspec."""
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def is_typed_dict(type_: object) -> bool:
    """Return whether a type is a TypedDict, of ``typing`` or of ``typing_extensions``."""
    total: object = getattr(type_, "__total__", None)
    return isinstance(type_, type) and issubclass(type_, dict) and total is not None


def is_union(type_: object) -> bool:
    """Return whether a type is a union, in either notation."""
    return get_origin(type_) in (Union, UnionType)


def is_alias(type_: object) -> bool:
    """Return whether a type is an alias, by ``type`` or by either module's ``TypeAliasType``."""
    return type(type_).__name__ == "TypeAliasType"


def _meaning(alias: Any) -> list[Part]:
    try:
        return [Part("", alias.__value__)]
    except Exception:  # noqa: BLE001 - the alias is evaluated here, and may be any code
        return []


def _is_named(type_: type[Any]) -> bool:
    return hasattr(type_, "_fields") and issubclass(type_, tuple)


_WITH_FIELDS: tuple[Callable[[Any], bool], ...] = (
    is_dataclass,
    is_struct,
    is_typed_dict,
    _is_named,
)
