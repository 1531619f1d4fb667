"""The rules of the API's strict mode: a request with any other schema is answered with 400.

Sources: the guide to structured outputs, section "Supported schemas"
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas), and, where the guide
is silent, refusals of the API that were observed. Where neither is clear, a schema passes, because
the API judges it better. ``minLength`` and ``maxLength`` are not in the guide's list, but accepted.
"""

from __future__ import annotations

import json
import math
import re
from collections import deque
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamkit.structured.schema.references import (
    DEFINITIONS,
    Definition,
    definition,
    is_schema,
    resolve,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "LARGE_ENUM",
    "MAX_DEPTH",
    "MAX_ENUM_VALUES",
    "MAX_LARGE_ENUM_LENGTH",
    "MAX_NESTING",
    "MAX_PROPERTIES",
    "MAX_TEXT_LENGTH",
    "PERMITTED",
    "Violation",
    "is_format",
    "is_pattern",
    "json_type",
    "strict_violations",
    "types_of",
]

MAX_NESTING = 10
"""The maximum nesting of objects, the root being the first (the guide)."""

MAX_PROPERTIES = 5_000
"""The maximum number of properties of all objects of a schema together (the guide)."""

MAX_TEXT_LENGTH = 120_000
"""The maximum length of all names of properties and definitions and all enum and const values.

The guide says so.
"""

MAX_ENUM_VALUES = 1_000
"""The maximum number of enum values in a schema (the guide)."""

LARGE_ENUM = 250
"""An enum of more strings than this has a limited length (the guide)."""

MAX_LARGE_ENUM_LENGTH = 15_000
"""The maximum length of all values of an enum with more than ``LARGE_ENUM`` (the guide)."""

MAX_DEPTH = 100
"""The maximum nesting of schemas of any kind; ours, to stay below Python's recursion limit."""

_FORMATS = frozenset(
    {"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"}
)
_WITH_NUMBERS = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("const", "enum"),
    }
)
_NO_SCHEMA = "schema must be a JSON object."
_LOOKAROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?<?[=!]")

PERMITTED = frozenset(
    {
        *("type", "enum", "const", "anyOf", "$ref", "title", "description"),
        *("properties", "required", "additionalProperties"),
        *("items", "minItems", "maxItems"),
        *("pattern", "format", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
)
"""The keywords that strict mode accepts; it refuses any other, even one without a meaning."""

_PERMITTED_IN_ROOT = PERMITTED | {"$schema", "$id", *DEFINITIONS}
_Context = tuple[str, ...]
_TYPES: dict[str, type] = {
    "null": NoneType,
    "boolean": bool,  # before "integer": True is an int, too
    "integer": int,
    "number": float,
    "string": str,
    "array": list,
    "object": dict,
}


class Violation(NamedTuple):
    """A part of a schema that strict mode refuses; the message is the API's own where known."""

    context: tuple[str, ...] | None
    """The place as the API names it: ``("properties", "steps", "items")``; None for a total."""
    message: str

    @property
    def path(self) -> str:
        """The place as a field: ``steps[].output``; empty for the root. Union members share it."""
        path = ""
        steps = iter(self.context or ())
        for step in steps:
            match step:
                case "items":
                    path += "[]"
                case "anyOf":
                    next(steps)
                case "properties":
                    path += f".{next(steps)}"
                case _:
                    path += f".{step}.{next(steps)}"
        return path.removeprefix(".")


def strict_violations(schema: object) -> Iterator[Violation]:
    """Yield each violation for which the API refuses a schema sent with ``strict: true``.

    The schema may be any JSON, however wrong. The work is linear in its size.
    """
    if is_schema(schema):
        yield from _root_violations(schema)
        yield from _Inspection(schema).violations()
    else:
        yield Violation((), _NO_SCHEMA)


def is_format(value: object) -> bool:
    """Return whether strict mode knows this string format: the guide names nine."""
    return isinstance(value, str) and value in _FORMATS


def is_pattern(value: object) -> bool:
    """Return whether strict mode accepts this pattern: it refuses look-ahead and look-behind."""
    return isinstance(value, str) and not _LOOKAROUND.search(value)


def types_of(schema: dict[str, Any]) -> Sequence[object]:
    """Return the values of ``type``, which may be one name or a list of names."""
    types: object = schema.get("type", [])
    return cast("list[object]", types) if isinstance(types, list) else [types]


def json_type(value: object) -> str:
    """Return JSON Schema's name for the type of a JSON value."""
    return next((name for name, kind in _TYPES.items() if isinstance(value, kind)), "object")


def _root_violations(root: dict[str, Any]) -> Iterator[Violation]:
    kind = root.get("type")
    if kind != "object":
        yield Violation(
            (),
            f"schema must be a JSON Schema of 'type: \"object\"', got 'type: {json.dumps(kind)}'.",
        )
    if "anyOf" in root:
        yield Violation((), "the root must not be an 'anyOf'.")


class _Inspection:
    """One walk over a schema, and the totals that have limits.

    A reference is followed once, where it is first met, so that a context names fields instead of
    definitions. Nesting is counted anew in a definition: the API does not count through references.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._met: set[Definition] = set()
        self._waiting: deque[tuple[Definition, _Context]] = deque()
        self._nesting = 0
        self._properties = 0
        self._text_length = 0
        self._enum_values = 0

    def violations(self) -> Iterator[Violation]:
        yield from self._schema(self._root, (), nesting=0, depth=0, permitted=_PERMITTED_IN_ROOT)
        yield from self._definitions_met()
        for keyword in DEFINITIONS:
            group = self._root.get(keyword, {})
            if not is_schema(group):
                yield Violation((), f"'{keyword}' must be a JSON object.")
                continue
            for name in group:
                self._text_length += len(name)
                self._meet(Definition(keyword, name), (keyword, name))
            yield from self._definitions_met()
        yield from self._limits()

    def _definitions_met(self) -> Iterator[Violation]:
        while self._waiting:
            (keyword, name), context = self._waiting.popleft()
            yield from self._schema(self._root[keyword][name], context, nesting=0, depth=0)

    def _meet(self, target: Definition, context: _Context) -> None:
        if target not in self._met:
            self._met.add(target)
            self._waiting.append((target, context))

    def _schema(
        self,
        schema: object,
        context: _Context,
        *,
        nesting: int,
        depth: int,
        permitted: frozenset[str] = PERMITTED,
    ) -> Iterator[Violation]:
        if not is_schema(schema):
            yield Violation(context, _NO_SCHEMA)
            return
        if depth > MAX_DEPTH:
            yield Violation(context, f"schemas stand more than {MAX_DEPTH} deep in each other.")
            return
        for keyword in schema:
            if keyword not in permitted:
                yield Violation(context, f"'{keyword}' is not permitted.")
        if "$ref" in schema:
            yield from self._reference(schema, context)
        elif "type" not in schema and "anyOf" not in schema:
            yield Violation(context, "schema must have a 'type' key (no value is arbitrary).")
        yield from self._values(schema, context)
        yield from _type_and_string_violations(schema, context)
        yield from self._inner(schema, context, nesting=nesting, depth=depth + 1)

    def _inner(
        self, schema: dict[str, Any], context: _Context, *, nesting: int, depth: int
    ) -> Iterator[Violation]:
        types = types_of(schema)
        if "object" in types:
            yield from self._object(schema, context, nesting=nesting + 1, depth=depth)
        if "array" in types:
            if "items" in schema:
                inner = (*context, "items")
                yield from self._schema(schema["items"], inner, nesting=nesting, depth=depth)
            else:
                yield Violation(context, "array schema missing items.")
        if "anyOf" in schema:
            yield from self._any_of(schema["anyOf"], context, nesting=nesting, depth=depth)

    def _reference(self, schema: dict[str, Any], context: _Context) -> Iterator[Violation]:
        reference = schema["$ref"]
        others = sorted(schema.keys() - {"$ref"} - {"$schema", "$id", *DEFINITIONS})
        if others:
            keywords = ", ".join(map(repr, others))
            yield Violation(context, f"$ref cannot have keywords {{{keywords}}}.")
        if resolve(self._root, reference) is None:
            yield Violation(
                context,
                "reference can only point to definitions defined at the top level of the schema,"
                f" not to {reference!r}.",
            )
        elif target := definition(reference):
            self._meet(target, context)

    def _object(
        self, schema: dict[str, Any], context: _Context, *, nesting: int, depth: int
    ) -> Iterator[Violation]:
        self._nesting = max(self._nesting, nesting)
        if schema.get("additionalProperties") is not False:
            yield Violation(
                context,
                "'additionalProperties' is required to be supplied and to be false"
                " (no dict has free keys).",
            )
        properties: object = schema.get("properties")
        if not is_schema(properties):
            yield Violation(context, "object schema missing properties.")
            return
        yield from _required_violations(schema.get("required"), properties, context)
        self._properties += len(properties)
        for name, property_ in properties.items():
            self._text_length += len(name)
            inner = (*context, "properties", name)
            yield from self._schema(property_, inner, nesting=nesting, depth=depth)

    def _any_of(
        self, branches: object, context: _Context, *, nesting: int, depth: int
    ) -> Iterator[Violation]:
        if not isinstance(branches, list) or not branches:
            yield Violation(context, "'anyOf' must be an array of schemas.")
            return
        for index, branch in enumerate(cast("list[object]", branches)):
            inner = (*context, "anyOf", str(index))
            yield from self._schema(branch, inner, nesting=nesting, depth=depth)

    def _values(self, schema: dict[str, Any], context: _Context) -> Iterator[Violation]:
        constant: object = schema.get("const")
        if isinstance(constant, str):
            self._text_length += len(constant)
        if "enum" not in schema:
            return
        values: object = schema["enum"]
        if not isinstance(values, list) or not values:
            yield Violation(context, "'enum' must be an array of values.")
            return
        enum = cast("list[object]", values)
        kinds = {json_type(value) for value in enum if value is not None}
        if len(kinds - {"integer"} if "number" in kinds else kinds) > 1:
            yield Violation(context, "enum values must be of the same type.")
        length = sum(len(value) for value in enum if isinstance(value, str))
        self._enum_values += len(enum)
        self._text_length += length
        if len(enum) > LARGE_ENUM and length > MAX_LARGE_ENUM_LENGTH:
            yield Violation(
                context,
                f"Expected at most {MAX_LARGE_ENUM_LENGTH} total characters across enum values when"
                f" there are more than {LARGE_ENUM} enum values, but received {length}.",
            )

    def _limits(self) -> Iterator[Violation]:
        for count, what, limit in (
            (self._nesting, "levels of nesting", MAX_NESTING),
            (self._properties, "parameters", MAX_PROPERTIES),
            (self._text_length, "characters of names and values", MAX_TEXT_LENGTH),
        ):
            if count > limit:
                yield Violation(None, f"{count} {what} exceeds limit of {limit}.")
        if self._enum_values > MAX_ENUM_VALUES:
            yield Violation(
                None,
                f"Expected at most {MAX_ENUM_VALUES} enum values in total within a single schema"
                f" when using structured outputs, but received {self._enum_values}.",
            )


def _required_violations(
    required: object, properties: dict[str, Any], context: _Context
) -> Iterator[Violation]:
    names = cast("list[object]", required) if isinstance(required, list) else []
    named = {name for name in names if isinstance(name, str)}
    every = (
        "'required' is required to be supplied and to be an array including every key in properties"
    )
    for name in properties:
        if name not in named:
            yield Violation(context, f"{every}. Missing '{name}'.")
    for name in sorted(named - properties.keys()):
        yield Violation(context, f"{every}. Extra required key '{name}' supplied.")


def _type_and_string_violations(schema: dict[str, Any], context: _Context) -> Iterator[Violation]:
    for name in types_of(schema):
        if not isinstance(name, str) or name not in _TYPES:
            yield Violation(context, f"{name!r} is not a valid type.")
    if "format" in schema and not is_format(schema["format"]):
        yield Violation(context, f"{schema['format']!r} is not a valid format.")
    if "pattern" in schema and not is_pattern(schema["pattern"]):
        yield Violation(context, "regex lookaround is not supported in a pattern.")
    for keyword in sorted(_WITH_NUMBERS & schema.keys()):
        value: object = schema[keyword]
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        if any(isinstance(one, float) and not math.isfinite(one) for one in values):
            yield Violation(context, f"'{keyword}' must be finite: JSON has no NaN or Infinity.")
