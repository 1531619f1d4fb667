"""The refusal of types in which one library would silently ignore the words of the other."""

# Strategy: msgspec reads a Struct and all its parts, pydantic everything else. Constraints,
# descriptions and validators in the words of the other library would be lost, in the schema and in
# the answer. The two also choose differently among the members of a union, so a union is read by
# one library.

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import msgspec

from streamkit.errors import SchemaError
from streamkit.structured.description.naming import type_name
from streamkit.structured.description.parts import (
    is_alias,
    is_struct,
    is_typed_dict,
    is_union,
    parts,
    reached,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["require_one_reader", "require_plain_struct", "require_pydantics_words"]


def require_one_reader(type_: Any) -> None:
    """Check a type that pydantic reads, down to the Structs inside it.

    Raises:
        SchemaError: it has a ``msgspec.Meta`` outside of a Struct, or a union in which a Struct
            cannot be distinguished from another member.
    """
    for path, part in reached(type_, whole=_is_struct):
        _require_no_meta(part.__metadata__ if get_origin(part) is Annotated else (), path)
        if is_union(part):
            _require_tags(part, path)


def require_pydantics_words(class_: Any) -> None:
    """Check the fields of a class that pydantic has read, if it is a model.

    Raises:
        SchemaError: a field has a ``msgspec.Meta``.
    """
    fields: dict[str, Any] = getattr(class_, "model_fields", {})
    for name, field in fields.items():
        _require_no_meta(field.metadata, name)
        for path, part in reached(field.annotation, whole=_is_struct):
            _require_no_meta(getattr(part, "__metadata__", ()), name + path)


def _require_no_meta(metadata: Iterable[object], path: str) -> None:
    if any(isinstance(each, msgspec.Meta) for each in metadata):
        raise SchemaError(
            "msgspec.Meta means nothing outside of a msgspec Struct. Use pydantic's Field, or make"
            " a Struct of what it is in.",
            path=path.removeprefix("."),
        )


def require_plain_struct(struct: Any) -> None:
    """Check a Struct, which msgspec reads.

    Raises:
        SchemaError: a field inside it has constraints or validators of pydantic's.
    """
    for path, part in reached(struct):
        foreign = next((_spelled(value) for value in _said_of(part) if _is_pydantic(value)), None)
        if foreign:
            raise SchemaError(
                f"{foreign} means nothing inside a msgspec Struct. Use msgspec.Meta, or make"
                f" {type_name(struct)} a pydantic model or a dataclass.",
                path=path.removeprefix("."),
            )


def _said_of(part: Any) -> tuple[Any, ...]:
    """Return the places for more than the type itself: metadata, defaults, a class's attributes."""
    if get_origin(part) is Annotated:
        metadata: tuple[Any, ...] = part.__metadata__
        return metadata
    if is_struct(part):
        return part.__struct_defaults__
    if is_typed_dict(part) or (isinstance(part, type) and is_dataclass(part)):
        return tuple(vars(part).values())
    return ()


def _is_pydantic(value: object) -> bool:
    module, _, _ = type(value).__module__.partition(".")
    return module in ("pydantic", "pydantic_core", "annotated_types")


def _spelled(value: object) -> str:
    name = type(value).__name__
    if type(value).__module__ == "annotated_types":
        return f"annotated_types.{name}"
    return "pydantic's Field" if name == "FieldInfo" else "a validator of pydantic's"


def _require_tags(union: Any, path: str) -> None:
    """Check that tags distinguish the Structs of a union, and that no other objects are in it."""
    members = _members(union)
    structs = [member for member in members if _is_struct(member)]
    objects = [member for member in members if _is_object(member)]
    configs = [(get_origin(struct) or struct).__struct_config__ for struct in structs]
    tags = {(config.tag_field, config.tag) for config in configs if config.tag is not None}
    if structs and (objects or (len(structs) > 1 and len(tags) < len(structs))):
        raise SchemaError(
            f"the members of {type_name(union)} cannot be distinguished. Several msgspec Structs in"
            " a union need tags (tag=True), and a Struct cannot stand beside other objects.",
            path=path.removeprefix("."),
        )


def _members(type_: Any) -> list[Any]:
    """Return the members of a union, through unions, aliases and annotations inside it."""
    if is_union(type_):
        return [member for argument in get_args(type_) for member in _members(argument)]
    if get_origin(type_) is Annotated or is_alias(type_):
        return [member for part in parts(type_) for member in _members(part.type_)]
    return [type_]


def _is_struct(type_: Any) -> bool:
    return is_struct(get_origin(type_) or type_)


def _is_object(type_: Any) -> bool:
    from pydantic import BaseModel

    class_: object = get_origin(type_) or type_
    if not isinstance(class_, type) or is_struct(class_):
        return False
    return is_dataclass(class_) or issubclass(class_, (BaseModel, dict))
