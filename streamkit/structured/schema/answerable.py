"""The check that some finite answer fits a schema."""

from __future__ import annotations

from typing import Any, cast

from streamkit.errors import SchemaError
from streamkit.structured.schema.references import DEFINITIONS, Definition, definition
from streamkit.structured.schema.rules import types_of

__all__ = ["require_answerable"]

_BOUNDS = (
    ("minimum", "maximum", False),
    ("exclusiveMinimum", "maximum", True),
    ("minimum", "exclusiveMaximum", True),
    ("exclusiveMinimum", "exclusiveMaximum", True),
    ("minLength", "maxLength", False),
    ("minItems", "maxItems", False),
)
"""Pairs of a lower and an upper bound, and whether a schema must not set both to one value."""

_ROOT = Definition("", "")


def require_answerable(strict: dict[str, Any]) -> None:
    """Check that a finite answer fits a strict schema, in time linear in most schemas.

    Raises:
        SchemaError: a field must contain itself again, without end, or its bounds leave nothing.
    """
    _Answers(strict).require()


class _Answers:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._answerable: set[Definition] = set()
        open_: dict[Definition, Any] = {
            Definition(keyword, name): schema
            for keyword in DEFINITIONS
            for name, schema in root.get(keyword, {}).items()
        }
        open_[_ROOT] = root
        # Each round finds the schemas that depend on those found before. A definition mostly
        # depends on definitions that were met after it, hence the order.
        found = True
        while found:
            found = False
            for target, schema in reversed([*open_.items()]):
                if self._fault(schema) is None:
                    self._answerable.add(target)
                    del open_[target]
                    found = True

    def require(self) -> None:
        if _ROOT not in self._answerable:
            path, message = self._fault(self._root) or ("", "")
            raise SchemaError(message, path=path.removeprefix("."))

    def _fault(self, schema: dict[str, Any], path: str = "") -> tuple[str, str] | None:
        """Return the path that no finite answer fits, as far as is known, and the reason."""
        if "$ref" in schema:
            target = definition(schema["$ref"]) or _ROOT
            if target not in self._answerable:
                return path, "it must contain itself again, without end; let it be None or a list."
        for least, most, apart in _BOUNDS:
            if least in schema and most in schema:
                low, high = schema[least], schema[most]
                if low > high or (apart and low == high):
                    return path, f"no value has {least} {low} and {most} {high}."
        branches = cast("list[dict[str, Any]]", schema.get("anyOf", []))
        faults = [self._fault(branch, path) for branch in branches]
        if faults and None not in faults:
            return faults[0]
        match types_of(schema):
            case ["object"]:
                inner = [(f".{name}", part) for name, part in schema["properties"].items()]
            case ["array"] if schema.get("minItems"):
                inner = [("[]", schema["items"])]
            case _:
                inner = []
        found = (self._fault(part, path + step) for step, part in inner)
        return next((fault for fault in found if fault), None)
