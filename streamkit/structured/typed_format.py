"""The format of a type: its strict schema, and the reading of answers into it."""

# It is imported for a type only: most requests ask for none, and the schemas are half of the code.

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from streamkit._core.compiled import decoder
from streamkit.errors import SchemaError
from streamkit.structured.description import CACHE_SIZE, Described, described
from streamkit.structured.response_format import ResponseFormat
from streamkit.structured.schema import (
    describes_object,
    require_answerable,
    schema_name,
    to_strict_json_schema,
)
from streamkit.structured.wrapper import WRAPPER_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.structured.schema.written import WrittenSchema

__all__ = ["typed_format"]

T = TypeVar("T")


def typed_format(value: object) -> ResponseFormat[Any]:
    """Return the format of a type; raise ``SchemaError`` if it is none, or not a strict one."""
    type_ = described(value)
    return _typed(type_, type_.written())


@lru_cache(maxsize=CACHE_SIZE)
def _typed(type_: Described, given: WrittenSchema) -> ResponseFormat[Any]:
    wrapped = not describes_object(given.schema)
    try:
        strict = to_strict_json_schema(_wrapped(given.schema) if wrapped else given.schema)
        require_answerable(strict)
    except SchemaError as error:
        error.add_note(f"The type is {type_.type_!r}.")
        raise
    name = schema_name(type_.name)
    param = {
        "type": "json_schema",
        "json_schema": {"schema": strict, "name": name, "strict": True},
    }
    read = _reading_wrapped(type_.read) if wrapped else type_.read
    return ResponseFormat(
        param, is_json=True, name=name, type_=type_.type_, read=read, wrapped=wrapped
    )


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a schema into the object that strict mode requires at the root."""
    inner = {name: value for name, value in schema.items() if name != "$defs"}
    wrapper = {"type": "object", "properties": {WRAPPER_KEY: inner}}
    return wrapper | {"$defs": schema.get("$defs", {})}


class _Wrapper(msgspec.Struct):
    value: msgspec.Raw


_wrapper = decoder(_Wrapper)


def _reading_wrapped(read: Callable[[str | bytes], T]) -> Callable[[str | bytes], T]:
    """Pass the wrapped value on as it was written: decoding and encoding it could change it."""
    return lambda text: read(bytes(_wrapper.decode(text).value))
