"""The schemas of pydantic's models, dataclasses and structs become strict."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from openai.lib._pydantic import to_strict_json_schema as openai_strict_json_schema
from pydantic import BaseModel, Field, Json, TypeAdapter

from streamkit.errors import SchemaError
from streamkit.structured.schema import (
    describes_object,
    strict_violations,
    to_strict_json_schema,
)
from tests.structured.schemas import Schema, obj


def test_the_schema_that_came_is_left_alone() -> None:
    given_schema = Node.model_json_schema()
    before = copy.deepcopy(given_schema)
    to_strict_json_schema(given_schema)
    assert given_schema == before


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
