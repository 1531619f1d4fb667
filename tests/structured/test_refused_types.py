from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, ForwardRef, Literal, TypedDict

import annotated_types
import msgspec
import pytest
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    TypeAdapter,
    WithJsonSchema,
    field_validator,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass

from streamkit.errors import SchemaError
from streamkit.structured.tools import pydantic_function_tool
from tests.typed_formats import Cat, Dog, Loose, Plain, format_of


class Model(BaseModel):
    number: int


class OnlyAClass:
    pass


class Tagless(msgspec.Struct):
    alpha: int


class Color(Enum):
    RED = "red"


class Code(Enum):
    A = b"a"


class Place(Enum):
    HERE = (1, 2)


class Word(StrEnum):
    YES = "yes"


# Unknown types


class HasModel(msgspec.Struct):
    number: int
    models: list[Model]


class HasUnion(msgspec.Struct):
    either: Plain | Tagless


class HasClass(msgspec.Struct):
    inner: dict[str, OnlyAClass] | None


class HasUnknown(msgspec.Struct):
    number: int
    other: list[Unknown]  # type: ignore[name-defined]  # noqa: F821  # what this is about


@dataclass
class DataUnknown:
    number: int
    other: Unknown  # type: ignore[name-defined]  # noqa: F821  # as above


class DictUnknown(TypedDict):
    number: int
    other: Unknown  # type: ignore[name-defined]  # noqa: F821  # as above


@dataclass
class DataClassy:
    number: int
    inner: list[OnlyAClass]


def fail(schema: dict[str, Any]) -> None:
    schema.pop("nothing")


class RaisesInSchema(BaseModel):
    number: int = Field(json_schema_extra=fail)


UNDEFINED: Any = ForwardRef("Unknown")
DEFERRED = ConfigDict(defer_build=True)


@pytest.mark.parametrize(
    ("type_", "path", "reason"),
    [
        (HasModel, "models[]", "Model"),
        (HasUnion, "either", "must be tagged"),
        (HasClass, "inner[]", "OnlyAClass"),
        (HasUnknown, "other", "'Unknown' is not defined"),
        (list[HasUnknown], "other", "'Unknown' is not defined"),
        (DataUnknown, "other", "'Unknown' is not defined"),
        (DictUnknown, "other", "'Unknown' is not defined"),
        (DataClassy, "inner[]", "OnlyAClass"),
        (TypeAdapter(UNDEFINED, config=DEFERRED), "", "not fully defined"),
        (UNDEFINED, "", "'Unknown' is not defined"),
        # The name is unknown on purpose.
        (list["Unknown"], "[]", "'Unknown' is not defined"),  # type: ignore[name-defined]  # noqa: F821
        (RaisesInSchema, "", "nothing"),
    ],
    ids=repr,
)
def test_what_is_not_known_is_a_schema_error_with_its_path_and_what_to_do(
    type_: Any, path: str, reason: str
) -> None:
    for _ in range(2):  # a refusal is not remembered as another result
        with pytest.raises(SchemaError, match="Unsupported response_format type") as caught:
            format_of(type_)
        assert caught.value.path == path
        assert reason in str(caught.value)
        assert "top of a" in str(caught.value) or "top of its" in str(caught.value)
    with pytest.raises(SchemaError):
        pydantic_function_tool(type_)


# Annotations of one library that the other ignores


class FieldInStruct(msgspec.Struct):
    number: Annotated[int, Field(gt=0)]


class BoundInStruct(msgspec.Struct):
    number: Annotated[int, annotated_types.Gt(0)]


class DefaultInStruct(msgspec.Struct):
    number: int = Field(gt=0)


class ListInStruct(msgspec.Struct):
    numbers: list[Annotated[int, Field(gt=0)]]


@dataclass
class Validated:
    number: int

    @field_validator("number")
    @classmethod
    def check(cls, value: int) -> int:
        return value


@pydantic_dataclass
class Checked:
    number: int


class ValidatedInStruct(msgspec.Struct):
    inner: Validated


class CheckedInStruct(msgspec.Struct):
    inner: list[Checked]


@dataclass
class MetaInData:
    number: int
    other: Annotated[int, msgspec.Meta(ge=1)]


class MetaInDict(TypedDict):
    others: list[Annotated[str, msgspec.Meta(description="x")]]


class MetaInModel(BaseModel):
    numbers: list[Annotated[int, msgspec.Meta(ge=1)]]


class ModelInModel(BaseModel):
    inner: MetaInModel


@pytest.mark.parametrize(
    ("type_", "path", "word"),
    [
        (FieldInStruct, "number", "pydantic's Field"),
        (BoundInStruct, "number", "annotated_types.Gt"),
        (DefaultInStruct, "", "pydantic's Field"),
        (ListInStruct, "numbers[]", "pydantic's Field"),
        (list[ListInStruct], "numbers[]", "pydantic's Field"),
        (ValidatedInStruct, "inner", "a validator of pydantic's"),
        (CheckedInStruct, "inner[]", "a validator of pydantic's"),
        (MetaInData, "other", "msgspec.Meta"),
        (MetaInDict, "others[]", "msgspec.Meta"),
        (MetaInModel, "numbers[]", "msgspec.Meta"),
        (list[ModelInModel], "numbers[]", "msgspec.Meta"),
        (Annotated[int, msgspec.Meta(ge=1)], "", "msgspec.Meta"),
    ],
    ids=repr,
)
def test_a_constraint_that_its_reader_would_pass_over_is_refused(
    type_: Any, path: str, word: str
) -> None:
    with pytest.raises(SchemaError, match=f"{word} means nothing") as caught:
        format_of(type_)
    assert caught.value.path == path


class LazyInModel(BaseModel):
    numbers: Iterable[int]


@pytest.mark.parametrize("type_", [LazyInModel, list[LazyInModel], Iterable[int]], ids=repr)
def test_a_type_whose_items_would_be_read_after_the_answer_is_refused(type_: Any) -> None:
    with pytest.raises(SchemaError, match="Use list or Sequence"):
        format_of(type_)


@dataclass
class Either:
    first: int
    either: list[Plain | Tagless]


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        (Plain | Tagless, ""),
        (Cat | Plain, ""),
        (Cat | Model, ""),
        (Cat | Loose, ""),
        (Either, "either[]"),
        (list[Annotated[Plain, "x"] | Tagless | None], "[]"),
    ],
    ids=repr,
)
def test_structs_that_nothing_distinguishes_are_refused(type_: Any, path: str) -> None:
    with pytest.raises(SchemaError, match=r"cannot be distinguished.*tag=True") as caught:
        format_of(type_)
    assert caught.value.path == path


@pytest.mark.parametrize("type_", [Cat | Dog, Plain | None, Plain | int | str], ids=repr)
def test_structs_that_are_distinguished_may_be_in_a_union(type_: Any) -> None:
    assert format_of(type_).wrapped


# Types without a possible answer


class ByPath(BaseModel):
    number: int
    inner: int = Field(validation_alias=AliasPath("numbers", 0))


class ByEither(BaseModel):
    inner: int = Field(validation_alias=AliasChoices(AliasPath("numbers", 0), "inner"))


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    inner: int = Field(validation_alias=AliasPath("numbers", 0))


class HasLiteral(BaseModel):
    number: int
    colors: list[Literal[Color.RED]]


class Endless(BaseModel):
    name: str
    inner: Endless


class EndlessList(BaseModel):
    inner: list[EndlessList] = Field(min_length=1)


class EndlessPair(BaseModel):
    other: EndlessOther


class EndlessOther(BaseModel):
    pair: EndlessPair | EndlessOther


class Contradiction(BaseModel):
    inner: list[Annotated[int, Field(gt=5, lt=5)]] = Field(min_length=1)


ARBITRARY = ConfigDict(arbitrary_types_allowed=True)
SAID = WithJsonSchema({"type": "string"})


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        (Literal[Color.RED], ""),
        (Literal["x", Color.RED], ""),
        (Literal[b"x"], ""),
        (Literal[b"x"] | None, ""),
        (HasLiteral, "colors[]"),
        (Code, ""),
        (list[Code], "[]"),
        (Place, ""),
        (ByPath, "inner"),
        (list[ByPath], "[].inner"),
        (TypeAdapter(Annotated[OnlyAClass, SAID], config=ARBITRARY), ""),
        (Endless, "inner"),
        (list[Endless], None),
        (EndlessList, "inner[]"),
        (EndlessPair, "other"),
        (Contradiction, "inner[]"),
        (Annotated[str, Field(min_length=2, max_length=1)], "value"),
    ],
    ids=repr,
)
def test_a_type_without_an_answer_is_refused(type_: Any, path: str | None) -> None:
    if path is None:  # an empty list is an answer
        assert format_of(type_).parse('{"value":[]}') == []
        return
    with pytest.raises(SchemaError) as caught:
        format_of(type_)
    assert caught.value.path == path


class Tree(BaseModel):
    left: Tree | None
    right: list[Tree]
    third: Pruned


class Pruned(BaseModel):
    tree: Tree | None


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (Color, '{"value":"red"}', Color.RED),
        (Word, '{"value":"yes"}', Word.YES),
        (Literal[Word.YES], '{"value":"yes"}', Word.YES),
        (ByEither, '{"inner":1}', ByEither(inner=1)),
        (ByName, '{"inner":1}', ByName(inner=1)),
        (InstanceOf[int], '{"value":1}', 1),
        (
            TypeAdapter(
                Annotated[OnlyAClass, BeforeValidator(lambda _: HERE), SAID], config=ARBITRARY
            ),
            '{"value":"x"}',
            OnlyAClass,
        ),
        (Annotated[Literal["a"], AfterValidator(str.upper)], '{"value":"a"}', "A"),
        (
            Tree,
            '{"left":null,"right":[],"third":{"tree":null}}',
            Tree(left=None, right=[], third=Pruned(tree=None)),
        ),
        (Annotated[int, Field(ge=5, le=5)], '{"value":5}', 5),
    ],
    ids=repr,
)
def test_a_type_with_an_answer_is_not(type_: Any, text: str, expected: Any) -> None:
    parsed = format_of(type_).parse(text)
    assert parsed == expected or type(parsed) is expected


HERE = OnlyAClass()
