"""The search for a fault in a JSON schema."""

# Strategy: the metaschema is a schema like any other, so the judge checks an untrusted schema
# against it within the budget. jsonschema, which has error texts but no bounds, describes the
# faults of small schemas.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.sampling.judge import Judge
from streamkit.server.sampling.references import References
from streamkit.server.sampling.values import is_list, is_object

if TYPE_CHECKING:
    from streamkit.server.sampling.budget import Budget

WORDED = 1000
"""The number of values in the largest schema whose fault is described in full."""


def fault(schema: dict[str, Any], budget: Budget) -> tuple[list[str | int] | None, str] | None:
    """Return the path and the text of the fault of a schema that explains most, or None.

    Raises:
        ExhaustedError: The check takes more than the budget.
        RecursionError: The schema is nested too deeply.
    """
    if Judge(_DOCUMENT, _REFERENCES, budget).allows(schema):
        return None
    return (_worded(schema) if _is_small(schema) else None) or (None, "it is no JSON schema")


def _worded(schema: dict[str, Any]) -> tuple[list[str | int], str] | None:
    import jsonschema
    import jsonschema.exceptions

    # The types of jsonschema are too vague for a strict type checker.
    exceptions: Any = jsonschema.exceptions
    validator: Any = jsonschema.Draft202012Validator
    error = exceptions.best_match(validator(validator.META_SCHEMA).iter_errors(schema))
    return (list(error.absolute_path), error.message) if error else None


def _is_small(schema: object) -> bool:
    waiting: list[Any] = [schema]
    for _ in range(WORDED):
        if not waiting:
            return True
        node = waiting.pop()
        if is_object(node):
            waiting.extend(node.values())
        elif is_list(node):
            waiting.extend(node)
    return False


_SCHEMA = {"$ref": "#"}
_SCHEMAS = {"type": "array", "items": _SCHEMA, "minItems": 1}
_BY_NAME = {"type": "object", "additionalProperties": _SCHEMA}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT, "uniqueItems": True}
_COUNT = {"type": "integer", "minimum": 0}
_NUMBER = {"type": "number"}
_FLAG = {"type": "boolean"}
_TYPE = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
_SHAPES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (
        _SCHEMA,
        (
            *("additionalProperties", "contains", "contentSchema", "else", "if", "items", "not"),
            *("propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"),
        ),
    ),
    (_SCHEMAS, ("allOf", "anyOf", "oneOf", "prefixItems")),
    (_BY_NAME, ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")),
    (
        _TEXT,
        (
            *("$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema"),
            *("contentEncoding", "contentMediaType", "description", "format", "pattern", "title"),
        ),
    ),
    (_TEXTS, ("required",)),
    (
        _COUNT,
        (
            *("maxContains", "maxItems", "maxLength", "maxProperties"),
            *("minContains", "minItems", "minLength", "minProperties"),
        ),
    ),
    (_NUMBER, ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")),
    (_FLAG, ("deprecated", "readOnly", "uniqueItems", "writeOnly")),
]
_DOCUMENT: dict[str, Any] = {
    "type": ["object", "boolean"],
    "properties": {
        **{keyword: shape for shape, keywords in _SHAPES for keyword in keywords},
        "$vocabulary": {"type": "object", "additionalProperties": _FLAG},
        "dependentRequired": {"type": "object", "additionalProperties": _TEXTS},
        "enum": {"type": "array"},
        "examples": {"type": "array"},
        "multipleOf": {"type": "number", "exclusiveMinimum": 0},
        "type": {
            "anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1, "uniqueItems": True}]
        },
    },
}
_REFERENCES = References(_DOCUMENT)
