from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import msgspec
import pytest
from pydantic import BaseModel, Field, TypeAdapter, create_model

from streamkit.errors import ParseError
from streamkit.structured.description import described
from streamkit.structured.schema import strict_violations
from streamkit.structured.tools import pydantic_function_tool, tool_parsers
from tests.typed_formats import (
    Boxed,
    Cat,
    Closer,
    Crate,
    Dog,
    Everything,
    House,
    Loose,
    Movie,
    Names,
    Owner,
    Pair,
    Plain,
    Shelf,
    Unordered,
    format_of,
)


def schema_of(type_: Any) -> dict[str, Any]:
    schema = format_of(type_).schema
    assert schema is not None
    assert not list(strict_violations(schema))
    return schema


def inside(type_: Any) -> Any:
    """Return the schema of a type that is wrapped in an object."""
    return schema_of(type_)["properties"]["value"]


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object schema within a schema."""
    match node:
        case dict():
            schema = cast("dict[str, Any]", node)
            if schema.get("type") == "object":
                yield schema
            for value in schema.values():
                yield from objects(value)
        case list():
            for value in cast("list[Any]", node):
                yield from objects(value)
        case _:
            pass


MOVIE = '{"title":"M!","data":"YWJj","also":[]}'
CAT = '{"type":"Cat","name":"Tom","data":"YWJj"}'


@pytest.mark.parametrize(
    ("type_", "names"),
    [
        (Movie, ["title", "data", "also"]),
        (Loose, ["zeta", "alpha"]),
        (Closer, ["zeta", "alpha", "middle"]),
        (Boxed[int], ["zeta", "alpha"]),
        (Owner, ["zeta", "cat", "alpha"]),
        (House, ["zeta", "movie", "pets", "data", "plain", "alpha"]),
        (Unordered, ["zeta", "alpha"]),
    ],
    ids=repr,
)
def test_fields_are_sent_in_the_order_in_which_they_are_written(
    type_: Any, names: list[str]
) -> None:
    assert list(schema_of(type_)["properties"]) == names
    assert list(next(objects(inside(list[type_]) | schema_of(list[type_])))["properties"])


@pytest.mark.parametrize("type_", [Shelf, list[Shelf], Shelf | None, Crate[Unordered]], ids=repr)
def test_a_typed_dict_in_a_struct_keeps_its_order(type_: Any) -> None:
    rows = [one for one in objects(schema_of(type_)) if "zeta" in one["properties"]]
    assert rows
    assert all(list(row["properties"]) == ["zeta", "alpha"] for row in rows)


def test_a_typed_dict_is_read_by_pydantic_wherever_it_is() -> None:
    for type_, text in [
        (Movie, MOVIE),
        (list[Movie], f'{{"value":[{MOVIE}]}}'),
        (Movie | None, f'{{"value":{MOVIE}}}'),
    ]:
        parsed: Any = format_of(type_).parse(text)
        movie: Any = next(iter([parsed] if "title" in parsed else parsed))
        assert movie == {"title": "M!", "data": b"YWJj", "also": []}  # and not decoded from base64
        with pytest.raises(ParseError, match="at least 2 characters"):
            format_of(type_).parse(text.replace("M!", "M"))


def test_what_a_typed_dict_says_of_its_fields_is_sent() -> None:
    schema = schema_of(Movie)
    assert schema["description"] == "A film."
    title = schema["properties"]["title"]
    assert (title["description"], title["minLength"]) == ("As on the poster.", 2)


def test_a_dataclass_keeps_all_that_it_says_with_a_struct_inside() -> None:
    schema = schema_of(House)
    assert schema["properties"]["zeta"]["description"] == "Storeys."
    assert schema["properties"]["zeta"]["exclusiveMinimum"] == 3
    assert schema["properties"]["plain"]["description"] == 'Default: {"zeta": 7}.'
    text = (
        f'{{"zeta":4,"movie":{MOVIE},"pets":[{CAT},{{"type":"Dog","name":"Rex"}}],'
        '"data":"YWJj","plain":{"zeta":1},"alpha":null}'
    )
    movie: Movie = {"title": "M!", "data": b"YWJj", "also": []}
    pets: list[Cat | Dog] = [Cat("Tom", b"abc"), Dog("Rex")]
    assert format_of(House).parse(text) == House(4, movie, pets, b"YWJj", Plain(1))
    for wrong in ('"zeta":3', '"zeta":4.5'):
        with pytest.raises(ParseError, match="zeta"):
            format_of(House).parse(text.replace('"zeta":4', wrong))
    with pytest.raises(ParseError, match=r"pets\.0"):
        format_of(House).parse(text.replace('"Tom"', '""'))


def test_a_struct_in_a_typed_dict_is_msgspecs() -> None:
    cat = schema_of(Owner)["properties"]["cat"]
    assert cat["description"] == "The cat."
    assert cat["properties"]["name"]["description"] == "Its name."
    text = f'{{"zeta":4,"cat":{CAT},"alpha":{{"type":"Dog","name":"Rex"}}}}'
    owner: Any = format_of(Owner).parse(text)
    assert owner == {"zeta": 4, "cat": Cat("Tom", b"abc"), "alpha": Dog("Rex")}
    with pytest.raises(ParseError, match="the field 'type' is missing"):
        format_of(Owner).parse(text.replace('"type":"Dog",', ""))


def test_a_struct_and_another_class_may_have_one_name() -> None:
    def other() -> type:
        @dataclass
        class Plain:
            alpha: str

        return Plain

    both: Any = create_model("Both", other=(other(), ...))
    adapted = format_of(list[both] | list[Plain])
    assert adapted.parse('{"value":[{"zeta":1}]}') == [Plain(1)]
    names = [list(one["properties"]) for one in objects(adapted.schema)]
    assert ["zeta"] in names
    assert ["alpha"] in names


def test_nothing_that_was_lent_to_a_class_stays_with_it() -> None:
    format_of(House)
    with pytest.raises(Exception, match="Plain"):
        format_of(list[Plain] | list[object])  # an error in the middle
    for class_ in (Movie, Cat, Dog, Plain):
        assert not hasattr(class_, "__get_pydantic_core_schema__")


def test_threads_that_describe_types_with_the_same_struct_do_not_meet() -> None:
    class Shared(msgspec.Struct):
        value: int

    made: list[Any] = []

    def describe(index: int) -> None:
        model: Any = create_model(f"Model{index}", number=(int, ...))
        made.append(described(tuple[model, Shared]).schema())

    threads = [threading.Thread(target=describe, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8


# Tuples


def test_a_named_tuple_is_an_array_that_names_its_items() -> None:
    assert inside(Pair) == {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 1,
        "maxItems": 2,
        "description": "Items: X, Y (default 0.0).",
    }
    assert format_of(Pair).parse('{"value":[1,2]}') == Pair(1.0, 2.0)
    assert format_of(Pair).parse('{"value":[1]}') == Pair(1.0)


def test_a_named_tuple_converts_as_a_tuple_does_wherever_it_is() -> None:
    names = schema_of(Everything)["properties"]["names"]
    assert names["description"] == "Both.\nItems: First: Given., Last."
    text = '{"pair":[1,2],"names":["a","b"],"crate":{"content":1},"boxes":[]}'
    assert format_of(Everything).parse(text) == Everything(
        Pair(1.0, 2.0), Names("a", "b"), Crate(1)
    )

    class Holds(msgspec.Struct):
        pair: Pair

    assert schema_of(Holds)["$defs"]["Pair"]["items"] == {"type": "number"}
    assert format_of(Holds).parse('{"pair":[1,2]}') == Holds(Pair(1.0, 2.0))


# The schema at the moment of the call


def itself(model: Any) -> Any:
    return model


def list_of(model: Any) -> Any:
    return list[model]


def optional(model: Any) -> Any:
    return model | None


@pytest.mark.parametrize("form", [itself, list_of, optional])
def test_a_model_that_was_rebuilt_sends_its_present_schema(form: Callable[[Any], Any]) -> None:
    class Asked(BaseModel):
        number: int

    first = format_of(form(Asked))
    assert format_of(form(Asked)) is first
    for words in ("One thing.", "Another."):
        Asked.model_fields["number"].description = words
        Asked.model_rebuild(force=True)
        assert words in repr(format_of(form(Asked)).schema)
    assert "thing" not in repr(first.schema)


@pytest.mark.parametrize(
    "asked",
    [create_model("Asked", number=(int, ...)), msgspec.defstruct("Asked", [("number", int)])],
    ids=["a model", "a Struct"],
)
def test_a_schema_that_stays_is_written_once(asked: Any) -> None:
    type_ = described(asked)
    type_.schema()
    first = type_.written()
    type_.schema()["title"] = "a copy was changed"
    assert type_.written() is first
    assert type_.written().schema == type_.schema()


def test_a_model_that_was_rebuilt_is_read_as_it_is_now() -> None:
    class Grows(BaseModel):
        number: int

    before = format_of(list[Grows])
    Grows.model_fields["number"].annotation = str
    Grows.model_rebuild(force=True)
    (grown,) = format_of(list[Grows]).parse('{"value":[{"number":"a"}]}')
    assert grown.model_dump() == {"number": "a"}
    with pytest.raises(ParseError):
        format_of(list[Grows]).parse('{"value":[{"number":1}]}')
    assert before is not format_of(list[Grows])


def test_a_schema_that_is_worked_out_is_worked_out_for_each_request() -> None:
    allowed = ["a"]

    class Chosen(BaseModel):
        name: str = Field(json_schema_extra=lambda schema: schema.update(enum=[*allowed]))

    class Holder(BaseModel):
        chosen: list[Chosen]

    for type_ in (Chosen, Holder, list[Chosen], TypeAdapter(Chosen)):
        allowed[:] = ["a"]
        assert "'enum': ['a']" in repr(schema_of(type_))
        allowed.append("b")
        assert "'enum': ['a', 'b']" in repr(schema_of(type_))


def test_the_order_of_fields_alone_makes_another_schema() -> None:
    order = ["a", "b"]

    class Sorted(BaseModel):
        a: int
        b: int

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            schema = super().model_json_schema(*args, **kwargs)
            return schema | {"properties": {name: schema["properties"][name] for name in order}}

    assert list(schema_of(Sorted)["properties"]) == ["a", "b"]
    order.reverse()
    assert list(schema_of(Sorted)["properties"]) == ["b", "a"]


def test_a_request_with_tools_works_out_no_schema_anew() -> None:
    count = 0

    def count_it(_: dict[str, Any]) -> None:
        nonlocal count
        count += 1

    class Query(BaseModel, json_schema_extra=count_it):
        text: Literal["a"]

    tool = pydantic_function_tool(Query)
    asked = count
    assert tool_parsers([tool]).parse("Query", '{"text":"a"}') == Query(text="a")
    assert count == asked
