"""Attributes and plain data agree on any JSON that came in the place of a known field."""

from __future__ import annotations

import copy
import functools
import importlib
import inspect
import json
import pickle
import pkgutil
from typing import TYPE_CHECKING, Any, cast, get_origin

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import streamkit.types
from streamkit import OpenAIError
from streamkit._core.wire import plain
from streamkit.events import ContentDeltaEvent, ReasoningDeltaEvent, RefusalDeltaEvent
from streamkit.families.chat.call import CompletionCall
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk, ChoiceDelta, Wire, WireDecoder, construct

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(streamkit.types.__path__, "streamkit.types.")
]
WIRES = sorted(
    {
        member
        for module in MODULES
        for member in vars(module).values()
        if inspect.isclass(member) and issubclass(member, Wire)
    },
    key=lambda type_: (type_.__module__, type_.__qualname__),
)
TAKEN = [
    *("to_dict", "to_json", "copy", "model_extra", "unknown_fields", "normalized", "request_id"),
    *("_request_id", "__class__", "__dict__", "__copy__", "__deepcopy__", "__orig_class__"),
]
PARTS = ["type", "text", "thinking", "value", "refusal", "content", "index", "0", "1"]


def fields_of(type_: type[Wire]) -> list[str]:
    """Return the names of the fields that come from the server."""
    ours = {"unknown_fields", *type_._unsent}  # pyright: ignore[reportPrivateUsage] - what `Wire` hides
    return [name for name in type_.__struct_fields__ if name not in ours and name[0] != "_"]


NAMES = sorted({name for type_ in WIRES for name in fields_of(type_)} | {*TAKEN, *PARTS})

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "0", "a", "text", "function", "2.5"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=8,
)


def objects(type_: type[Wire]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of objects with the fields of a type; each field may hold any JSON."""
    tag = type_.__struct_config__.tag_field
    names = [*fields_of(type_), *TAKEN, "vendor", *([tag] if tag else ())]
    return st.dictionaries(st.sampled_from(names), JSON, max_size=6)


def wires_in(value: Any) -> Iterator[Wire]:
    """Yield all wire types in a value, from the value itself down."""
    if isinstance(value, Wire):
        yield value
        value = [getattr(value, name) for name in fields_of(type(value))]
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from wires_in(item)


def assert_one_truth(whole: Any) -> None:
    for wire in wires_in(whole):
        said, dumped = wire.to_dict(), wire.model_dump()
        assert json.loads(wire.to_json()) == wire.to_dict(mode="json")
        assert json.loads(wire.model_dump_json()) == wire.model_dump(mode="json")
        known = fields_of(type(wire))
        for name in known:
            value = getattr(wire, name)
            assert dumped[name] == plain(value)
            assert said.get(name) == plain(value, drop_none=True)
            assert (name in said) == (value is not None)
            assert has_its_type(wire, name), (type(wire), name, value)
        tag = wire.__struct_config__.tag_field
        for name in said.keys() - {*known, tag}:
            assert said[name] == dumped[name] == wire.model_extra[name]
            assert name in dir(type(wire)) or name in TAKEN or getattr(wire, name) == said[name]
        assert callable(wire.to_dict)


def has_its_type(wire: Wire, name: str) -> bool:
    """Return whether a field holds a value of its declared type; deeper levels are not checked."""
    value = getattr(wire, name)
    if any(wires_in(value)):
        return True
    wanted = types_of(type(wire))[name]
    if isinstance(wanted, type) or get_origin(wanted):
        msgspec.convert(value, wanted)
    return True


@functools.cache  # msgspec evaluates every annotation each time
def types_of(type_: type[Wire]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(type_)}


@given(type_=st.sampled_from(WIRES), data=st.data())
def test_what_came_for_a_known_field_has_one_truth(type_: type[Wire], data: st.DataObject) -> None:
    came = data.draw(objects(type_))
    wire = WireDecoder(type_).decode(json.dumps(came))
    assert_one_truth(wire)
    for again in (copy.copy(wire), copy.deepcopy(wire), pickle.loads(pickle.dumps(wire))):
        assert again == wire
        assert again.model_extra == wire.model_extra
        assert_one_truth(again)


DELTAS = st.lists(objects(ChoiceDelta), min_size=1, max_size=4)


@given(deltas=DELTAS)
def test_a_stream_of_anything_has_one_truth(deltas: list[dict[str, Any]]) -> None:
    machine = ChatEvents(Reader())
    events = [
        event
        for delta in deltas
        for event in machine.feed(construct(ChatCompletionChunk, {"choices": [{"delta": delta}]}))
    ]
    events += machine.close()
    for event in events:
        if event.type == "chunk":
            assert_one_truth(event.chunk)
            assert_one_truth(event.snapshot)
    whole = machine.final()
    assert_one_truth(whole)
    message = whole.choices[0].message
    texts = {"content": "", "refusal": "", "reasoning": ""}
    for event in events:
        if isinstance(event, ContentDeltaEvent | RefusalDeltaEvent | ReasoningDeltaEvent):
            texts[event.type.removesuffix(".delta")] += event.delta
    assert texts["content"] == (message.content or "")
    assert texts["refusal"] == (message.refusal or "")
    assert texts["reasoning"] in {message.reasoning_content or "", message.reasoning or ""}


@given(message=objects(streamkit.types.ChatCompletionMessage))
def test_a_plain_answer_of_anything_has_one_truth(message: dict[str, Any]) -> None:
    body = json.dumps({"choices": [{"message": message}]}).encode()
    response = httpx.Response(200, content=body)
    call = CompletionCall({"model": "m", "messages": []}, stream=False)
    created = call.plain(response)
    assert_one_truth(created)
    try:
        parsed = call.parsed(response)
    except OpenAIError:
        return
    assert_one_truth(parsed)
    mine, theirs = created.choices[0].message, parsed.choices[0].message
    assert (mine.content, mine.refusal) == (theirs.content, theirs.refusal)


@pytest.mark.parametrize("name", TAKEN)
def test_a_field_that_has_the_name_of_a_method_is_kept_and_shadows_nothing(name: str) -> None:
    chunk = WireDecoder(ChatCompletionChunk).decode(json.dumps({name: "x", "vendor": 1}))
    assert chunk.model_extra == {name: "x", "vendor": 1}
    assert chunk.to_dict() == {name: "x", "vendor": 1}
    assert chunk.request_id is None
    assert copy.deepcopy(chunk) == chunk
