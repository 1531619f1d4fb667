"""All objects of streamkit work with popular encoders, at any moment of a stream."""

from __future__ import annotations

import dataclasses
import enum
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from streamkit import PartialArray, PartialObject, json_default
from streamkit._core.json.parser import PartialJSON
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.types import ChatCompletion, CompletionUsage, construct
from tests.chat_chunks import chunk, cut, ends, run, says

if TYPE_CHECKING:
    from collections.abc import Callable


class Step(BaseModel):
    output: str
    day: date


class Steps(BaseModel):
    steps: list[Step]


class Holder(BaseModel):
    held: Any
    loose: object


@dataclasses.dataclass
class Pair:
    first: Any
    second: Any = None


class Place(msgspec.Struct):
    inner: Any


class Colour(enum.Enum):
    RED = "red"


def held(value: object) -> Any:
    return json.loads(Holder(held=value, loose=[value]).model_dump_json())["held"]


def encoded_by_fastapi(value: object) -> Any:
    from fastapi.encoders import jsonable_encoder  # this import takes long

    return jsonable_encoder(value)


ENCODERS: dict[str, Callable[[object], Any]] = {
    "json": lambda value: json.loads(json.dumps(value, default=json_default)),
    "json, indented": lambda value: json.loads(json.dumps(value, indent=2, default=json_default)),
    "msgspec": lambda value: json.loads(msgspec.json.encode(value, enc_hook=json_default)),
    "pydantic": lambda value: json.loads(TypeAdapter(Any).dump_json(value)),
    "pydantic, as Python": lambda value: TypeAdapter(Any).dump_python(value, mode="json"),
    "a pydantic field": held,
    "FastAPI": encoded_by_fastapi,
}
ENCODED = pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
TEXT = '{"steps": [{"output": "ab", "day": "2024-01-02"}, {"output": "c", "day": "2024-01-03"}]}'


@ENCODED
def test_parsed_is_encoded_as_it_is_at_every_event(encode: Callable[[object], Any]) -> None:
    machine = ChatEvents(Reader(response_format(Steps)))
    events = run(machine, [*(says(piece) for piece in cut(TEXT, range(3, len(TEXT), 3))), ends()])
    parsed = [event.parsed for event in events if event.type.startswith("content.")]
    assert isinstance(parsed[1], PartialObject)
    assert isinstance(parsed[-1], Steps)
    for value in parsed:
        plain = value.to_dict() if isinstance(value, PartialObject) else json.loads(TEXT)
        assert value is None or encode(value) == plain


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=10,
)


@given(value=st.lists(JSON) | st.dictionaries(st.text(max_size=2), JSON), data=st.data())
def test_a_view_is_encoded_as_its_plain_data(value: object, data: st.DataObject) -> None:
    text = json.dumps(value)
    parser = PartialJSON()
    parser.feed(text[: data.draw(st.integers(1, len(text)))])
    view = parser.view()
    plain = view.to_dict() if isinstance(view, PartialObject) else view
    plain = plain.to_list() if isinstance(plain, PartialArray) else plain
    for encode in ENCODERS.values():
        assert encode(view) == plain


def test_a_completion_is_encoded_with_its_known_fields_and_the_others() -> None:
    completion = construct(ChatCompletion, {"id": "c", "choices": [{"index": 0}], "odd": {"a": 1}})
    assert encoded_by_fastapi(completion) == dict(completion.model_dump())
    assert dict(completion)["choices"] is completion.choices


def test_a_view_passes_for_what_it_will_become() -> None:
    parser = PartialJSON()
    parser.feed('{"a": [1, ')
    view: Any = parser.view()
    assert [isinstance(view, kind) for kind in (dict, list)] == [True, False]
    assert [isinstance(view["a"], kind) for kind in (dict, list)] == [False, True]
    assert isinstance(view, PartialObject)
    assert isinstance(view["a"], PartialArray)


ROCKET = UUID(int=7)
KNOWN = [
    (CompletionUsage(1, 2, 3), CompletionUsage(1, 2, 3).to_dict()),
    (ChatCompletion(id="c"), ChatCompletion(id="c").to_dict()),
    (Step(output="a", day=date(2024, 1, 2)), {"output": "a", "day": "2024-01-02"}),
    (
        Place(Step(output="a", day=date(2024, 1, 2))),
        {"inner": {"output": "a", "day": "2024-01-02"}},
    ),
    (Pair(Place(1), [Colour.RED]), {"first": {"inner": 1}, "second": ["red"]}),
    (Pair(CompletionUsage(1, 2, 3)), {"first": CompletionUsage(1, 2, 3).to_dict(), "second": None}),
    (Colour.RED, "red"),
    (date(2024, 1, 2), "2024-01-02"),
    (Decimal("1.50"), "1.50"),
    (ROCKET, str(ROCKET)),
    ({1}, [1]),
    (b"a", "YQ=="),
]


@pytest.mark.parametrize(("value", "plain"), KNOWN, ids=[repr(value) for value, _ in KNOWN])
def test_what_streamkit_gives_is_known_to_json(value: object, plain: object) -> None:
    assert json.loads(json.dumps({"a": [value]}, default=json_default)) == {"a": [plain]}


def test_an_event_and_what_holds_it_are_known_to_json() -> None:
    events = run(ChatEvents(Reader()), [chunk(vendor={"a": 1}), says("Hi"), ends()])
    for event in events:
        for value in (event, [event], Pair(event)):
            encoded = json.loads(json.dumps(value, default=json_default))
            expected = event.to_dict()
            assert encoded in (expected, [expected], {"first": expected, "second": None})


class Unknown:
    pass


@pytest.mark.parametrize(
    "value", [Unknown(), Pair(Unknown()), Place([Unknown()]), Unknown, Step, 1j, iter(())]
)
def test_what_nobody_knows_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match=r"."):
        json.dumps(value, default=json_default)
