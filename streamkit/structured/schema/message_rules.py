"""The schemas that Anthropic's Messages API accepts, and the rewriting of others to fit.

Its strict mode differs from that of OpenAI: ``required`` stays as it is, so fields may be optional;
the root may be of any type; and what the API cannot enforce, such as limits, moves into the
description, where the model still reads it. Source:
https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit.errors import SchemaError
from streamkit.structured.schema.references import DEFINITIONS, is_schema
from streamkit.structured.schema.rules import MAX_DEPTH, types_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["to_message_schema"]

FORMATS = frozenset(
    {
        *("date-time", "time", "date", "duration", "email", "hostname"),
        *("uri", "ipv4", "ipv6", "uuid"),
    }
)
"""The string formats that the API enforces."""

UNIONS = {"anyOf": "anyOf", "oneOf": "anyOf", "allOf": "allOf"}
"""The keywords that combine schemas, the first that is there, and the keyword that is sent."""

TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})


def _is_format(value: object) -> bool:
    return value in FORMATS


def _is_least_number(value: object) -> bool:
    return value in (0, 1)


ENFORCED: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "string": {"format": _is_format},
    "array": {"minItems": _is_least_number},
}
"""The keywords by type that the API enforces, and a test of the values that it accepts."""


def to_message_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Rewrite a JSON schema with the keywords that the Messages API accepts.

    ``oneOf`` becomes ``anyOf``, a reference loses what is beside it, every object is closed, and
    any other keyword moves into the description. The given schema is not changed.

    Raises:
        SchemaError: A part has no type; ``path`` names it.
    """
    return _rewritten(schema, "", 0)


def _rewritten(schema: object, path: str, depth: int) -> dict[str, Any]:
    if not is_schema(schema):
        raise SchemaError(f"a schema is an object, not {schema!r}", path=path)
    if depth > MAX_DEPTH:
        raise SchemaError(f"schemas stand more than {MAX_DEPTH} deep in each other", path=path)
    rest, kept = dict(schema), dict[str, Any]()
    for keyword in DEFINITIONS:
        if is_schema(group := rest.get(keyword)):
            del rest[keyword]
            kept[keyword] = {
                name: _rewritten(part, name, depth + 1) for name, part in group.items()
            }
    if "$ref" in rest:
        return {**kept, "$ref": rest["$ref"]}
    type_ = _keep_values(rest, kept, path, depth)
    for keyword in ("description", "title"):
        if (words := rest.pop(keyword, None)) is not None:
            kept[keyword] = words
    if type_ == "object":
        _keep_object(rest, kept, path, depth)
    elif type_ == "array" and (items := rest.pop("items", None)) is not None:
        kept["items"] = _rewritten(items, f"{path}[]", depth + 1)
    for keyword, accepts in ENFORCED.get(type_ or "", {}).items():
        if keyword in rest:
            value = rest.pop(keyword)
            (kept if accepts(value) else rest)[keyword] = value
    _describe(rest, kept)
    return kept


def _keep_values(rest: dict[str, Any], kept: dict[str, Any], path: str, depth: int) -> str | None:
    """Move what says which values are valid; return their type, if that is all that is said."""
    types = [kind for kind in types_of(rest) if kind in TYPES]
    given = rest.pop("type", None)
    unions = [keyword for keyword in UNIONS if isinstance(rest.get(keyword), list)]
    parts = [rest.pop(keyword, None) for keyword in UNIONS]
    values = rest.get("enum")
    if isinstance(values, list) and values and all(map(_is_plain, cast("list[object]", values))):
        kept["enum"] = [*rest.pop("enum")]
    if "const" in rest and _is_plain(rest["const"]):
        kept["const"] = rest.pop("const")
    is_literal = bool(kept.keys() & {"enum", "const"})
    if unions:
        union = unions[0]
        branches = cast("list[object]", parts[[*UNIONS].index(union)])
        kept[UNIONS[union]] = [_rewritten(branch, path, depth + 1) for branch in branches]
    elif isinstance(given, list) and types and not is_literal:
        shared = {name: rest.pop(name) for name in [*rest] if name not in ("description", "title")}
        kept["anyOf"] = [_rewritten({**shared, "type": kind}, path, depth + 1) for kind in types]
        return None
    elif not is_literal:
        if len(types) != 1:
            raise SchemaError(
                "a schema must have a type, a union of others, a const or an enum", path=path
            )
        kept["type"] = types[0]
    return None if is_literal or not types else cast("str", types[0])


def _keep_object(rest: dict[str, Any], kept: dict[str, Any], path: str, depth: int) -> None:
    properties = rest.pop("properties", {})
    rest.pop("additionalProperties", None)
    kept["properties"] = {
        name: _rewritten(part, f"{path}.{name}".removeprefix("."), depth + 1)
        for name, part in properties.items()
    }
    kept["additionalProperties"] = False
    if (required := rest.pop("required", None)) is not None:
        kept["required"] = required


def _describe(rest: dict[str, Any], kept: dict[str, Any]) -> None:
    if rest:
        described = ", ".join(f"{key}: {value}" for key, value in rest.items())
        words = [kept["description"]] if "description" in kept else []
        kept["description"] = "\n\n".join([*words, f"{{{described}}}"])


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
