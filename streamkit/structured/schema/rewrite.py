"""The rewriting of a JSON schema into one that strict mode accepts."""

# Strategy: the rewriter replaces each keyword that has an equivalent in strict mode, and leaves the
# rest as it is. Then the rules judge the result. So exactly the schemas that the API would refuse
# are refused here, and nothing is decided twice.

from __future__ import annotations

import json
import math
from typing import Any, cast

from streamkit.errors import SchemaError
from streamkit.structured.schema.references import (
    DEFINITIONS,
    definition,
    is_schema,
    reachable,
    references,
    resolve,
)
from streamkit.structured.schema.rules import (
    MAX_DEPTH,
    PERMITTED,
    is_format,
    is_pattern,
    json_type,
    strict_violations,
    types_of,
)

__all__ = ["describes_object", "to_strict_json_schema"]

MAX_INLINED = 1_000
"""The maximum number of references in one schema that are replaced by their definitions.

Definitions that each refer twice to the next would double the schema at every step. Beyond this
number a reference stays a reference, inside an ``anyOf``.
"""

_ANNOTATIONS = frozenset({"title", "description", "default", "examples"})
_DESCRIBED = {
    "default": "Default",
    "examples": "Examples",
    "format": "Format",
    "pattern": "Pattern",
    "uniqueItems": "Unique items",
    "contentEncoding": "Content encoding",
    "contentMediaType": "Content media type",
    "contentSchema": "Content schema",
}
_CONSTRAINTS = frozenset(
    {
        *("allOf", "oneOf", "not", "if", "then", "else", "$dynamicRef", "$recursiveRef"),
        *("dependencies", "dependentRequired", "dependentSchemas", "propertyNames"),
        *("patternProperties", "minProperties", "maxProperties", "unevaluatedProperties"),
        *("prefixItems", "additionalItems", "unevaluatedItems"),
        *("contains", "minContains", "maxContains"),
    }
)


def to_strict_json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Rewrite a JSON schema with the keywords that the API's strict mode accepts.

    The same answers stay valid, with two exceptions: every property is required, and no other is
    allowed. Unions become ``anyOf``, a reference with a description is replaced by its definition
    unless that exceeds a limit, and an enum gets its type. Keywords that strict mode cannot enforce
    (defaults, examples, formats and patterns it does not know, ``uniqueItems``) move into the
    description, where the model still reads them.

    The given schema is not changed. Its unused definitions are left out of the result.

    Raises:
        SchemaError: strict mode cannot express the schema; ``path`` names the field. Examples are
            dicts with free keys, arbitrary values, tuples of several types, and schemas beyond the
            limits of the guide to structured outputs
            (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
    """
    strict = _Rewriter(schema).rewritten()
    violation = next(strict_violations(strict), None)
    if violation is None:
        return strict
    # Definitions that replaced references may be the cause that a limit is exceeded.
    apart = _Rewriter(schema, inline=False).rewritten()
    if next(strict_violations(apart), None) is None:
        return apart
    raise SchemaError(violation.message, path=violation.path)


def describes_object(schema: dict[str, Any]) -> bool:
    """Return whether a schema can be the root: strict mode accepts objects there, and no unions."""
    root = _Rewriter(schema).root()
    return root.get("type") == "object" and not root.keys() & {"anyOf", "oneOf"}


class _Rewriter:
    def __init__(self, schema: dict[str, Any], *, inline: bool = True) -> None:
        self._whole = schema
        self._inline = inline
        self._inlined = 0
        self._recursive: dict[str, bool] = {}

    def rewritten(self) -> dict[str, Any]:
        strict: dict[str, Any] = self._schema(self.root(), depth=0)
        used: dict[str, dict[str, Any]] = {}
        waiting = list(references(strict))
        while waiting:
            target = definition(reference := waiting.pop())
            meaning = resolve(self._whole, reference)
            if target is None or meaning is None or target.name in used.get(target.keyword, {}):
                continue
            rewritten: dict[str, Any] = self._schema(meaning, depth=0)
            used.setdefault(target.keyword, {})[target.name] = rewritten
            waiting.extend(references(rewritten))
        return strict | used

    def root(self) -> dict[str, Any]:
        """Return the root without its definitions; a root that is a reference is followed."""
        root = {name: value for name, value in self._whole.items() if name not in DEFINITIONS}
        met: set[str] = set()
        while isinstance(reference := root.get("$ref"), str) and reference not in met:
            met.add(reference)
            root = self._meant(root, reference) or root
        return self._flat(root)

    def _schema(self, schema: Any, *, depth: int) -> Any:
        if not is_schema(schema) or depth > MAX_DEPTH:
            return schema
        strict = self._flat(schema)
        if "oneOf" in strict and "anyOf" not in strict:
            strict["anyOf"] = strict.pop("oneOf")
        _type_values(strict)
        _even_tuple(strict)
        _describe_the_rest(strict)
        _close(strict)
        properties = strict.get("properties")
        if is_schema(properties):
            strict["properties"] = {
                name: self._schema(inner, depth=depth + 1) for name, inner in properties.items()
            }
        if "items" in strict:
            strict["items"] = self._schema(strict["items"], depth=depth + 1)
        branches: object = strict.get("anyOf")
        if isinstance(branches, list):
            strict["anyOf"] = [
                self._schema(branch, depth=depth + 1) for branch in cast("list[object]", branches)
            ]
        return strict

    def _flat(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Replace an ``allOf`` of one schema, and a reference that has other keywords beside it."""
        flat = _relevant(schema)
        while True:
            merged = None
            reference: object = flat.get("$ref")
            if "allOf" in flat:
                merged = _without_all_of(flat)
            elif isinstance(reference, str) and len(flat) > 1:
                only_described = flat.keys() - {"$ref"} <= _ANNOTATIONS
                if not (self._must_stay(reference) or (only_described and not self._inline)):
                    merged = self._meant(flat, reference)
                elif "anyOf" not in flat:
                    return _without(flat, "$ref") | {"anyOf": [{"$ref": reference}]}
            if merged is None:
                return flat
            flat = _relevant(merged)

    def _meant(self, schema: dict[str, Any], reference: str) -> dict[str, Any] | None:
        """Merge a reference with the keywords beside it; None if they cannot be merged."""
        self._inlined += 1
        target = resolve(self._whole, reference)
        return _merged(target, _without(schema, "$ref")) if target is not None else None

    def _must_stay(self, reference: str) -> bool:
        """Return whether replacing a reference would never end, or would exceed the limit."""
        if reference not in self._recursive:
            self._recursive[reference] = reference in reachable(self._whole, reference)
        return self._recursive[reference] or self._inlined >= MAX_INLINED


def _without_all_of(schema: dict[str, Any]) -> dict[str, Any] | None:
    every: object = schema["allOf"]
    schemas = cast("list[object]", every) if isinstance(every, list) else []
    only = schemas[0] if len(schemas) == 1 else None
    return _merged(only, _without(schema, "allOf")) if is_schema(only) else None


def _relevant(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop the keywords that neither constrain nor inform a model, unknown ones included."""
    return {
        name: value
        for name, value in schema.items()
        if (
            name in PERMITTED
            or name in _CONSTRAINTS
            or (name in _DESCRIBED and not (name == "default" and value is None))
        )
        and not _is_no_bound(name, value)
    }


def _is_no_bound(keyword: str, value: object) -> bool:
    """Return whether a bound only excludes infinity, which no number of JSON is."""
    return isinstance(value, float) and value == _OUTERMOST.get(keyword)


_OUTERMOST = {
    "maximum": math.inf,
    "exclusiveMaximum": math.inf,
    "minimum": -math.inf,
    "exclusiveMinimum": -math.inf,
}


def _without(schema: dict[str, Any], keyword: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != keyword}


def _merged(inner: dict[str, Any], outer: dict[str, Any]) -> dict[str, Any] | None:
    """Merge two schemas, the outer's description first; None if both constrain the same thing."""
    for keyword in (inner.keys() & outer.keys()) - _ANNOTATIONS:
        if inner[keyword] != outer[keyword]:
            return None
    return inner | outer


def _type_values(schema: dict[str, Any]) -> None:
    """Give the values of an enum their type; those of several types become a union."""
    if schema.keys() & {"type", "anyOf", "$ref"}:
        return
    match schema:
        case {"enum": [*values]}:
            pass
        case {"const": value}:
            values = [value]
        case _:
            return
    by_type: dict[str, list[Any]] = {}
    for value in values:
        by_type.setdefault(json_type(value), []).append(value)
    if by_type.keys() & {"array", "object"}:
        return
    if len(by_type) == 1:
        schema["type"] = next(iter(by_type))
    else:
        del schema["enum"]
        schema["anyOf"] = [
            {"type": name} if name == "null" else {"type": name, "enum": some}
            for name, some in by_type.items()
        ]


def _even_tuple(schema: dict[str, Any]) -> None:
    """Turn a tuple whose items are all alike into an array of limited length."""
    match schema:
        case {"prefixItems": [first, *rest]} if is_schema(first):
            items = [first, *rest]
        case _:
            return
    more: object = schema.get("items")
    least: object = schema.get("minItems", 0)
    most: object = schema.get("maxItems", len(items) if more is False else None)
    if not isinstance(least, int) or not (isinstance(most, int) and least <= most <= len(items)):
        return
    alike = _alike(items)
    if alike is None:
        return
    labels = [_label(item) for item in items]
    del schema["prefixItems"]
    schema |= {"items": alike, "minItems": least, "maxItems": most}
    if any(label != labels[0] for label in labels):
        lines = [str(schema["description"])] if "description" in schema else []
        schema["description"] = "\n".join([*lines, f"Items: {', '.join(labels)}."])


def _alike(items: list[Any]) -> dict[str, Any] | None:
    """Return the schema that all items share but for their descriptions; None if there is none."""
    first: dict[str, Any] = items[0]
    if all(item == first for item in items):
        return first
    for without_words in (_without_own_words, _without_words):
        bare = without_words(first)
        if all(is_schema(item) and without_words(item) == bare for item in items):
            return bare
    return None


def _without_own_words(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name not in _ANNOTATIONS}


def _without_words(node: Any, depth: int = 0) -> Any:
    """Return a schema without its describing keywords, at any depth."""
    if depth > MAX_DEPTH:
        return node
    if isinstance(node, list):
        return [_without_words(item, depth + 1) for item in cast("list[Any]", node)]
    if not is_schema(node):
        return node
    bare = _without_own_words(node)
    for keyword, value in bare.items():
        if keyword == "properties" and is_schema(value):
            bare[keyword] = {
                name: _without_words(inner, depth + 1) for name, inner in value.items()
            }
        elif keyword not in ("const", "enum", "required"):
            bare[keyword] = _without_words(value, depth + 1)
    return bare


def _label(item: dict[str, Any]) -> str:
    words = [str(item[name]) for name in ("title", "description") if name in item]
    default = [f"default {_json(item['default'])}"] if "default" in item else []
    return ": ".join(words) + (f" ({default[0]})" if default else "")


def _describe_the_rest(schema: dict[str, Any]) -> None:
    """Move the keywords that strict mode cannot enforce into the description."""
    lines = [str(schema["description"])] if "description" in schema else []
    for keyword, label in _DESCRIBED.items():
        if keyword in schema and not _enforced(keyword, schema[keyword]):
            value = schema.pop(keyword)
            if not _goes_without_saying(schema, keyword, value):
                lines.append(f"{label}: {_json(value)}.")
    if lines:
        schema["description"] = "\n".join(lines)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _enforced(keyword: str, value: object) -> bool:
    match keyword:
        case "format":
            return is_format(value)
        case "pattern":
            return is_pattern(value)
        case _:
            return False


def _goes_without_saying(schema: dict[str, Any], keyword: str, value: object) -> bool:
    if keyword == "default":
        return "const" in schema
    return keyword == "uniqueItems" and value is not True


def _close(schema: dict[str, Any]) -> None:
    """Close an object with named properties, and require all of them."""
    if "object" not in types_of(schema):
        return
    if schema.get("additionalProperties") is False:
        schema.setdefault("properties", {})
    properties = schema.get("properties")
    if is_schema(properties):
        schema.setdefault("additionalProperties", False)
        schema["required"] = list(properties)
