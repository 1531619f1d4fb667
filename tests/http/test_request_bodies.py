"""The body of a request is JSON, whatever the caller made it of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec
import pydantic
import pytest

from streamkit import errors
from streamkit._http.request import Request, encoded
from streamkit.types import ChatCompletionMessage

pytestmark = pytest.mark.diagonal


class _Model(pydantic.BaseModel):
    name: str = pydantic.Field(alias="Name")
    at: datetime = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass
class _Dataclass:
    x: int


class _Struct(msgspec.Struct):
    x: int


class _Dict(dict[str, Any]):
    model = _Model


class _Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (_Model(Name="n"), {"Name": "n"}),
        (_Dataclass(1), {"x": 1}),
        (_Struct(1), {"x": 1}),
        (_Dict(a=[_Dict(b=1)]), {"a": [{"b": 1}]}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ((n for n in (1, 2)), [1, 2]),
        (_Text("t"), "t"),
        ("\u2028 é \U0001f680", "\u2028 é \U0001f680"),
        (None, None),
    ],
)
def test_a_body_may_hold_anything_that_can_say_itself_in_json(value: Any, expected: Any) -> None:
    content = encoded(Request(method="POST", path="/x", json={"deep": [value]}))
    assert content is not None
    assert json.loads(content) == {"deep": [expected]}


def test_a_message_of_the_api_goes_back_as_it_came() -> None:
    sent = {"role": "assistant", "content": "hi", "signature": "hm"}
    message = msgspec.convert({"role": "assistant", "content": "hi"}, ChatCompletionMessage)
    message.add_unknown({"signature": "hm"})
    content = encoded(Request(method="POST", path="/x", json={"messages": [message]}))
    assert json.loads(content or b"") == {"messages": [sent]}


def test_a_body_that_is_no_json_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="object"):
        encoded(Request(method="POST", path="/x", json={"x": object()}))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (_Model, "cannot hold the class _Model; .* as text_format for Responses"),
        (encoded, "cannot hold a function; .* go to run_tools"),
    ],
    ids=["class", "function"],
)
def test_a_class_or_a_function_in_a_body_is_an_error_that_names_its_place(
    value: object, said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        encoded(Request(method="POST", path="/x", json={"messages": [], "x": [value]}))


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": [{"content": "a\ud83d"}]}, r"'messages\[0\].content' has half .*'\\ud83d'"),
        ({"metadata": {"\udfff": 1}}, "'a key of metadata' has half of a surrogate pair"),
        ({"temperature": float("nan")}, "'temperature' is nan"),
        ({"logit_bias": {5: float("-inf")}}, "'logit_bias.5' is -inf"),
        ({"metadata": {(1, 2): 1}}, "a key of 'metadata' is a tuple"),
        ({"seed": 10**5000}, "ValueError: Exceeds the limit"),
        ({"stop": ENDLESS}, "nested too deeply, or contains itself"),
    ],
    ids=["text", "key", "nan", "inf", "tuple", "number", "endless"],
)
def test_a_body_that_no_json_can_carry_is_named_and_not_sent(body: object, said: str) -> None:
    with pytest.raises(errors.OpenAIError, match=said) as caught:
        encoded(Request(method="POST", path="/x", json=body))
    assert str(caught.value).encode()
    assert caught.value.__context__ is None
