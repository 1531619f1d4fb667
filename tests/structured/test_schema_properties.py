"""Strict schemas accept what the given ones did, whatever the schema."""

from __future__ import annotations

import copy
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from streamkit.errors import SchemaError
from streamkit.structured.schema import (
    strict_violations,
    to_strict_json_schema,
)
from tests.structured.schemas import Schema, obj

NAMES = st.sampled_from(["a", "b", "c", "type", "$ref", "default"])
ANNOTATIONS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.just("T"),
        "description": st.just("D"),
        "default": st.sampled_from([None, 3, "x", []]),
        "examples": st.just([1]),
        "deprecated": st.just(True),
    },
)

DEFINITIONS: dict[str, tuple[Schema, Any]] = {
    "Enum": ({"enum": ["x", "y"], "title": "Enum"}, "y"),
    "Record": (obj(a={"type": "integer", "default": 1}), {"a": 5}),
    "Alias": ({"$ref": "#/$defs/Record"}, {"a": 6}),
    "List": (
        obj(
            head={"type": "integer"},
            tail={"anyOf": [{"$ref": "#/$defs/List"}, {"type": "null"}], "default": None},
            more={"type": "array", "items": {"$ref": "#/$defs/List"}, "default": []},
        ),
        {"head": 1, "tail": {"head": 2, "tail": None, "more": []}, "more": []},
    ),
}


def leaves() -> st.SearchStrategy[tuple[Schema, Any]]:
    return st.sampled_from(
        [
            ({"type": "string", "minLength": 1}, "text"),
            ({"type": "string", "format": "uri"}, "https://example.com"),
            ({"type": "string", "pattern": "^(?=a)"}, "abc"),
            ({"type": "integer", "minimum": 0}, 7),
            ({"type": "number"}, 1.5),
            ({"type": "boolean"}, True),
            ({"type": "null"}, None),
            ({"const": "x"}, "x"),
            ({"const": 1, "type": "integer"}, 1),
            ({"enum": ["x", 1, None]}, None),
            ({"type": ["string", "null"]}, None),
            *(({"$ref": f"#/$defs/{name}"}, value) for name, (_, value) in DEFINITIONS.items()),
        ]
    )


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[tuple[Schema, Any]]) -> tuple[Schema, Any]:
    fields = draw(st.dictionaries(NAMES, inner, max_size=3))
    required = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    schema = obj(**{name: schema for name, (schema, _) in fields.items()})
    return schema | {"required": required}, {name: value for name, (_, value) in fields.items()}


@st.composite
def containers(draw: st.DrawFn, inner: st.SearchStrategy[tuple[Schema, Any]]) -> tuple[Schema, Any]:
    schema, value = draw(inner)
    match draw(st.sampled_from(["array", "tuple", "union", "tagged", "all"])):
        case "array":
            return {"type": "array", "items": schema, "uniqueItems": True}, [value]
        case "tuple":
            pair = {"type": "array", "prefixItems": [schema, schema], "items": False}
            return pair | {"minItems": 2, "maxItems": 2}, [value, value]
        case "union":
            return {"anyOf": [schema, {"type": "null"}]}, draw(st.sampled_from([value, None]))
        case "tagged":
            tagged = obj(kind={"const": "t", "type": "string"}, of=schema)
            other = obj(kind={"const": "u", "type": "string"})
            branches = [branch | {"required": ["kind"]} for branch in (tagged, other)]
            return (
                {"oneOf": branches, "discriminator": {"propertyName": "kind"}},
                {"kind": "t", "of": value},
            )
        case _:
            return {"allOf": [schema]}, value


@st.composite
def described(draw: st.DrawFn, inner: st.SearchStrategy[tuple[Schema, Any]]) -> tuple[Schema, Any]:
    schema, value = draw(inner)
    return schema | draw(ANNOTATIONS), value


def schemas_with_values() -> st.SearchStrategy[tuple[Schema, Any]]:
    """Draw a schema as generators write it, and a value with all of its fields."""
    fields = st.recursive(
        described(leaves()),
        lambda inner: described(st.one_of(objects(inner), containers(inner))),
        max_leaves=6,
    )
    definitions = {name: schema for name, (schema, _) in DEFINITIONS.items()}
    return described(objects(fields)).map(lambda pair: (pair[0] | {"$defs": definitions}, pair[1]))


@given(schemas_with_values())
def test_what_was_valid_and_whole_stays_valid(pair: tuple[Schema, Any]) -> None:
    schema, value = pair
    before = copy.deepcopy(schema)
    strict = to_strict_json_schema(schema)
    assert schema == before
    assert not list(strict_violations(strict))
    assert not errors(schema, value)
    assert not errors(strict, value)
    assert to_strict_json_schema(strict) == strict


@given(schemas_with_values(), st.data())
def test_what_strict_mode_lets_pass_was_valid(
    pair: tuple[Schema, Any], data: st.DataObject
) -> None:
    schema, value = pair
    other = data.draw(damaged(value))
    if not errors(to_strict_json_schema(schema), other):
        for error in errors(schema, other):
            assert reasons(error) & {"uniqueItems", "pattern"}


def errors(schema: Schema, value: object) -> list[ValidationError]:
    validator: Any = Draft202012Validator(schema)
    return list(validator.iter_errors(value))


def reasons(error: ValidationError) -> set[str]:
    """Return the keywords that a value violates; for a union, those of all its branches."""
    branches = error.context or ()
    return {str(error.validator)}.union(*map(reasons, branches))


def damaged(value: Any) -> st.SearchStrategy[Any]:
    """Draw the value with one part of it replaced or missing."""
    values: list[Any] = [None, "", "x", 0, -1, 1.5, True, [], {}]
    replaced = st.sampled_from(values)
    match value:
        case dict() if value:
            fields = cast("dict[str, Any]", value)
            return st.sampled_from(sorted(fields)).flatmap(
                lambda name: st.one_of(
                    damaged(fields[name]).map(lambda part: fields | {name: part}),
                    st.just({other: part for other, part in fields.items() if other != name}),
                    st.just(fields | {"beyond": 1}),
                )
            )
        case [first, *rest]:
            return st.one_of(replaced, damaged(first).map(lambda part: [part, *rest]))
        case _:
            return replaced


KEYWORDS = st.sampled_from(
    [
        *("type", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf"),
        *("allOf", "$ref", "$defs", "definitions", "enum", "const", "format", "pattern", "default"),
        *("description", "prefixItems", "minItems", "maxItems", "a", "uniqueItems"),
    ]
)
WORDS = st.sampled_from(["object", "array", "string", "#", "#/$defs/a", "a", "date", "^(?=a)"])
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.floats(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYWORDS, inner, max_size=5)
    ),
    max_leaves=30,
)


@given(JUNK)
def test_the_rules_take_any_json(junk: object) -> None:
    for violation in strict_violations(junk):
        assert violation.message
        assert isinstance(violation.path, str)


@given(st.dictionaries(KEYWORDS, JUNK))
def test_rewriting_ends_in_a_strict_schema_or_a_schema_error(junk: Schema) -> None:
    try:
        strict = to_strict_json_schema(junk)
    except SchemaError:
        return
    assert not list(strict_violations(strict))
