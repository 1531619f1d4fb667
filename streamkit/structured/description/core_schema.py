"""The search of a core schema of pydantic's for parts that no JSON can become."""

# Strategy: a core schema is dicts in dicts. A function of the user's that runs before a part is
# read may return anything, so below such a function nothing is judged; nor is the branch for
# Python's own values. Literals and enums are not judged by a rule but tried: the JSON that the
# schema offers for a value is read, as an answer will be.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamkit.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Node", "classes", "nodes", "require_readable"]

_MADE_APART = frozenset({"model", "dataclass"})
_MAY_CONVERT = frozenset({"function-before", "function-wrap", "function-plain"})
_NO_JSON = frozenset({"is-instance", "is-subclass", "callable"})
_NO_PARTS = frozenset(
    {
        *("metadata", "serialization", "config", "python_schema", "strict_schema"),
        *("default", "expected", "members"),
    }
)
_OF_ITS_PLACE = frozenset({"ref", "metadata", "serialization"})


class Node(NamedTuple):
    """A schema inside another, and the circumstances of its place."""

    path: str
    schema: dict[str, Any]
    converted: bool
    """Whether a function of the user's runs before the value is read."""
    by_name: bool
    """Whether fields are found by their own names, also where they have aliases."""


def require_readable(core: Any) -> None:
    """Check that a type has no part that no JSON can become: each answer would fail.

    Raises:
        SchemaError: a value of an enum or a literal differs from what its JSON is read as, a field
            is looked up inside another one, or a class can only be made in Python.
    """
    for node in nodes(core):
        if not node.converted:
            reason = _unreadable(node)
            if reason:
                raise SchemaError(
                    f"every answer would fail here: {reason}", path=node.path.removeprefix(".")
                )


def classes(core: Any) -> list[Any]:
    """Return the classes whose own schemas this one contains."""
    return [node.schema["cls"] for node in nodes(core) if node.schema["type"] in _MADE_APART]


def nodes(
    value: Any, path: str = "", *, converted: bool = False, by_name: bool = False
) -> Iterator[Node]:
    """Yield every schema inside a value that is a schema or holds some."""
    if isinstance(value, (list, tuple)):
        for item in cast("list[Any]", value):
            yield from nodes(item, path, converted=converted, by_name=by_name)
    if not isinstance(value, dict):
        return
    schema = cast("dict[str, Any]", value)
    kind: object = schema.get("type")
    if not isinstance(kind, str):  # a dict of schemas by the names of fields, or by tags
        for name, part in schema.items():
            step = f".{name}" if _is_field(part) else ""
            yield from nodes(part, path + step, converted=converted, by_name=by_name)
        return
    if "config" in schema:
        config: dict[str, Any] = schema["config"] or {}
        by_name = bool(config.get("validate_by_name") or config.get("populate_by_name"))
    path += f".{schema['name']}" if kind == "dataclass-field" else ""
    yield Node(path, schema, converted, by_name)
    path += "[]" if "items_schema" in schema else ""
    converted = converted or kind in _MAY_CONVERT
    for name, part in schema.items():
        if name not in _NO_PARTS:
            yield from nodes(part, path, converted=converted, by_name=by_name)


def _unreadable(node: Node) -> str | None:
    schema = node.schema
    kind = schema["type"]
    if kind in ("literal", "enum"):
        return _unread_value(schema, schema["expected" if kind == "literal" else "members"])
    if kind in _NO_JSON:
        name = getattr(schema.get("cls"), "__name__", "function")
        return f"no JSON is an instance of {name}. Give it a validator, or use another type."
    if kind == "generator":
        return "what is in an Iterable is read after the answer was accepted. Use list or Sequence."
    if kind.endswith("-field") and not node.by_name:
        alias = schema.get("validation_alias")
        if isinstance(alias, list) and not _is_flat(cast("list[Any]", alias)):
            return (
                "an AliasPath looks into another field, and the answer has this one on its own."
                " Add a plain alias by AliasChoices, or read it in a validator."
            )
    return None


def _is_field(part: Any) -> bool:
    return isinstance(part, dict) and str(cast("Any", part).get("type")).endswith("-field")


def _is_flat(alias: list[Any]) -> bool:
    """Return whether an alias contains a path of a single key."""
    paths = alias if isinstance(alias[0], list) else [alias]
    return any(len(path) == 1 for path in paths)


def _unread_value(schema: dict[str, Any], values: list[Any]) -> str | None:
    from pydantic_core import SchemaValidator, to_json

    alone: Any = {name: value for name, value in schema.items() if name not in _OF_ITS_PLACE}
    validator = SchemaValidator(alone)
    for value in values:
        try:
            validator.validate_json(to_json(getattr(value, "value", value)))
        except ValueError:
            return (
                f"{value!r} is not what its JSON is read as. Use strings, numbers, booleans or None"
                " in a Literal, and as the values of an enum."
            )
    return None
