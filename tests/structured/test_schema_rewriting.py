"""Any schema that strict mode can express is rewritten in its words."""

from __future__ import annotations

import json

import pytest

from streamkit.errors import SchemaError
from streamkit.structured.schema import (
    to_strict_json_schema,
)
from streamkit.structured.schema.rewrite import MAX_INLINED
from streamkit.structured.schema.rules import (
    MAX_DEPTH,
)
from tests.structured.schemas import Schema, closed, obj


@pytest.mark.parametrize(
    ("given_schema", "expected"),
    [
        pytest.param(
            obj(b={"type": "string"}, a={"type": "integer"}) | {"required": ["a"]},
            closed(b={"type": "string"}, a={"type": "integer"}),
            id="objects are closed and all properties required in their order",
        ),
        pytest.param(
            obj(a=obj(b=obj())), closed(a=closed(b=closed())), id="so are objects in objects"
        ),
        pytest.param(
            {"type": "object", "additionalProperties": False},
            closed(),
            id="a closed object without properties has none",
        ),
        pytest.param(
            obj(a={"type": ["object", "null"], "properties": {}}),
            closed(a=closed() | {"type": ["object", "null"]}),
            id="an object that may be null is closed",
        ),
        pytest.param(
            obj(a={"type": "array", "items": obj()}),
            closed(a={"type": "array", "items": closed()}),
            id="objects in arrays are closed",
        ),
        pytest.param(
            obj(a={"anyOf": [obj(), {"type": "null"}], "default": None}),
            closed(a={"anyOf": [closed(), {"type": "null"}]}),
            id="an optional field is a union with null without a default",
        ),
        pytest.param(
            obj(
                a={
                    "oneOf": [obj(k={"const": "x"}), obj(k={"const": "y"})],
                    "discriminator": {"propertyName": "k"},
                }
            ),
            closed(
                a={
                    "anyOf": [
                        closed(k={"const": "x", "type": "string"}),
                        closed(k={"const": "y", "type": "string"}),
                    ]
                }
            ),
            id="a discriminated union is a plain one",
        ),
        pytest.param(
            obj(a={"type": "integer", "default": 3, "description": "How many"}),
            closed(a={"type": "integer", "description": "How many\nDefault: 3."}),
            id="a default is described",
        ),
        pytest.param(
            obj(a={"type": "boolean", "default": False}),
            closed(a={"type": "boolean", "description": "Default: false."}),
            id="so is one that is false",
        ),
        pytest.param(
            obj(a={"const": "x", "type": "string", "default": "x"}),
            closed(a={"const": "x", "type": "string"}),
            id="but not that of a constant",
        ),
        pytest.param(
            obj(a={"type": "string", "examples": ["ä", "b"]}),
            closed(a={"type": "string", "description": 'Examples: ["ä", "b"].'}),
            id="examples are described",
        ),
        pytest.param(
            obj(a={"type": "string", "format": "uri"}),
            closed(a={"type": "string", "description": 'Format: "uri".'}),
            id="an unknown format is described",
        ),
        pytest.param(
            obj(a={"type": "string", "format": "date-time"}),
            closed(a={"type": "string", "format": "date-time"}),
            id="a known format stays",
        ),
        pytest.param(
            obj(a={"type": "string", "pattern": "^(?!x)"}),
            closed(a={"type": "string", "description": 'Pattern: "^(?!x)".'}),
            id="a pattern that looks ahead is described",
        ),
        pytest.param(
            obj(a={"type": "string", "pattern": r"^\(?=$"}),
            closed(a={"type": "string", "pattern": r"^\(?=$"}),
            id="a pattern with an escaped parenthesis stays",
        ),
        pytest.param(
            obj(a={"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
            closed(
                a={
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Unique items: true.",
                }
            ),
            id="uniqueness is described",
        ),
        pytest.param(
            obj(a={"type": "array", "items": {"type": "string"}, "uniqueItems": False}),
            closed(a={"type": "array", "items": {"type": "string"}}),
            id="but not its absence",
        ),
        pytest.param(
            obj(a={"type": "string", "contentEncoding": "base64"}),
            closed(a={"type": "string", "description": 'Content encoding: "base64".'}),
            id="the content of a string is described",
        ),
        pytest.param(
            obj(
                a={
                    "type": "integer",
                    "title": "A",
                    "minimum": 1,
                    "exclusiveMaximum": 9,
                    "multipleOf": 2,
                },
                b={"type": "string", "minLength": 1, "maxLength": 2, "pattern": "a"},
                c={"type": "array", "items": {"type": "null"}, "minItems": 1, "maxItems": 2},
            ),
            closed(
                a={
                    "type": "integer",
                    "title": "A",
                    "minimum": 1,
                    "exclusiveMaximum": 9,
                    "multipleOf": 2,
                },
                b={"type": "string", "minLength": 1, "maxLength": 2, "pattern": "a"},
                c={"type": "array", "items": {"type": "null"}, "minItems": 1, "maxItems": 2},
            ),
            id="what strict mode enforces stays",
        ),
        pytest.param(
            obj(a={"type": "string", "deprecated": True, "x-order": 1, "readOnly": True})
            | {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x"},
            closed(a={"type": "string"}),
            id="what constrains nothing is dropped",
        ),
        pytest.param(
            obj(a={"enum": ["x", "y"]}),
            closed(a={"enum": ["x", "y"], "type": "string"}),
            id="an enum gets its type",
        ),
        pytest.param(
            obj(a={"enum": [1, "x", None, 2, True], "title": "A"}),
            closed(
                a={
                    "title": "A",
                    "anyOf": [
                        {"type": "integer", "enum": [1, 2]},
                        {"type": "string", "enum": ["x"]},
                        {"type": "null"},
                        {"type": "boolean", "enum": [True]},
                    ],
                }
            ),
            id="an enum of several types is a union of enums",
        ),
        pytest.param(
            obj(
                a={
                    "type": "array",
                    "prefixItems": [{"type": "number"}, {"type": "number"}],
                    "items": False,
                    "minItems": 2,
                    "maxItems": 2,
                }
            ),
            closed(a={"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
            id="a tuple of one type is an array of fixed length",
        ),
        pytest.param(
            obj(a={"allOf": [{"type": "integer", "title": "B"}], "title": "A", "minimum": 1}),
            closed(a={"type": "integer", "title": "A", "minimum": 1}),
            id="allOf of one is merged, and the outer words stay",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/E"}) | {"$defs": {"E": {"enum": ["x"], "title": "E"}}},
            closed(a={"$ref": "#/$defs/E"})
            | {"$defs": {"E": {"enum": ["x"], "title": "E", "type": "string"}}},
            id="a reference stays",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/E", "default": None})
            | {"$defs": {"E": {"type": "string"}, "Unused": {}}},
            closed(a={"$ref": "#/$defs/E"}) | {"$defs": {"E": {"type": "string"}}},
            id="also beside what is dropped, and what is not used goes",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/E", "description": "Mine", "default": "x"})
            | {"$defs": {"E": {"enum": ["x"], "description": "Theirs"}}},
            closed(a={"enum": ["x"], "type": "string", "description": 'Mine\nDefault: "x".'}),
            id="a described reference becomes what it means",
        ),
        pytest.param(
            obj(a={"$ref": "#/$defs/E", "default": "x"})
            | {"$defs": {"E": {"enum": ["x"], "description": "Theirs"}}},
            closed(a={"enum": ["x"], "type": "string", "description": 'Theirs\nDefault: "x".'}),
            id="and keeps the words it has no others for",
        ),
        pytest.param(
            obj(a={"allOf": [{"$ref": "#/$defs/A"}], "title": "T"})
            | {"$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"type": "null"}}},
            closed(a={"type": "null", "title": "T"}),
            id="also through allOf and through other references",
        ),
        pytest.param(
            obj(a={"$ref": "#/definitions/a~1b%20c", "title": "T"})
            | {"definitions": {"a/b c": {"type": "null"}}},
            closed(a={"type": "null", "title": "T"}),
            id="also of draft 7, and with an escaped name",
        ),
        pytest.param(
            obj(a={"$ref": "#", "description": "Again"}),
            closed(a={"description": "Again", "anyOf": [{"$ref": "#"}]}),
            id="a described reference to the root stays one",
        ),
        pytest.param(
            {"$ref": "#/$defs/N", "$defs": {"N": obj(n={"$ref": "#/$defs/N"})}},
            closed(n={"$ref": "#/$defs/N"}) | {"$defs": {"N": closed(n={"$ref": "#/$defs/N"})}},
            id="a root that is a reference becomes what it means",
        ),
        pytest.param(
            {
                "$ref": "#/$defs/A",
                "title": "T",
                "$defs": {"A": {"allOf": [{"$ref": "#/$defs/B"}]}, "B": obj()},
            },
            closed() | {"title": "T"},
            id="over any number of steps",
        ),
    ],
)
def test_says_a_schema_in_the_words_of_strict_mode(given_schema: Schema, expected: Schema) -> None:
    assert to_strict_json_schema(given_schema) == expected


def test_properties_keep_their_order() -> None:
    names = ["z", "a", "m"]
    strict = to_strict_json_schema(obj(**{name: {"type": "null"} for name in names}))
    assert list(strict["properties"]) == strict["required"] == names


def test_names_of_properties_are_not_keywords() -> None:
    names = ("$ref", "default", "title", "allOf", "oneOf", "x-y", "additionalProperties")
    properties: dict[str, Schema] = {name: {"type": "null"} for name in names}
    assert to_strict_json_schema(obj(**properties)) == closed(**properties)


@pytest.mark.parametrize("keyword", ["items", "anyOf"])
def test_schemas_nested_without_end_are_refused_and_not_followed(keyword: str) -> None:
    schema: Schema = {"type": "null"}
    for _ in range(50_000):
        inner: object = [schema] if keyword == "anyOf" else schema
        schema = {"type": "array", "items": {"type": "null"}} | {keyword: inner}
    with pytest.raises(SchemaError, match=f"more than {MAX_DEPTH} deep"):
        to_strict_json_schema(obj(a=schema))


def test_references_do_not_expand_without_end() -> None:
    def doubled(index: int) -> Schema:
        again = {"$ref": f"#/$defs/D{index + 1}", "description": "Once more."}
        return obj(a=again, b=again)

    definitions = {f"D{index}": doubled(index) for index in range(60)} | {"D60": obj()}
    strict = to_strict_json_schema(obj(a={"$ref": "#/$defs/D54"}) | {"$defs": definitions})
    assert '"$ref"' in json.dumps(strict)

    bomb = to_strict_json_schema(obj(a={"type": "null"}) | {"$defs": definitions})
    assert bomb == closed(a={"type": "null"})

    whole = to_strict_json_schema(
        obj(a={"$ref": "#/$defs/D0", "title": "T"}) | {"$defs": definitions}
    )
    assert len(json.dumps(whole)) < 100 * len(definitions) * 4


def test_a_reference_beyond_the_limit_stays_one() -> None:
    described = {"$ref": "#/$defs/D", "description": "D"}
    properties: dict[str, Schema] = {f"p{index}": described for index in range(MAX_INLINED + 1)}
    strict = to_strict_json_schema(obj(**properties) | {"$defs": {"D": {"type": "null"}}})
    *inlined, kept = strict["properties"].values()
    assert all(schema == {"type": "null", "description": "D"} for schema in inlined)
    assert kept == {"anyOf": [{"$ref": "#/$defs/D"}], "description": "D"}
