"""The choice of the library that describes a type: msgspec a Struct, pydantic any other."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard, get_origin

from streamkit.errors import SchemaError
from streamkit.structured.description.by_msgspec import ByMsgspec
from streamkit.structured.description.parts import is_struct

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from streamkit.structured.schema.written import WrittenSchema

__all__ = ["CACHE_SIZE", "Described", "described"]

CACHE_SIZE = 256
"""The maximum number of types whose descriptions are kept; the least recently used goes first."""


class Described(Hashable, Protocol):
    """A type as JSON."""

    type_: Any
    """The type, as it was given."""
    name: str
    """The name of the type; empty if it has none."""

    def schema(self) -> dict[str, Any]:
        """Return the current JSON schema of its values; raises ``SchemaError``."""
        ...

    def written(self) -> WrittenSchema:
        """Return the current schema as a key, not to be changed; raises ``SchemaError``."""
        ...

    def read(self, text: str | bytes) -> Any:
        """Read a whole JSON text; an error of the type's validator is raised as it is."""
        ...


def described(type_: Any) -> Described:
    """Describe a type.

    Raises:
        SchemaError: ``type_`` is no type, or a type without a JSON form.
    """
    try:
        hash(type_)
    except TypeError:
        return _described(type_)
    # Equality alone is no key: int | str equals str | int, and a validator tries them in order.
    return _cached(type_, repr(type_))


@lru_cache(maxsize=CACHE_SIZE)
def _cached(type_: Any, _spelling: str) -> Described:
    return _described(type_)


def _described(type_: Any) -> Described:
    # A Struct comes first: a program that uses only Structs never loads pydantic.
    if is_struct(get_origin(type_) or type_):
        return ByMsgspec(type_)
    from pydantic import BaseModel

    from streamkit.structured.description.by_pydantic import ByAdapter, ByModel, ByPydantic

    if _is_adapter(type_):
        return ByAdapter(type_)
    if not _is_type(type_):
        raise SchemaError(f"Unsupported response_format type - {type_!r}")
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return ByModel(type_)
    return ByPydantic(type_)


def _is_adapter(value: object) -> TypeGuard[TypeAdapter[Any]]:
    from pydantic import TypeAdapter

    return isinstance(value, TypeAdapter)


def _is_type(value: object) -> bool:
    """Return whether a value is a class, or a form as ``list[int]`` or ``Literal["a"]``."""
    return (
        isinstance(value, type)
        or get_origin(value) is not None
        or type(value).__module__ in {"typing", "typing_extensions"}
    )
