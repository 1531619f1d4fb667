"""A schema that strict mode cannot express is refused where it says so."""

from __future__ import annotations

from typing import cast

import pytest

from streamkit.errors import SchemaError
from streamkit.structured.schema import (
    to_strict_json_schema,
)
from tests.structured.schemas import Schema, obj

ONE_OF_TWO = [{"type": "string"}, {"type": "null"}]


@pytest.mark.parametrize(
    ("given_schema", "path", "message"),
    [
        pytest.param(
            obj(a={"type": "object", "additionalProperties": {"type": "integer"}}),
            "a",
            "'additionalProperties' is required to be supplied and to be false",
            id="dict of integers",
        ),
        pytest.param(
            obj(a={"type": "object", "additionalProperties": True}),
            "a",
            "'additionalProperties' is required",
            id="dict of anything",
        ),
        pytest.param(
            obj(a={"type": "object"}), "a", "'additionalProperties' is required", id="bare dict"
        ),
        pytest.param(
            obj(a={"type": "array", "items": obj(b=obj() | {"additionalProperties": True})}),
            "a[].b",
            "'additionalProperties' is required",
            id="object that takes more",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": True},
            "",
            "'additionalProperties' is required",
            id="dict as the root",
        ),
        pytest.param(
            obj(a={"type": "object", "patternProperties": {}, "additionalProperties": False}),
            "a",
            "'patternProperties' is not permitted",
            id="patternProperties",
        ),
        pytest.param(
            obj(a={"type": "array", "prefixItems": ONE_OF_TWO, "minItems": 2, "maxItems": 2}),
            "a",
            "'prefixItems' is not permitted",
            id="tuple of two types",
        ),
        pytest.param(
            obj(a={"type": "array", "prefixItems": ONE_OF_TWO[:1], "minItems": 1}),
            "a",
            "'prefixItems' is not permitted",
            id="tuple of open length",
        ),
        pytest.param(
            obj(a={"type": "string", "not": {"const": "x"}}),
            "a",
            "'not' is not permitted",
            id="not",
        ),
        pytest.param(
            obj(a={"allOf": ONE_OF_TWO}), "a", "'allOf' is not permitted", id="allOf of two"
        ),
        pytest.param(
            obj(a={"allOf": [{"type": "integer", "minimum": 1}], "minimum": 5}),
            "a",
            "'allOf' is not permitted",
            id="allOf that contradicts",
        ),
        pytest.param(
            obj(a={"oneOf": ONE_OF_TWO, "anyOf": ONE_OF_TWO}),
            "a",
            "'oneOf' is not permitted",
            id="both kinds of union",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/A", "minimum": 5})
            | {"$defs": {"A": {"type": "integer", "minimum": 1}}},
            "a",
            "$ref cannot have keywords {'minimum'}",
            id="reference that contradicts",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/A", "title": "T", "anyOf": ONE_OF_TWO})
            | {"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}]}}},
            "a",
            "$ref cannot have keywords {'anyOf', 'title'}",
            id="recursive reference beside a union",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/B"}) | {"$defs": {"A": {"type": "null"}}},
            "a",
            "reference can only point to definitions",
            id="reference to nothing",
        ),
        pytest.param(
            obj(a={"$ref": "https://example.com/a.json", "title": "T"}),
            "a",
            "$ref cannot have keywords",
            id="reference to elsewhere",
        ),
        pytest.param(
            obj(a={"$ref": "#/properties/b"}, b={"type": "null"}),
            "a",
            "reference can only point to definitions",
            id="reference to a property",
        ),
        pytest.param(obj(a={}), "a", "schema must have a 'type' key", id="any value"),
        pytest.param(
            obj(a={"type": "array", "items": {}}),
            "a[]",
            "schema must have a 'type' key",
            id="list of anything",
        ),
        pytest.param(
            obj(a={"enum": [["x"], ["y"]]}),
            "a",
            "schema must have a 'type' key",
            id="enum of lists",
        ),
        pytest.param(
            obj(a={"type": "array"}), "a", "array schema missing items", id="array of anything"
        ),
        pytest.param(
            obj(a=cast("Schema", True)), "a", "schema must be a JSON object", id="boolean schema"
        ),
        pytest.param(
            obj(a={"anyOf": [{"type": "null"}, {"type": "array", "items": {}}]}),
            "a[]",
            "schema must have a 'type' key",
            id="inside a union",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": obj(b={})}},
            "a.b",
            "schema must have a 'type' key",
            id="inside a definition",
        ),
        pytest.param(
            {"type": "array", "items": obj()}, "", "got 'type: \"array\"'", id="array as the root"
        ),
        pytest.param({"anyOf": [obj(), obj()]}, "", "got 'type: null'", id="union as the root"),
        pytest.param(
            {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}},
            "",
            "got 'type: null'",
            id="root that refers to itself",
        ),
    ],
)
def test_refuses_what_strict_mode_has_no_way_to_say(
    given_schema: Schema, path: str, message: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        to_strict_json_schema(given_schema)
    assert caught.value.path == path
    assert message in str(caught.value)
