from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from streamkit import types
from streamkit._core.wire import as_sent
from streamkit.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    ChoiceDelta,
    ChunkChoice,
    CompletionUsage,
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
    Wire,
    WireDecoder,
    construct,
)
from streamkit.types.beta.threads import run
from streamkit.types.beta.threads.runs import tool_call, tool_call_delta

if TYPE_CHECKING:
    from collections.abc import Callable

WIRES = [
    member
    for name in types.__all__
    if isinstance(member := getattr(types, name), type) and issubclass(member, Wire)
]

COMPLETION = {
    "id": "c1",
    "choices": [
        {
            "finish_reason": "tool_calls",
            "index": 0,
            "message": {
                "content": "Hi",
                "role": "assistant",
                "tool_calls": [
                    {"type": "function", "id": "A", "function": {"arguments": "{}", "name": "f"}},
                    {"type": "custom", "id": "B", "custom": {"input": "ls", "name": "sh"}},
                ],
            },
        }
    ],
    "created": 1,
    "model": "m",
    "object": "chat.completion",
    "usage": {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3},
}


def decoded(data: Any, type_: type[Any] = ChatCompletionChunk) -> Any:
    return WireDecoder(type_).decode(data if isinstance(data, bytes | str) else json.dumps(data))


# Known fields.


@pytest.mark.parametrize("type_", WIRES)
def test_everything_may_be_missing(type_: type[Wire]) -> None:
    assert decoded(b"{}", type_) == type_()


@pytest.mark.parametrize("type_", WIRES)
def test_everything_may_be_null(type_: type[Wire]) -> None:
    nulls = dict.fromkeys(set(type_.__struct_fields__) - {"unknown_fields"})
    assert decoded(nulls, type_) == construct(type_, nulls) == type_()


@pytest.mark.parametrize("data", [json.dumps(COMPLETION), json.dumps(COMPLETION).encode()])
def test_a_completion_is_read_and_written_as_it_came(data: str | bytes) -> None:
    completion = decoded(data, ChatCompletion)
    assert completion.usage == CompletionUsage(1, 2, 3)
    first, second = completion.choices[0].message.tool_calls
    assert isinstance(first, ChatCompletionMessageFunctionToolCall)
    assert isinstance(second, ChatCompletionMessageCustomToolCall)
    assert (first.type, second.type) == ("function", "custom")
    assert completion.to_dict() == COMPLETION
    assert json.loads(completion.to_json()) == COMPLETION


def test_both_ways_of_reading_lead_to_the_same() -> None:
    strict = decoded(COMPLETION, ChatCompletion)
    lenient = decoded({**COMPLETION, "vendor": 1}, ChatCompletion)
    assert lenient != strict
    assert lenient.model_extra == {"vendor": 1}
    assert lenient.to_dict() == {**strict.to_dict(), "vendor": 1}
    assert construct(ChatCompletion, COMPLETION) == strict


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_has_the_unknown_fields_too(again: Callable[[Any], Any]) -> None:
    completion = decoded({**COMPLETION, "vendor": {"a": [1]}}, ChatCompletion)
    completion.note_request_id("r1")
    assert again(completion) == completion
    assert again(completion).vendor == {"a": [1]}
    assert again(completion).request_id == "r1"
    assert again(completion).to_dict() == completion.to_dict()


@pytest.mark.parametrize("data", [b"", b"{", b'{"id": "\xff"}', b"<html>", b"{} {}"])
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        decoded(data)
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize("data", [b"[]", b"1", b'"a"', b"null", b"true"])
def test_what_is_no_object_is_a_value_error_that_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected a JSON object, got"):
        decoded(data)


def test_a_call_without_a_type_is_one_of_a_function() -> None:
    message = construct(ChatCompletionMessage, {"tool_calls": [{"function": {"name": "f"}}, {}]})
    assert message.tool_calls is not None
    assert [call.type for call in message.tool_calls] == ["function", "function"]


# Unknown fields, and values of the wrong type.


def test_unknown_fields_are_kept_at_every_level() -> None:
    data = {
        "id": "c1",
        "vendor": {"a": [1, None]},
        "usage": {
            "completion_tokens": 1,
            "prompt_tokens": 2,
            "total_tokens": 3,
            "cost": 0.1,
            "prompt_tokens_details": {"cached_tokens": 1, "images": 0},
        },
        "choices": [
            {
                "index": 0,
                "matched_stop": 7,
                "delta": {
                    "content": "a",
                    "citations": ["x"],
                    "tool_calls": [{"index": 0, "extra": 1, "function": {"name": "f", "more": 2}}],
                },
            }
        ],
    }
    chunk = decoded(data)
    assert chunk.to_dict() == data
    assert chunk.model_extra == {"vendor": {"a": [1, None]}}
    assert chunk.vendor == {"a": [1, None]}
    assert chunk.usage.cost == 0.1
    assert chunk.choices[0].matched_stop == 7
    assert chunk.choices[0].delta.citations == ["x"]
    assert chunk.choices[0].delta.tool_calls[0].function.more == 2


def test_an_unknown_field_that_is_missing_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="vendor"):
        _ = decoded(b"{}").vendor


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 7),
        ("id", {"a": 1}),
        ("created", "soon"),
        ("choices", {}),
        ("service_tier", 2),
        ("choices", "none"),
        ("usage", [1, 2, 3]),
        ("usage", "much"),
    ],
)
def test_a_value_that_does_not_fit_is_kept_as_it_came_and_logged(
    field: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="streamkit"):
        chunk = decoded({field: value})
    assert getattr(chunk, field) is None
    assert chunk.model_extra == {field: value}
    assert chunk.to_dict() == {}
    assert as_sent(chunk) == {field: value}
    kept = f"ChatCompletionChunk.{field} is a {type(value).__name__}, kept as it came"
    assert caplog.messages == [kept]


@pytest.mark.parametrize(
    ("field", "value", "fitted"),
    [
        ("created", "17", 17),
        ("created", 17.0, 17),
        ("created", 17.9, 17),
        ("created", "17.5", 17),
    ],
)
def test_a_value_that_is_nearly_of_its_type_is_made_to_fit(
    field: str, value: object, fitted: object
) -> None:
    chunk = decoded({field: value, "vendor": 1})
    assert getattr(chunk, field) == fitted


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"finish_reason": "stop"}, [ChunkChoice(finish_reason="stop")]),
        ([None, {"index": 1}, None], [ChunkChoice(index=1)]),
        ([None], []),
    ],
    ids=["an object", "nulls beside it", "a null alone"],
)
def test_an_object_for_a_list_is_a_list_of_one_and_a_null_in_a_list_adds_nothing(
    sent: object, read: list[ChunkChoice], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="streamkit"):
        chunk = decoded({"choices": sent})
    assert chunk.choices == read
    assert chunk.model_extra == {}
    assert caplog.messages == []


JSON_TEXTS: list[tuple[type[Wire], str]] = [
    (types.ChoiceDeltaToolCallFunction, "arguments"),
    (types.ChoiceDeltaFunctionCall, "arguments"),
    (types.ChoiceDeltaCustom, "input"),
    (types.Function, "arguments"),
    (types.FunctionCall, "arguments"),
    (types.Custom, "input"),
    (types.ParsedFunction, "arguments"),
    (run.Function, "arguments"),
    (tool_call.Function, "arguments"),
    (tool_call_delta.Function, "arguments"),
]


@pytest.mark.diagonal
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"cmd": "ls", "é": [1, None]}, '{"cmd":"ls","é":[1,null]}'),
        ({}, "{}"),
        ([1, 2], "[1,2]"),
        (5, "5"),
        (True, "true"),
        ('{"a": 1}', '{"a": 1}'),
        ("", ""),
    ],
)
@pytest.mark.parametrize(("type_", "name"), JSON_TEXTS, ids=[str(type_) for type_, _ in JSON_TEXTS])
def test_json_in_place_of_its_text_is_its_text(
    type_: type[Wire], name: str, sent: object, text: str
) -> None:
    wire = decoded({name: sent}, type_)
    assert getattr(wire, name) == text
    assert wire.to_dict()[name] == wire.model_dump()[name] == text
    assert wire.model_extra == {}


def test_one_misfit_does_not_spoil_its_neighbours() -> None:
    chunk = decoded({"id": "c1", "created": "soon", "choices": [{"delta": {"role": ["a"]}}]})
    assert chunk.id == "c1"
    assert chunk.choices == [ChunkChoice(delta=construct(ChoiceDelta, {"role": ["a"]}))]
    assert chunk.choices[0].delta.model_extra == {"role": ["a"]}


def test_what_is_no_object_in_a_list_of_them_is_kept_and_the_others_are_read() -> None:
    chunk = decoded({"choices": [{"index": 1}, "none", {"index": 2}]})
    assert [choice.index for choice in chunk.choices] == [1, 2]
    assert chunk.model_extra == {"choices": ["none"]}
    assert as_sent(chunk) == {"choices": [{"index": 1}, {"index": 2}, "none"]}


@pytest.mark.parametrize("given", [{"1": {}, "0": {"index": 0}}, {"0": {}, "1": {"index": "1"}}])
def test_an_object_whose_keys_are_indices_is_a_list(given: dict[str, Any]) -> None:
    assert [choice.index for choice in decoded({"choices": given}).choices] == [0, 1]


HALF = '{"choices": [{"index": 0, "delta": {"content": "a\\ud83d"}}], "vendor": "\\ude80"}'


def test_half_a_surrogate_pair_is_read() -> None:
    chunk = decoded(HALF)
    assert chunk.choices[0].delta.content == "a\ud83d"
    assert chunk.vendor == "\ude80"


def test_half_a_surrogate_pair_is_written_as_it_was_read() -> None:
    chunk = decoded(HALF)
    assert json.loads(chunk.to_json()) == json.loads(HALF)
    assert json.loads(chunk.to_json(indent=None)) == json.loads(HALF)
    assert decoded(chunk.model_dump_json(exclude_none=True)) == chunk


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["id", "choices", "usage", "created", "model", "index", "delta", "content", "tool_calls", "x"]
)
OBJECTS = st.recursive(
    st.dictionaries(FIELDS, JSON, max_size=4),
    lambda inner: st.dictionaries(FIELDS, inner | st.lists(inner, max_size=2) | JSON, max_size=4),
    max_leaves=6,
)


@given(data=OBJECTS)
def test_any_object_is_read_and_nothing_of_it_is_lost(data: dict[str, Any]) -> None:
    said = as_sent(decoded(data))
    assert said.keys() == {key for key, value in data.items() if value is not None}
    assert as_sent(decoded(said)) == said


# As plain data.


def test_to_dict_leaves_nulls_out_and_model_dump_keeps_them() -> None:
    usage = CompletionUsage(1, 2, 3)
    assert usage.to_dict() == {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3}
    nulls = {"completion_tokens_details": None, "prompt_tokens_details": None}
    assert usage.model_dump() == {**usage.to_dict(), **nulls}
    assert usage.model_dump(exclude_none=True) == usage.to_dict()


def test_nulls_in_unknown_fields_are_kept() -> None:
    chunk = decoded({"vendor": {"a": None, "b": [None]}, "nothing": None})
    assert chunk.to_dict() == {"vendor": {"a": None, "b": [None]}}


def test_json_is_indented_unless_it_is_not() -> None:
    usage = CompletionUsage(1, 2, 3)
    assert usage.to_json().startswith('{\n  "completion_tokens": 1')
    assert usage.to_json(indent=None).startswith('{"completion_tokens":1,')
    assert usage.model_dump_json().startswith('{"completion_tokens":1,')
    assert usage.model_dump_json(indent=4).startswith('{\n    "completion_tokens": 1')
    assert json.loads(usage.model_dump_json()) == usage.model_dump()
    assert json.loads(usage.model_dump_json(exclude_none=True)) == usage.to_dict()


class Birthday(BaseModel):
    day: date


class Point(msgspec.Struct):
    x: int


@pytest.mark.parametrize(
    ("parsed", "as_python", "as_json"),
    [
        (Birthday(day=date(2024, 1, 2)), {"day": date(2024, 1, 2)}, {"day": "2024-01-02"}),
        ({"day": date(2024, 1, 2)}, {"day": date(2024, 1, 2)}, {"day": "2024-01-02"}),
        ([Birthday(day=date(2024, 1, 2))], [{"day": date(2024, 1, 2)}], [{"day": "2024-01-02"}]),
        (Point(x=1), Point(x=1), {"x": 1}),
        ({1, 2}, {1, 2}, [1, 2]),
        (1 + 2j, 1 + 2j, "(1+2j)"),
    ],
)
def test_a_parsed_value_is_plain_data_too(
    parsed: object, as_python: object, as_json: object
) -> None:
    message = ParsedChatCompletionMessage(parsed=parsed)
    assert message.to_dict()["parsed"] == as_python
    assert message.to_dict(mode="json")["parsed"] == as_json
    assert json.loads(message.to_json())["parsed"] == as_json


def test_a_parsed_completion_is_a_completion() -> None:
    function = ParsedFunction(name="f", arguments="{}", parsed_arguments=Point(x=1))
    message: Any = ParsedChatCompletionMessage(
        parsed=Birthday(day=date(2024, 1, 2)),
        tool_calls=[ParsedFunctionToolCall(function=function)],
    )
    completion = ParsedChatCompletion(choices=[ParsedChoice(message=message)])
    assert isinstance(completion, ChatCompletion)
    assert isinstance(message, ChatCompletionMessage)
    assert isinstance((message.tool_calls or [])[0], ChatCompletionMessageFunctionToolCall)
    data = json.loads(completion.to_json())
    assert data["choices"][0]["message"]["parsed"] == {"day": "2024-01-02"}
    call = data["choices"][0]["message"]["tool_calls"][0]
    assert (call["type"], call["function"]["parsed_arguments"]) == ("function", {"x": 1})


def test_a_parameter_of_the_type_leaves_no_trace() -> None:
    completion = ParsedChatCompletion[Birthday](id="c1")
    assert completion.model_extra == {}
    assert completion == ParsedChatCompletion(id="c1")


def test_defaults_are_not_in_the_repr_and_not_shared() -> None:
    assert repr(CompletionUsage(total_tokens=3)) == "CompletionUsage(total_tokens=3)"
    ChatCompletion().choices.append(types.Choice())
    assert ChatCompletion().choices == []


def test_the_request_id_is_no_field() -> None:
    completion = construct(ChatCompletion, COMPLETION)
    assert completion.request_id is None
    completion.note_request_id("r1")
    assert completion.request_id == "r1"
    assert completion.to_dict() == COMPLETION
    assert completion.model_extra == {}
