"""Two JSON schemas as one that asks for both."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any] | bool
"""A JSON schema: ``True`` allows everything, ``False`` nothing."""


def merged(first: Schema, second: Schema) -> Schema:
    """A schema for values that both allow.

    Where two keywords cannot be made one, the second's is taken: who uses the result has to judge
    values by the original schemas.
    """
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    result: dict[str, Any] = {**first, **second}
    for keyword in first.keys() & second.keys():
        join = _JOINS.get(keyword)
        if join:
            result[keyword] = join(first[keyword], second[keyword])
    return result


def _properties(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(first[key], second[key]) for key in first if key in second}
    return {**first, **second, **both}


def _union(first: list[Any], second: list[Any]) -> list[Any]:
    return [*first, *(item for item in second if item not in first)]


def _types(first: str | list[str], second: str | list[str]) -> list[str]:
    wide = {"number": ["integer"]}
    left = [first] if isinstance(first, str) else first
    right = [second] if isinstance(second, str) else second
    return [
        kind
        for kind in ("object", "array", "string", "boolean", "null", "number", "integer")
        if any(kind in (each, *wide.get(each, ())) for each in left)
        and any(kind in (each, *wide.get(each, ())) for each in right)
    ]


def _shared(first: list[Any], second: list[Any]) -> list[Any]:
    return [item for item in first if item in second]


_JOINS: dict[str, Any] = {
    "allOf": _union,
    "enum": _shared,
    "exclusiveMaximum": min,
    "exclusiveMinimum": max,
    "items": merged,
    "maxItems": min,
    "maxLength": min,
    "maxProperties": min,
    "maximum": min,
    "minItems": max,
    "minLength": max,
    "minProperties": max,
    "minimum": max,
    "properties": _properties,
    "required": _union,
    "type": _types,
}
