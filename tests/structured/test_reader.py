from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, field_validator

from streamkit import pydantic_function_tool
from streamkit._core.reading import NOTHING_READ
from streamkit._core.text import TextLog
from streamkit.errors import ParseError
from streamkit.families.chat.log import ChoiceLog
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import ChatCompletionMessageCustomToolCall
from tests.chat_chunks import calls, ends, run, says

if TYPE_CHECKING:
    from collections.abc import Mapping


class A(BaseModel):
    a: int


class Other(BaseModel, coerce_numbers_to_str=True):
    a: str


class Picky(BaseModel):
    a: int

    @field_validator("a")
    @classmethod
    def refuse(cls, value: int) -> int:
        try:
            return int("x" * value)
        except ValueError as error:
            raise ValueError("not this one") from error


def text_log(text: str) -> TextLog:
    log = TextLog()
    log.append(text)
    return log


def counting(seen: list[int]) -> type[BaseModel]:
    """Return a model that notes the values that it validates."""

    class Counted(BaseModel):
        a: int

        @field_validator("a")
        @classmethod
        def note(cls, value: int) -> int:
            seen.append(value)
            if value < 0:
                raise ValueError("negative")
            return value

    return Counted


def test_a_whole_text_is_read_once() -> None:
    seen: list[int] = []
    reader, text = Reader(response_format(counting(seen))), text_log('{"a": 1}')
    assert reader.content(text).value is reader.content(text).value
    assert seen == [1]


def test_a_text_that_has_grown_is_read_again() -> None:
    seen: list[int] = []
    reader, text = Reader(response_format(counting(seen))), text_log('{"a": 1}')
    reader.content(text)
    text.append(" ")
    reader.content(text)
    assert seen == [1, 1]


def test_every_reader_reads_for_itself() -> None:
    text = text_log('{"a": 1}')
    assert Reader(response_format(A)).content(text).value == A(a=1)
    assert Reader(response_format(Other)).content(text).value == Other(a="1")


def test_a_text_that_does_not_fit_is_read_once_and_its_error_raised_once() -> None:
    seen: list[int] = []
    reader, text = Reader(response_format(counting(seen))), text_log('{"a": -1}')
    first, second = reader.content(text), reader.content(text)
    assert isinstance(first.error, ParseError)
    assert (first.value, second.value, second.error) == (None, None, None)
    assert seen == [-1]


@pytest.mark.parametrize("format_", [None, {"type": "text"}])
def test_what_need_not_be_json_is_not_read(format_: Mapping[str, Any] | None) -> None:
    reader, text = Reader(response_format(format_)), text_log('{"a": 1}')
    assert reader.partial_content(text, text.length) is None
    assert reader.content(text) is NOTHING_READ


def test_json_of_no_type_is_read_for_what_it_is() -> None:
    reader = Reader(response_format({"type": "json_object"}))
    assert reader.content(text_log('{"a": 1}')).value == {"a": 1}
    for text in ('{"a": 1', '{"a": 1} x', "no"):
        outcome = reader.content(text_log(text))
        assert (outcome.value, outcome.error) == (None, None)


def test_content_that_is_still_growing_is_read_as_far_as_it_goes() -> None:
    text = text_log('{"value": [1, 2')
    assert Reader(response_format(list[int])).partial_content(text, text.length) == [1]
    assert Reader(response_format({"type": "json_object"})).partial_content(text, 11) == {
        "value": []
    }


STRICT = {"type": "function", "function": {"name": "strict", "strict": True}}
TOOLS = [pydantic_function_tool(A, name="f"), STRICT, {"type": "custom", "custom": {"name": "sh"}}]


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("f", '{"a": 1}', A(a=1)),
        ("strict", '{"a": 1}', {"a": 1}),
        ("strict", " ", {}),
        ("other", '{"a": 1}', None),
        ("sh", "ls", None),
    ],
)
def test_the_arguments_of_a_call_are_read_as_its_tool_says(
    name: str, arguments: str, value: object
) -> None:
    outcome = Reader(tools=tool_parsers(TOOLS)).arguments(name, text_log(arguments))
    assert (outcome.value, outcome.error) == (value, None)


def test_what_a_custom_tool_is_called_with_is_not_read_as_arguments() -> None:
    fragment = {"index": 0, "type": "custom", "custom": {"name": "strict", "input": "{}"}}
    machine = ChatEvents(Reader(tools=tool_parsers(TOOLS)))
    run(machine, [calls(fragment), ends("tool_calls")])
    message = machine.final().choices[0].message
    call = message.tool_calls[0] if message.tool_calls else None
    assert isinstance(call, ChatCompletionMessageCustomToolCall)
    assert call.custom.input == "{}"


@pytest.mark.parametrize(("name", "known"), [("f", {}), ("strict", {}), ("other", None)])
def test_arguments_that_are_still_growing_are_read_as_far_as_they_go(
    name: str, known: object
) -> None:
    text = text_log('{"a": 1')
    assert Reader(tools=tool_parsers(TOOLS)).partial_arguments(name, text, text.length) == known


def test_without_tools_no_arguments_are_read() -> None:
    text = text_log("{}")
    assert Reader().partial_arguments("f", text, 2) is None
    assert Reader().arguments("f", text) is NOTHING_READ


@pytest.mark.parametrize(
    ("format_", "tools", "expects"),
    [
        (None, [], False),
        ({"type": "json_object"}, [], False),
        (A, [], True),
        (None, [STRICT], True),
        (None, [{"type": "function", "function": {"name": "f"}}], False),
    ],
)
def test_an_answer_that_is_to_be_parsed_must_be_whole(
    format_: object, tools: list[Any], expects: bool
) -> None:
    assert Reader(response_format(format_), tool_parsers(tools)).expects is expects


@pytest.mark.parametrize("model", [A, Picky])
def test_a_stream_whose_content_did_not_fit_is_freed(model: type[BaseModel]) -> None:
    class Kept:
        """An object that holds the error, and that a frame of the error's traceback holds."""

        error: Exception | None = None

    def read(kept: Kept, text: str) -> None:
        machine = ChatEvents(Reader(response_format(model)))
        events: list[Any] = []
        try:
            for chunk in (says(text), ends()):
                events += machine.feed(chunk)
            events.extend(machine.close())
        except ParseError as error:
            kept.error = error

    gc.collect()
    before = logs()
    kept = Kept()
    for text in ('{"b": 1}', '{"a": 1}'):
        read(kept, text)
    assert isinstance(kept.error, ParseError)
    del kept
    gc.collect()
    assert logs() == before


def logs() -> int:
    return sum(isinstance(one, ChoiceLog) for one in gc.get_objects())
