"""The descriptions of Structs: msgspec generates their schemas and reads their JSON."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit._core.compiled import decoder, one_at_a_time
from streamkit.errors import SchemaError
from streamkit.structured.description.naming import type_name
from streamkit.structured.description.one_reader import require_plain_struct
from streamkit.structured.description.parts import (
    field_naming,
    fields,
    is_typed_dict,
    path_to,
    reached,
)
from streamkit.structured.schema.references import is_schema
from streamkit.structured.schema.written import WrittenSchema

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["ByMsgspec", "struct_schemas"]

_ADVICE = (
    "A Struct holds plain types, dataclasses, TypedDicts and other Structs that are defined at the"
    " top of a module; several Structs in a union need tags (tag=True)."
)


class ByMsgspec:
    """A Struct, or a generic Struct with its parameters."""

    def __init__(self, struct: Any) -> None:
        self.type_: Any = struct
        self.name = type_name(struct)
        self._schema = struct_schemas([struct])
        with _said_of(struct):
            self._read = decoder(struct).decode
        self._written = WrittenSchema(self.schema())

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema; a Struct's never changes."""
        (schema,), definitions = self._schema
        return schema | {"$defs": definitions}

    def written(self) -> WrittenSchema:
        """Return the schema as a key, always the same one."""
        return self._written

    def read(self, text: str | bytes) -> Any:
        """Read a whole JSON text as the Struct."""
        return self._read(text)


def struct_schemas(
    structs: list[Any], prefix: str = ""
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the schema of each Struct, and their definitions, whose names have the prefix.

    Raises:
        SchemaError: msgspec does not know a type in one, or would ignore a constraint there.
    """
    for struct in structs:
        require_plain_struct(struct)
    with one_at_a_time:
        for struct in structs:
            with _said_of(struct):
                msgspec.json.schema(struct)
        schemas, definitions = msgspec.json.schema_components(
            structs, ref_template=f"#/$defs/{prefix}{{name}}"
        )
    for _, part in (pair for struct in structs for pair in reached(struct)):
        if is_typed_dict(part):
            _in_order(definitions, part)
    return [*schemas], {prefix + name: schema for name, schema in definitions.items()}


def _in_order(definitions: dict[str, Any], typed_dict: Any) -> None:
    """Restore the written order of a TypedDict's fields: msgspec sorts them by their names."""
    hints = fields(typed_dict)
    for schema in definitions.values():
        properties = schema.get("properties")
        is_it = schema.get("title") == typed_dict.__name__ and is_schema(properties)
        if is_it and properties.keys() == hints.keys():
            schema["properties"] = {name: properties[name] for name in hints}


@contextmanager
def _said_of(struct: Any) -> Generator[None]:
    """Raise ``SchemaError`` for any error that msgspec raises for a Struct."""
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise SchemaError(
            f"Unsupported response_format type - {struct!r}: {reason}. {_ADVICE}",
            path=path_to(struct, _is_refused) or field_naming(struct, error),
        ) from error


def _is_refused(type_: Any) -> bool:
    try:
        msgspec.json.schema(type_)
    except Exception:  # noqa: BLE001 - msgspec may raise any error
        return True
    return False
