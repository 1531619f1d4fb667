from __future__ import annotations

import json
import math
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from streamkit.errors import SchemaError
from streamkit.structured.schema import strict_violations, to_strict_json_schema
from streamkit.structured.schema.answerable import require_answerable
from tests.typed_formats import format_of

Schema = dict[str, Any]

VALUES = {f"V{index}": f"value {index}" for index in range(249)}
Many = Enum("Many", VALUES)  # type: ignore[misc]  # mypy reads literals alone
SEVENTH: Any = Many("value 7")


def nested(depth: int, **words: Any) -> type[BaseModel]:
    model = create_model("Level0", number=(int, ...))
    for level in range(1, depth):
        inner = Field(**words)
        model = create_model(f"Level{level}", inner=(model, inner))
    return model


def wide(places: int) -> type[BaseModel]:
    # The overloads of pydantic have no mapping of fields.
    hundred = create_model("Hundred", **{f"f{index}": (int, ...) for index in range(100)})  # type: ignore[call-overload]
    fields: dict[str, Any] = {
        f"p{index}": (hundred, Field(description=f"The {index}th.")) for index in range(places)
    }
    return create_model("Wide", **fields)


def chosen(places: int, default: Any = ...) -> type[BaseModel]:
    fields: dict[str, Any] = {
        f"p{index}": (Many, Field(default, description=f"The {index}th."))
        for index in range(places)
    }
    return create_model("Chosen", **fields)


@pytest.mark.parametrize(
    "model",
    [
        chosen(5),
        chosen(5, SEVENTH),
        nested(11, description="Inside."),
        nested(30, title="T"),
        wide(60),
    ],
    ids=["enum", "default", "nesting", "deep nesting", "properties"],
)
def test_a_reference_stays_one_where_its_meaning_would_go_beyond_a_limit(
    model: type[BaseModel],
) -> None:
    schema = format_of(model).schema
    assert schema is not None
    assert not list(strict_violations(schema))
    first = next(iter(schema["properties"].values()))
    assert list(first["anyOf"][0]) == ["$ref"]
    assert first.get("description") or first["title"] == "T"


@pytest.mark.parametrize(
    "model",
    [chosen(4), nested(10, description="Inside."), wide(40)],
    ids=["enum", "nesting", "properties"],
)
def test_a_reference_is_replaced_where_there_is_room(model: type[BaseModel]) -> None:
    first = next(iter((format_of(model).schema or {})["properties"].values()))
    assert "anyOf" not in first
    assert "$ref" not in first


def test_what_is_too_much_either_way_is_refused_with_its_path() -> None:
    class Loose(BaseModel):
        number: int
        inner: dict[str, int]

    class Several(BaseModel):
        loose: Loose = Field(description="One.")
        other: Loose = Field(description="Another.")

    with pytest.raises(SchemaError) as caught:
        format_of(Several)
    assert caught.value.path == "loose.inner"


def test_constraints_beside_a_reference_are_never_only_described() -> None:
    definitions = {"D": {"type": "integer"}, "E": {"enum": [f"{index}" for index in range(900)]}}
    properties: Schema = {"n": {"$ref": "#/$defs/D", "minimum": 5}}
    for name in ("a", "b"):
        properties[name] = {"$ref": "#/$defs/E", "description": name}
    strict = to_strict_json_schema(
        {"type": "object", "properties": properties, "$defs": definitions}
    )
    assert strict["properties"]["n"] == {"type": "integer", "minimum": 5}
    assert strict["properties"]["a"] == {"anyOf": [{"$ref": "#/$defs/E"}], "description": "a"}


# Tuples

X: Schema = {"type": "integer", "title": "X"}
Y: Schema = {"type": "integer", "title": "Y", "description": "Up."}


def array(*items: Any, **others: Any) -> Schema:
    return {
        "type": "object",
        "properties": {"a": {"type": "array", "prefixItems": [*items]} | others},
    }


def inner(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("schema", "items", "bounds", "described"),
    [
        (array(X, X, minItems=2, maxItems=2), X, (2, 2), None),
        (array(X, Y, minItems=2, maxItems=2), {"type": "integer"}, (2, 2), "Items: X, Y: Up.."),
        (array(X, Y | {"default": 1}, minItems=1, maxItems=2), None, (1, 2), "(default 1)."),
        (array(X, X, items=False, minItems=2), X, (2, 2), None),
        (array(X, X, X, maxItems=2), X, (0, 2), None),
    ],
    ids=["alike", "other words", "a default", "no more items", "a prefix that is cut"],
)
def test_items_that_differ_in_words_only_are_alike(
    schema: Schema, items: Schema | None, bounds: tuple[int, int], described: str | None
) -> None:
    strict = to_strict_json_schema(schema)["properties"]["a"]
    assert strict["items"] == (items or {"type": "integer"})
    assert (strict["minItems"], strict["maxItems"]) == bounds
    assert (described or "") in strict.get("description", "")


def test_words_inside_of_items_make_no_difference_either() -> None:
    left = inner(a={"type": "integer", "title": "A"}, title={"type": "string"})
    right = inner(a={"type": "integer", "description": "B"}, title={"type": "string"})
    strict = to_strict_json_schema(array(left, right, minItems=2, maxItems=2))
    assert list(strict["properties"]["a"]["items"]["properties"]) == ["a", "title"]


@pytest.mark.parametrize(
    "schema",
    [
        array(X, X, minItems=2, maxItems=5),
        array(X, X, minItems=2),
        array(X, X),
        array(X, {"type": "number"}, minItems=2, maxItems=2),
        array(X, X | {"minimum": 1}, minItems=2, maxItems=2),
        array(
            inner(title={"type": "string"}),
            inner(title={"type": "integer"}),
            minItems=2,
            maxItems=2,
        ),
        array({"const": {"title": "a"}}, {"const": {"title": "b"}}, minItems=2, maxItems=2),
        array(X, True, minItems=2, maxItems=2),
        array(X, X, minItems="2", maxItems=2),
        array(X, X, minItems=3, maxItems=2),
    ],
    ids=[
        *("more than the prefix", "no most", "no bounds", "types", "bounds", "properties"),
        *("constants", "anything", "no number", "nothing fits"),
    ],
)
def test_an_array_that_says_more_is_no_even_tuple(schema: Schema) -> None:
    with pytest.raises(SchemaError, match="'prefixItems' is not permitted") as caught:
        to_strict_json_schema(schema)
    assert caught.value.path == "a"


# Numbers


def test_a_bound_that_every_number_keeps_is_not_sent() -> None:
    class Finite(BaseModel):
        x: float = Field(lt=math.inf, gt=-math.inf)

    schema = format_of(Finite).schema
    assert schema is not None
    assert schema["properties"]["x"] == {"title": "X", "type": "number"}


@pytest.mark.parametrize(
    "constraint",
    [{"minimum": math.inf}, {"maximum": math.nan}, {"multipleOf": math.inf}, {"enum": [math.nan]}],
    ids=repr,
)
def test_a_schema_with_a_number_that_json_has_not_is_refused(constraint: Schema) -> None:
    schema = inner(a={"type": "number"} | constraint)
    with pytest.raises(SchemaError, match="must be finite") as caught:
        to_strict_json_schema(schema)
    assert caught.value.path == "a"


# Answers


def test_a_long_chain_of_definitions_is_answerable_in_either_order() -> None:
    def link(name: str) -> Schema:
        return inner(n={"$ref": f"#/$defs/{name}"})

    chain = {f"D{index}": link(f"D{index + 1}") for index in range(300)} | {"D300": inner()}
    for definitions in (chain, dict(reversed(chain.items()))):
        require_answerable(to_strict_json_schema(link("D0") | {"$defs": definitions}))


def test_a_union_is_answerable_by_one_of_its_members() -> None:
    class Loop(BaseModel):
        again: Loop

    class Way(BaseModel):
        out: Loop | Literal["out"]

    assert format_of(Way).parse('{"out":"out"}') == Way(out="out")
    with pytest.raises(SchemaError, match="contain itself again, without end"):
        format_of(create_model("NoWay", out=(Loop, ...)))


def test_the_schema_of_a_format_is_json() -> None:
    class Odd(BaseModel):
        x: Annotated[float, Field(json_schema_extra={"examples": [math.nan]})] = math.nan

    json.dumps(format_of(Odd).schema, allow_nan=False)
