"""The merging of two JSON schemas into one that demands both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.sampling.budget import Budget
from streamkit.server.sampling.values import key

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any] | bool
"""A JSON schema: ``True`` allows everything, ``False`` nothing."""


def merged(first: Schema, second: Schema, budget: Budget | None = None) -> Schema:
    """Return a schema for values that both schemas allow.

    Where two keywords cannot be merged, that of the second is taken, so the caller must still judge
    values by the original schemas.

    Raises:
        ExhaustedError: The merging takes more than the budget.
    """
    budget = budget or Budget()
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    budget.spend(1 + len(first) + len(second))
    result: dict[str, Any] = {**first, **second}
    for keyword in first.keys() & second.keys():
        join = _JOINS.get(keyword)
        if join:
            result[keyword] = join(first[keyword], second[keyword], budget)
    return result


def _properties(first: dict[str, Any], second: dict[str, Any], budget: Budget) -> dict[str, Any]:
    budget.spend(len(first) + len(second))
    both = {name: merged(first[name], second[name], budget) for name in first if name in second}
    return {**first, **second, **both}


def _union(first: list[Any], second: list[Any], budget: Budget) -> list[Any]:
    known = {key(item, budget) for item in first}
    return [*first, *(item for item in second if key(item, budget) not in known)]


def _types(first: str | list[str], second: str | list[str], _: Budget) -> list[str]:
    wide = {"number": ["integer"]}
    left = [first] if isinstance(first, str) else first
    right = [second] if isinstance(second, str) else second
    return [
        kind
        for kind in ("object", "array", "string", "boolean", "null", "number", "integer")
        if any(kind in (each, *wide.get(each, ())) for each in left)
        and any(kind in (each, *wide.get(each, ())) for each in right)
    ]


def _shared(first: list[Any], second: list[Any], budget: Budget) -> list[Any]:
    known = {key(item, budget) for item in second}
    return [item for item in first if key(item, budget) in known]


def _least(first: float, second: float, _: Budget) -> float:
    return min(first, second)


def _most(first: float, second: float, _: Budget) -> float:
    return max(first, second)


_JOINS: dict[str, Callable[[Any, Any, Budget], Any]] = {
    "allOf": _union,
    "enum": _shared,
    "exclusiveMaximum": _least,
    "exclusiveMinimum": _most,
    "items": merged,
    "maxItems": _least,
    "maxLength": _least,
    "maxProperties": _least,
    "maximum": _least,
    "minItems": _most,
    "minLength": _most,
    "minProperties": _most,
    "minimum": _most,
    "properties": _properties,
    "required": _union,
    "type": _types,
}
