"""Sample values of schemas are valid for the `jsonschema` package."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from streamkit.server.sampling.merge import merged
from streamkit.server.sampling.number import number
from streamkit.server.sampling.pattern import LENGTH_LIMIT, matching
from streamkit.server.sampling.sample import sample
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError
from streamkit.structured.schema import strict_violations

Schema = dict[str, Any]


def dice(seed: int) -> Random:
    """Return a random generator with a repeatable sequence."""
    return Random(seed)  # noqa: S311 - it guards nothing


SEEDS = st.integers(0, 2**32)
FORMATS = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]
PATTERNS = [
    r"^[A-Z]{2}-\d{3}$",
    r"^(foo|bar)?baz+$",
    r"[^a-z]{3,5}",
    r"^\+?[0-9 ().-]{7,20}$",
    r"^(?:a(?:b|c)*){2,}$",
    r"^@\w+\s\S\W\D$",
    r"x\u0041\x42\.\-\t$",
    r"^(?P<year>\d{4})-[01-]\d$",
    r"^.*\bword$",
    r"^[\d\-a-f]{0}[a^]?$",
    r"a{,3}b{2",
]


@st.composite
def integers(draw: st.DrawFn) -> Schema:
    schema: Schema = {"type": "integer"}
    low = draw(st.integers(-(10**6), 10**6))
    step = draw(st.sampled_from([None, 1, 2, 7, 0.5, 2.5]))
    if step:
        schema["multipleOf"] = step
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        # Wide enough for a multiple of seven between exclusive bounds.
        high = low + draw(st.integers(8, 100))
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = high
    return schema


@st.composite
def decimals(draw: st.DrawFn) -> Schema:
    schema: Schema = {"type": "number"}
    low = draw(st.integers(-(10**6), 10**6))
    width = draw(st.integers(1, 100))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low / 100
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = (low + width) / 100
    if draw(st.booleans()) and len(schema) < 3:
        schema["multipleOf"] = draw(st.sampled_from([0.5, 0.25, 3, 0.001]))
    return schema


@st.composite
def strings(draw: st.DrawFn) -> Schema:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return {"type": "string", "format": draw(st.sampled_from(FORMATS))}
    if kind == 1:
        return {"type": "string", "pattern": draw(st.sampled_from(PATTERNS[:7]))}
    least = draw(st.integers(0, 60))
    most = least + draw(st.integers(0, 20))
    return {
        "type": draw(st.sampled_from(["string", ["string", "null"]])),
        "minLength": least,
        "maxLength": most,
    }


TEXTS = st.text(max_size=8)
SCALARS = st.one_of(
    integers(),
    decimals(),
    strings(),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["integer", "null"]}]),
    st.lists(TEXTS, min_size=1).map(lambda values: {"type": "string", "enum": values}),
    st.integers().map(lambda value: {"type": "integer", "const": value}),
)
# A recursive part may also be left out, or a value would have no end.
RECURSIVE: st.SearchStrategy[Schema] = st.sampled_from(["#", "#/$defs/A", "#/$defs/B"]).flatmap(
    lambda reference: st.sampled_from(
        [
            {"anyOf": [{"$ref": reference}, {"type": "null"}]},
            {"type": "array", "items": {"$ref": reference}},
        ]
    )
)


def objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.dictionaries(TEXTS, inner, max_size=4).map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    )


def arrays(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    def schema(items: Schema, least: int | None, more: int | None) -> Schema:
        schema: Schema = {"type": "array", "items": items}
        if least is not None:
            schema["minItems"] = least
        if more is not None:
            schema["maxItems"] = (least or 0) + more
        return schema

    count = st.none() | st.integers(0, 3)
    return st.builds(schema, inner, count, count)


INNER: st.SearchStrategy[Schema] = st.recursive(
    SCALARS | RECURSIVE,
    lambda inner: st.one_of(
        objects(inner),
        arrays(inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
    ),
    max_leaves=8,
)


@st.composite
def strict(draw: st.DrawFn) -> Schema:
    definitions = {"A": draw(objects(INNER)), "B": draw(arrays(INNER))}
    return {**draw(objects(INNER)), "$defs": definitions}


def complaints(schema: Schema, value: Any) -> list[str]:
    """Return the validator's errors for a value."""
    checker = Draft202012Validator.FORMAT_CHECKER
    validator: Any = Draft202012Validator(schema, format_checker=checker)
    return [error.message for error in validator.iter_errors(value)]


# Drawing a schema takes longer than making values of it.
@pytest.mark.thorough
@settings(max_examples=60)
@given(schema=strict(), seeds=st.sets(SEEDS, min_size=4, max_size=4))
def test_the_first_value_drawn_fits_a_strict_schema(schema: Schema, seeds: set[int]) -> None:
    assert not list(strict_violations(schema))
    for seed in seeds:
        value = sample(schema, dice(seed), attempts=1)
        assert not complaints(schema, value)
        assert json.loads(json.dumps(value)) == value
        assert sample(schema, dice(seed)) == value


@pytest.mark.diagonal
@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"a": True, "b": {"type": "integer"}}, "required": ["b", "c"]},
        {"additionalProperties": {"type": "integer"}, "propertyNames": {"pattern": "^k[0-9]$"}},
        {"type": "object", "minProperties": 4, "maxProperties": 4},
        {"type": "array", "uniqueItems": True, "minItems": 4, "items": {"enum": [1, 2, 3, 4]}},
        {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
        {"type": "array", "contains": {"const": True}, "items": {"type": "boolean"}},
        {"oneOf": [{"type": "integer"}, {"minimum": 2, "type": "number"}]},
        {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 3}, {"minimum": 1}]},
        {
            "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"x": {"minimum": 5}}}],
            "required": ["x"],
            "$defs": {"A": {"type": "object", "properties": {"x": {"type": "integer"}}}},
        },
        {
            "type": "object",
            "properties": {"kind": {"enum": ["a", "b"]}},
            "required": ["kind"],
            "anyOf": [{"properties": {"kind": {"const": "b"}}}, {"required": ["other"]}],
        },
        {"type": "integer", "not": {"multipleOf": 2}},
        {"type": "integer", "if": {"minimum": 50}, "then": {"multipleOf": 10}},
        {"type": ["string", "integer"], "maxLength": 3, "maximum": 3},
        {"type": "string", "format": "uuid", "pattern": "^[0-9a-f-]{36}$"},
        {"type": "string", "format": "nothing known"},
        {"enum": [1, "1", None, [1], {"a": 1}], "type": ["array", "object"]},
        {"const": {"a": [1, None]}},
        {"type": "number", "multipleOf": 0.1, "minimum": 0.1, "maximum": 0.7},
        {"type": "number", "minimum": 0.1, "maximum": 0.1},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9},
        {"type": "number", "minimum": 1e300},
        {"type": "integer", "minimum": 10**30},
        {"properties": {"a/b~c d": {"type": "integer"}, "x": {"$ref": "#/properties/a~1b~0c%20d"}}},
        {"type": "object", "properties": {"x": {"$ref": "#"}, "y": False}},
        {"prefixItems": [{"type": "integer"}, {"$ref": "#/prefixItems/0"}], "minItems": 2},
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", range(5))
def test_a_value_fits_a_schema_that_is_not_strict(schema: Schema, seed: int) -> None:
    assert not complaints(schema, sample(schema, dice(seed)))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("date-time", datetime),
        ("date", date),
        ("time", time),
        ("duration", timedelta),
        ("ipv4", IPv4Address),
        ("ipv6", IPv6Address),
        ("uuid", UUID),
    ],
)
@given(seed=SEEDS)
def test_pydantic_reads_every_format(name: str, kind: type, seed: int) -> None:
    text = sample({"type": "string", "format": name}, dice(seed))
    assert isinstance(TypeAdapter[Any](kind).validate_python(text), kind)


def test_what_must_recur_for_ever_has_no_value() -> None:
    schema = {"type": "object", "properties": {"x": {"$ref": "#"}}, "required": ["x"]}
    with pytest.raises(UnsatisfiableError):
        sample(schema, dice(0))


def test_of_two_recursions_the_one_that_ends_is_taken() -> None:
    endless = {"type": "object", "properties": {"x": {"$ref": "#"}}, "required": ["x"]}
    schema = {
        "anyOf": [
            endless,
            {"type": "array", "minItems": 2, "items": {"$ref": "#"}},
            {"type": "object", "properties": {"last": {"type": "null"}}, "required": ["last"]},
        ]
    }
    for seed in range(20):
        assert not complaints(schema, sample(schema, dice(seed)))


def test_optional_recursion_ends() -> None:
    schema: Schema = {
        "type": "object",
        "properties": {"x": {"$ref": "#"}, "y": {"allOf": [{"$ref": "#"}, {"type": "object"}]}},
    }
    assert not complaints(schema, sample(schema, dice(0)))


def test_a_value_often_has_what_is_optional() -> None:
    random = dice(0)
    schema = {"anyOf": [{"type": "null"}, {"type": "integer"}]}
    values = [sample(schema, random) for _ in range(200)]
    assert 10 < values.count(None) < 100


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", r".+@example\.com"),
        ("home_city", "[A-Z][a-z]+"),
        ("dueDate", r"\d{4}-\d\d-\d\d"),
        ("participants", "[A-Z][a-z]+ [A-Z][a-z]+"),
        ("website_url", "https://.*"),
        ("phone", r"\+1 555 01\d\d"),
    ],
)
@given(seed=SEEDS)
def test_a_text_suits_the_name_of_its_field(name: str, pattern: str, seed: int) -> None:
    schema = {"properties": {name: {"type": "string"}}, "required": [name]}
    assert re.fullmatch(pattern, sample(schema, dice(seed))[name])


@pytest.mark.parametrize("pattern", PATTERNS)
@given(seed=SEEDS)
def test_a_text_matches_its_pattern(pattern: str, seed: int) -> None:
    text = sample({"type": "string", "pattern": pattern}, dice(seed))
    assert re.search(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a", r"a)", r"[a", "a\\", r"[^\W\w]", r"[\uD800]"),
        *(r"(a)\1", r"(?<x>a)\k<x>", f"a{{{LENGTH_LIMIT + 1}}}", "(a{1000}){1000}"),
    ],
)
def test_a_pattern_without_a_text_is_refused(pattern: str) -> None:
    with pytest.raises(UnsatisfiableError):
        matching(pattern, dice(0))


def test_repetitions_reach_as_far_as_asked() -> None:
    schema = {"type": "string", "pattern": "^[ab]*$", "minLength": 50, "maxLength": 60}
    assert not complaints(schema, sample(schema, dice(0)))


@given(seed=SEEDS, low=st.integers(-1000, 1000), width=st.integers(0, 50), step=st.integers(1, 60))
def test_a_number_is_found_exactly_where_there_is_one(
    seed: int, low: int, width: int, step: int
) -> None:
    schema = {"minimum": low, "exclusiveMaximum": low + width, "multipleOf": step}
    found = number(schema, dice(seed), integral=True, usual=(1, 100))
    allowed = [value for value in range(low, low + width) if value % step == 0]
    assert found in allowed if allowed else found is None


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (True, {"minimum": 1}, {"minimum": 1}),
        ({"minimum": 1}, False, False),
        ({"minimum": 1, "maximum": 9}, {"minimum": 2, "maximum": 8}, {"minimum": 2, "maximum": 8}),
        ({"type": "number"}, {"type": ["integer", "null"]}, {"type": ["integer"]}),
        ({"type": "number"}, {"type": "number"}, {"type": ["number", "integer"]}),
        ({"enum": [1, 2]}, {"enum": [2, 3]}, {"enum": [2]}),
        ({"required": ["a"]}, {"required": ["b", "a"]}, {"required": ["a", "b"]}),
        (
            {"properties": {"a": {"minimum": 1}, "b": True}},
            {"properties": {"a": {"maximum": 2}, "c": True}},
            {"properties": {"a": {"minimum": 1, "maximum": 2}, "b": True, "c": True}},
        ),
    ],
)
def test_two_schemas_become_one_that_asks_for_both(first: Any, second: Any, both: Any) -> None:
    assert merged(first, second) == both
