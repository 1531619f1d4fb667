"""The embedded server and `jsonschema` judge values and schemas alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from streamkit.server.sampling.budget import Budget, ExhaustedError
from streamkit.server.sampling.judge import Judge
from streamkit.server.sampling.metaschema import fault
from streamkit.server.sampling.references import References
from streamkit.server.sampling.values import is_list, is_object, key

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from([0, 1, 2, 3, 1.0, 2.5, -1, "", "a", "ab", "b1", "2020-01-01", "a@b"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
COUNTS = st.integers(0, 3)
NUMBERS = st.sampled_from([0, 1, 1.5, 2, -1])
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "$ref": st.sampled_from(["#/$defs/a", "#/$defs/b"]),
        "additionalProperties": inner,
        "allOf": several,
        "anyOf": several,
        "const": VALUES,
        "contains": inner,
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, unique=True), max_size=2),
        "dependentSchemas": st.dictionaries(NAMES, inner, max_size=2),
        "else": inner,
        "enum": st.lists(VALUES, max_size=4),
        "exclusiveMaximum": NUMBERS,
        "exclusiveMinimum": NUMBERS,
        "format": st.sampled_from(["date", "email", "ipv4", "uuid", "regex", "unknown"]),
        "if": inner,
        "items": inner,
        "maxContains": COUNTS,
        "maxItems": COUNTS,
        "maxLength": COUNTS,
        "maxProperties": COUNTS,
        "maximum": NUMBERS,
        "minContains": COUNTS,
        "minItems": COUNTS,
        "minLength": COUNTS,
        "minProperties": COUNTS,
        "minimum": NUMBERS,
        "multipleOf": st.sampled_from([1, 2, 0.5, 1.5]),
        "not": inner,
        "oneOf": several,
        "pattern": st.sampled_from(["a", "^b", "^$", r"\d", "b$"]),
        "patternProperties": st.dictionaries(
            st.sampled_from(["a", "[bc]", "^$"]), inner, max_size=2
        ),
        "prefixItems": several,
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "propertyNames": inner,
        "required": st.lists(NAMES, unique=True, max_size=2),
        "then": inner,
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "unevaluatedItems": inner,
        "unevaluatedProperties": inner,
        "uniqueItems": st.booleans(),
    }
    return st.lists(st.sampled_from(list(keywords)), max_size=4, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: keywords[name] for name in chosen})
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.builds(dict[str, Any]), schemas, max_leaves=8
)
LEAVES = schemas(st.booleans() | schemas(st.booleans()))


def without_references(node: Any) -> Any:
    """Return definitions without references, because references among them may have no end."""
    if is_object(node):
        return {name: without_references(part) for name, part in node.items() if name != "$ref"}
    return [without_references(part) for part in node] if is_list(node) else node


def judged(schema: dict[str, Any], value: Any) -> bool:
    budget = Budget()
    return Judge(schema, References(schema), budget).allows(value)


# Drawing a schema takes longer than judging by it, so every drawn schema is the root once, and
# judges several values.
@pytest.mark.thorough
@settings(max_examples=200)
@given(schemas(SCHEMAS), LEAVES, LEAVES, st.tuples(VALUES, VALUES, VALUES))
def test_a_value_is_allowed_where_jsonschema_allows_it(
    schema: dict[str, Any], first: Any, second: Any, values: tuple[Any, ...]
) -> None:
    definitions = {"a": without_references(first), "b": without_references(second)}
    validator: Any = Draft202012Validator
    for root in (schema, first, second):
        whole = {**root, "$defs": definitions}
        reference = validator(whole, format_checker=validator.FORMAT_CHECKER)
        for value in values:
            expected = reference.is_valid(value)
            assert judged(whole, value) == expected, json.dumps([whole, value])


@pytest.mark.thorough
@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["type", "properties", "required", "minLength", "enum", "items", "anyOf",
                         "not", "pattern", "multipleOf", "uniqueItems", "$ref",
                         "dependentRequired"]),
        VALUES | schemas(SCHEMAS) | st.lists(TYPES) | TYPES | st.dictionaries(NAMES, SCHEMAS),
        max_size=3,
    )
)  # fmt: skip
def test_a_schema_is_one_where_jsonschema_says_so(schema: dict[str, Any]) -> None:
    validator: Any = Draft202012Validator
    expected = validator(validator.META_SCHEMA).is_valid(schema)
    assert (fault(schema, Budget()) is None) == expected, json.dumps(schema)


@given(VALUES, VALUES)
def test_equal_values_have_equal_keys(one: Any, other: Any) -> None:
    validator: Any = Draft202012Validator
    same = validator({"const": one}).is_valid(other)
    assert (key(one, Budget()) == key(other, Budget())) == same


def test_a_decimal_is_read_as_it_is_written() -> None:
    assert judged({"multipleOf": 0.1}, 0.3)
    assert not judged({"multipleOf": 0.1}, 0.35)


DOUBLING = {
    "$ref": "#/$defs/d0",
    "$defs": {
        **{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(60)},
        "d60": {"type": "integer"},
    },
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (DOUBLING, 1),
        ({"items": {"const": "x" * 10_000}}, ["x" * 10_000] * 100),
        ({"items": {"properties": {str(n): True for n in range(1000)}}}, [{"a": 1}] * 100),
        ({"items": {"anyOf": [*[{"type": "null"}] * 99, {"minimum": 1}]}}, [1] * 1000),
        ({"items": {"patternProperties": {f"{n}": True for n in range(50)}}}, [{"a": 1}] * 1000),
    ],
    ids=["doubling", "const", "properties", "anyOf", "patterns"],
)
def test_judging_ends_with_its_budget(schema: dict[str, Any], value: Any) -> None:
    with pytest.raises(ExhaustedError):
        Judge(schema, References(schema), Budget(20_000)).allows(value)


def test_the_faults_of_small_schemas_are_said_in_full() -> None:
    assert fault({"type": "strng"}, Budget()) == (
        ["type"],
        "'strng' is not valid under any of the given schemas",
    )
    large = {"properties": {str(n): 1 for n in range(2000)}}
    assert fault(large, Budget()) == (None, "it is no JSON schema")
