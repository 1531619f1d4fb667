"""The rules of strict mode find everything that the API refuses."""

from __future__ import annotations

import pytest

from streamkit.structured.schema import (
    Violation,
    strict_violations,
    to_strict_json_schema,
)
from streamkit.structured.schema.rules import (
    LARGE_ENUM,
    MAX_ENUM_VALUES,
    MAX_LARGE_ENUM_LENGTH,
    MAX_NESTING,
    MAX_PROPERTIES,
    MAX_TEXT_LENGTH,
)
from tests.structured.schemas import Schema, closed, obj


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
