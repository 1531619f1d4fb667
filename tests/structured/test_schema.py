from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from openai.lib._pydantic import to_strict_json_schema as openai_strict_json_schema
from pydantic import BaseModel, Field, Json, TypeAdapter

from streamkit.errors import SchemaError
from streamkit.structured.schema import (
    Violation,
    describes_object,
    strict_violations,
    to_strict_json_schema,
)
from streamkit.structured.schema.rewrite import MAX_INLINED
from streamkit.structured.schema.rules import (
    LARGE_ENUM,
    MAX_DEPTH,
    MAX_ENUM_VALUES,
    MAX_LARGE_ENUM_LENGTH,
    MAX_NESTING,
    MAX_PROPERTIES,
    MAX_TEXT_LENGTH,
)

Schema = dict[str, Any]


def obj(**properties: Schema) -> Schema:
    """Return an object schema as the generator of a validator writes it."""
    return {"type": "object", "properties": properties}


def closed(**properties: Schema) -> Schema:
    """Return an object schema as strict mode requires it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


# Rewritten schemas


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


def test_the_schema_that_came_is_left_alone() -> None:
    given_schema = Node.model_json_schema()
    before = copy.deepcopy(given_schema)
    to_strict_json_schema(given_schema)
    assert given_schema == before


# Refused schemas

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


# The rules


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(closed(), [], id="the smallest"),
        pytest.param(
            closed() | {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x"},
            [],
            id="the root may say which language it is in",
        ),
        pytest.param(closed(a={"type": ["string", "null"], "enum": ["x", None]}), [], id="null"),
        pytest.param(closed(a={"type": "number", "enum": [1, 2.5]}), [], id="numbers"),
        pytest.param(
            closed(a={"type": "string", "default": "x"}),
            [(("properties", "a"), "'default' is not permitted.")],
            id="unknown keyword",
        ),
        pytest.param(
            obj(a={"type": "array", "items": obj(b={"type": "null"})}),
            [
                ((), "'additionalProperties' is required"),
                ((), "Missing 'a'."),
                (("properties", "a", "items"), "'additionalProperties' is required"),
                (("properties", "a", "items"), "Missing 'b'."),
            ],
            id="open objects, outermost first",
        ),
        pytest.param(
            closed() | {"required": ["b"]},
            [((), "Extra required key 'b' supplied.")],
            id="required of no property",
        ),
        pytest.param(
            closed() | {"required": "b"}, [], id="required that is no list of an empty object"
        ),
        pytest.param(
            closed(a={"type": "object", "additionalProperties": False}),
            [(("properties", "a"), "object schema missing properties.")],
            id="no properties",
        ),
        pytest.param(
            closed(a={"$ref": "#/$defs/A", "title": "T", "description": "D"})
            | {"$defs": {"A": {"type": "null"}}},
            [(("properties", "a"), "$ref cannot have keywords {'description', 'title'}.")],
            id="reference with company",
        ),
        pytest.param(
            closed(a={"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}, b={"$ref": "#/$defs/A"})
            | {"$defs": {"A": closed(b={"type": "strin"}), "B": {"x": 1, "type": "null"}}},
            [
                (("properties", "a", "anyOf", "0", "properties", "b"), "'strin' is not a valid"),
                (("$defs", "B"), "'x' is not permitted."),
            ],
            id="definitions, under the first field that refers to them",
        ),
        pytest.param(
            closed(a={"anyOf": []}), [(("properties", "a"), "'anyOf' must be an array")], id="anyOf"
        ),
        pytest.param(
            closed(a={"type": "string", "enum": []}),
            [(("properties", "a"), "'enum' must be an array")],
            id="enum",
        ),
        pytest.param(
            closed(a={"type": ["string", "integer"], "enum": ["x", 1]}),
            [(("properties", "a"), "enum values must be of the same type.")],
            id="enum of several types",
        ),
        pytest.param(
            closed(a={"type": "string", "format": "uri"}),
            [(("properties", "a"), "'uri' is not a valid format.")],
            id="format",
        ),
        pytest.param(
            closed(a={"type": "string", "pattern": r"\\(?<!x)"}),
            [(("properties", "a"), "regex lookaround is not supported")],
            id="pattern",
        ),
        pytest.param(
            closed() | {"anyOf": [closed()]}, [((), "the root must not be an 'anyOf'")], id="root"
        ),
        pytest.param(
            closed() | {"$defs": None},
            [((), "'$defs' must be a JSON object.")],
            id="no definitions",
        ),
        pytest.param([], [((), "schema must be a JSON object.")], id="no schema"),
    ],
)
def test_names_all_that_the_api_refuses(
    schema: object, expected: list[tuple[tuple[str, ...], str]]
) -> None:
    found = list(strict_violations(schema))
    assert [violation.context for violation in found] == [context for context, _ in expected]
    for violation, (_, message) in zip(found, expected, strict=True):
        assert message in violation.message


@pytest.mark.parametrize(
    ("context", "path"),
    [
        (None, ""),
        ((), ""),
        (("properties", "steps", "items", "properties", "output"), "steps[].output"),
        (("properties", "anyOf", "anyOf", "1", "items", "items"), "anyOf[][]"),
        (("$defs", "Step", "properties", "output"), "$defs.Step.output"),
    ],
)
def test_a_context_is_a_path_of_fields(context: tuple[str, ...] | None, path: str) -> None:
    assert Violation(context, "").path == path


def nested(levels: int) -> Schema:
    schema = closed()
    for _ in range(levels - 1):
        schema = closed(a=schema)
    return schema


def wide(count: int) -> Schema:
    return closed(**{f"p{index}": {"type": "null"} for index in range(count)})


def enum_of(count: int, length: int = 1) -> Schema:
    return closed(a={"type": "string", "enum": ["x" * length] * count})


@pytest.mark.parametrize(
    ("allowed", "refused", "message"),
    [
        (nested(MAX_NESTING), nested(MAX_NESTING + 1), "11 levels of nesting exceeds limit of 10."),
        (
            wide(MAX_PROPERTIES),
            wide(MAX_PROPERTIES + 1),
            "5001 parameters exceeds limit of 5000.",
        ),
        (
            enum_of(MAX_ENUM_VALUES),
            enum_of(MAX_ENUM_VALUES + 1),
            "Expected at most 1000 enum values in total",
        ),
        (
            enum_of(LARGE_ENUM, MAX_LARGE_ENUM_LENGTH // LARGE_ENUM + 1),
            enum_of(LARGE_ENUM + 1, MAX_LARGE_ENUM_LENGTH // LARGE_ENUM + 1),
            "Expected at most 15000 total characters across enum values",
        ),
        (
            closed(a={"type": "string", "const": "x" * (MAX_TEXT_LENGTH - 1)}),
            closed(a={"type": "string", "const": "x" * MAX_TEXT_LENGTH}),
            "120001 characters of names and values exceeds limit of 120000.",
        ),
        (
            closed() | {"$defs": {"x" * MAX_TEXT_LENGTH: {"type": "null"}}},
            closed() | {"$defs": {"x" * (MAX_TEXT_LENGTH + 1): {"type": "null"}}},
            "120001 characters of names and values exceeds limit of 120000.",
        ),
    ],
    ids=["nesting", "properties", "enum values", "large enum", "text", "names of definitions"],
)
def test_limits_are_those_of_the_guide(allowed: Schema, refused: Schema, message: str) -> None:
    assert not list(strict_violations(allowed))
    (violation,) = strict_violations(refused)
    assert message in violation.message


def test_nesting_is_not_counted_through_references() -> None:
    definitions = {f"D{i}": closed(a={"$ref": f"#/$defs/D{i + 1}"}) for i in range(500)}
    schema = closed(a={"$ref": "#/$defs/D0"}) | {"$defs": definitions | {"D500": {"type": "null"}}}
    assert not list(strict_violations(schema))
    assert to_strict_json_schema(schema) == schema


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


# Real types


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Leaf(BaseModel):
    """A leaf."""

    text: str
    count: int = Field(ge=1, le=10)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool


class Everything(BaseModel):
    leaf: Leaf
    described: Leaf = Field(description="Another leaf.")
    leaves: list[Leaf]
    color: Color
    described_color: Color = Field(description="Which one?")
    size: Size
    optional: Leaf | None = None
    union: int | str | Leaf
    literal: Literal["a", "b"]
    bounded: Annotated[str, Field(min_length=1, max_length=9, pattern="^a")]
    aliased: int = Field(alias="another-name")


class Empty(BaseModel):
    pass


class Tree(BaseModel):
    value: int
    children: list[Tree]
    parent: Tree | None


class Node(BaseModel):
    value: int = 3
    next: Node | None = Field(None, description="The next one.")
    other: Node = Field(description="Another one.")
    color: Color = Color.RED
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    pair: tuple[float, float] = Field(examples=[[1.0, 2.0]])


@pytest.mark.parametrize("model", [Leaf, Everything, Empty, Tree, Cat])
def test_says_the_same_as_the_openai_package_where_that_is_accepted(
    model: type[BaseModel],
) -> None:
    theirs = openai_strict_json_schema(model)
    ours = to_strict_json_schema(model.model_json_schema())
    # The package keeps definitions that its rewriting has left without a reference.
    used = {name for name in theirs.get("$defs", {}) if f'"#/$defs/{name}"' in json.dumps(theirs)}
    theirs["$defs"] = {name: theirs.get("$defs", {})[name] for name in used}
    assert ours | {"$defs": ours.get("$defs", {})} == theirs
    assert not list(strict_violations(ours))


@dataclass
class Point:
    x: float
    y: float = 0.0


class Circle(msgspec.Struct, tag=True):
    center: tuple[int, int]
    radius: Annotated[float, msgspec.Meta(gt=0, description="In pixels.")] = 1.0


class Square(msgspec.Struct, tag=True):
    side: float | None = None


class Drawing(msgspec.Struct):
    shapes: list[Circle | Square]
    color: Color = Color.RED
    size: Size = Size.SMALL


@pytest.mark.parametrize(
    "schema",
    [
        Node.model_json_schema(),
        TypeAdapter(Point).json_schema(),
        msgspec.json.schema(Drawing),
        msgspec.json.schema(Circle),
    ],
    ids=["pydantic", "dataclass", "union of structs", "struct"],
)
def test_types_that_say_more_than_strict_mode_knows_are_rewritten(schema: Schema) -> None:
    strict = to_strict_json_schema(schema)
    assert not list(strict_violations(strict))
    assert to_strict_json_schema(strict) == strict


def test_a_described_recursive_reference_stays_a_reference() -> None:
    strict = to_strict_json_schema(Node.model_json_schema())
    expected = {"description": "Another one.", "anyOf": [{"$ref": "#/$defs/Node"}]}
    assert strict["properties"]["other"] == expected
    assert strict["$defs"]["Node"]["properties"]["other"] == expected


class Scores(BaseModel):
    by_name: dict[str, int]


class Steps(BaseModel):
    steps: list[Scores]


class Loose(BaseModel):
    model_config = {"extra": "allow"}


class Anything(BaseModel):
    payload: Any


class Row(BaseModel):
    cell: tuple[int, str]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Scores, "by_name"),
        (Steps, "steps[].by_name"),
        (Loose, ""),
        (Anything, "payload"),
        (Row, "cell"),
    ],
)
def test_a_refusal_names_the_field(model: type[BaseModel], path: str) -> None:
    with pytest.raises(SchemaError) as caught:
        to_strict_json_schema(model.model_json_schema())
    assert caught.value.path == path


def test_the_content_of_a_string_is_described() -> None:
    class Holder(BaseModel):
        numbers: Json[list[int]]

    strict = to_strict_json_schema(Holder.model_json_schema())
    assert (
        'Content media type: "application/json".' in strict["properties"]["numbers"]["description"]
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (obj(), True),
        ({"type": "object"}, True),
        (msgspec.json.schema(Drawing), True),
        (Tree.model_json_schema(), True),
        ({"type": "array", "items": obj()}, False),
        ({"type": ["object", "null"], "properties": {}}, False),
        ({"anyOf": [obj(), obj()]}, False),
        (obj() | {"oneOf": [obj()]}, False),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"enum": ["x"]}}}, False),
        ({"$ref": "#/$defs/A", "$defs": {"A": obj()}}, True),
        ({"allOf": [obj()]}, True),
        ({}, False),
    ],
)
def test_knows_what_can_be_a_root(schema: Schema, expected: bool) -> None:
    assert describes_object(schema) is expected


# Any schema

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
