"""Types of any library, nested in each other, accept their own values and no others."""

from __future__ import annotations

import json
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any, TypedDict

import msgspec
import pytest
import typing_extensions
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import Field

from streamkit.errors import ParseError
from streamkit.structured.schema import strict_violations
from tests.typed_formats import format_of


@dataclass(frozen=True)
class Made:
    """A type and one of its values, which is also given as JSON."""

    type_: Any
    value: Any
    data: Any
    wrong: Any = None
    """JSON that a constraint forbids, if there is one."""
    orders: tuple[tuple[str, ...], ...] = ()
    """The fields of each record in the type, in the order of their declaration."""


SCALARS = st.sampled_from(
    [
        Made(int, 7, 7),
        Made(str, "NaN", "NaN"),
        Made(bytes, b"YWJj", "YWJj"),
        Made(float, 1.5, 1.5),
        Made(Annotated[int, Field(gt=3)], 7, 7, wrong=3),
    ]
)
STRUCT = msgspec.defstruct("Packed", [("zeta", int), ("data", bytes), ("alpha", int)])
PACKED = Made(
    STRUCT,
    STRUCT(7, b"abc", 7),
    {"zeta": 7, "data": "YWJj", "alpha": 7},
    orders=(("zeta", "data", "alpha"),),
)
NAMES = st.lists(st.sampled_from(["zeta", "alpha", "mid", "beta"]), min_size=1, unique=True)


def data_class(name: str, hints: dict[str, Any]) -> type:
    return make_dataclass(name, [*hints.items()])


MAKERS: dict[str, Any] = {
    "typing": TypedDict,
    "typing_extensions": typing_extensions.TypedDict,
    "dataclass": data_class,
}


@st.composite
def records(draw: st.DrawFn, inner: st.SearchStrategy[Made]) -> Made:
    names = draw(NAMES)
    kind = draw(st.sampled_from(sorted(MAKERS)))
    parts = {name: draw(inner) for name in names}
    type_ = MAKERS[kind]("Record", {name: part.type_ for name, part in parts.items()})
    data = {name: part.data for name, part in parts.items()}
    value = {name: part.value for name, part in parts.items()}
    wrong = [data | {name: part.wrong} for name, part in parts.items() if part.wrong is not None]
    orders = (tuple(names), *(order for part in parts.values() for order in part.orders))
    made = type_(**value) if kind == "dataclass" else value
    return Made(type_, made, data, wrong[0] if wrong else None, orders)


def lists(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return inner.map(
        lambda made: Made(
            list[made.type_],  # type: ignore[name-defined]  # made here
            [made.value, made.value],
            [made.data, made.data],
            None if made.wrong is None else [made.data, made.wrong],
            made.orders,
        )
    )


def optionals(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return inner.map(
        lambda made: Made(made.type_ | None, made.value, made.data, made.wrong, made.orders)
    )


TYPES = st.recursive(
    st.one_of(SCALARS, st.just(PACKED)),
    lambda inner: st.one_of(records(inner), lists(inner), optionals(inner)),
    max_leaves=6,
)


def orders_of(node: Any, found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return the fields of every object schema, in their order."""
    if isinstance(node, dict):
        schema: dict[str, Any] = {**node}
        if isinstance(schema.get("properties"), dict):
            found.add(tuple(schema["properties"]))
        node = [*schema.values()]
    if isinstance(node, list):
        items: list[Any] = [*node]
        for item in items:
            orders_of(item, found)
    return found


@given(TYPES)
def test_any_type_is_sent_as_it_is_written_and_read_as_it_means(made: Made) -> None:
    format_ = format_of(made.type_)
    schema: Any = format_.schema
    validator: Any = Draft202012Validator(schema)
    assert not list(strict_violations(schema))
    assert orders_of(schema, set()) - {("value",)} == set(made.orders)

    def answer(data: Any) -> Any:
        return {"value": data} if format_.wrapped else data

    assert validator.is_valid(answer(made.data))
    assert format_.parse(json.dumps(answer(made.data))) == made.value
    if made.wrong is not None:
        assert not validator.is_valid(answer(made.wrong))
        with pytest.raises(ParseError):
            format_.parse(json.dumps(answer(made.wrong)))
