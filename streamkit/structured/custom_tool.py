"""Custom tools, whose input is free text: their definition, as chats and as Responses have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

__all__ = ["custom_definition", "flat", "nested"]


def custom_definition(arguments: object) -> Mapping[str, Any] | None:
    """Return the definition of a custom tool, of either API; None if it is another tool."""
    if arguments is str:
        return {}
    if not isinstance(arguments, Mapping):
        return None
    given = cast("Mapping[str, Any]", arguments)
    if given.get("type") != "custom":
        return None
    inner: Mapping[str, Any] = given.get("custom") or given
    return {name: value for name, value in inner.items() if name != "type"}


def nested(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as chats have it, with the grammar in an object of its own."""
    format_ = definition.get("format")
    if not isinstance(format_, Mapping) or "definition" not in format_:
        return dict(definition)
    grammar = {**cast("Mapping[str, Any]", format_)}
    kind = grammar.pop("type", "grammar")
    return {**definition, "format": {"type": kind, "grammar": grammar}}


def flat(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as Responses have it, with the grammar's fields in the format."""
    format_ = definition.get("format")
    if not isinstance(format_, Mapping) or "grammar" not in format_:
        return dict(definition)
    fields = {**cast("Mapping[str, Any]", format_)}
    grammar = fields.pop("grammar")
    return {**definition, "format": {**fields, **grammar}}
