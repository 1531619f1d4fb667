"""Fragments find their calls, case by case; another file tries every style in any order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import LimitExceededError, Limits, OpenAI
from streamkit.families.chat.accumulator import Accumulator
from streamkit.families.chat.log.tool_calls import ToolCallsLog
from streamkit.types import (
    ChatCompletionMessageFunctionToolCall,
    ChoiceDeltaToolCall,
    FunctionCall,
    construct,
)
from tests.chat_chunks import call, calls, choice, chunk, run
from tests.families.chat.test_log_call_styles import dones
from tests.http_server import ScriptedServer, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.types import ChatCompletion, ChatCompletionChunk
    from tests.families.chat.test_log_call_styles import Fragments


def custom(id: str | None, name: str | None, text: object) -> dict[str, Any]:
    """Return a fragment of a call of a custom tool; all fragments have the same index."""
    said = {name: item for name, item in {"name": name, "input": text}.items() if item is not None}
    return call(0, id=id, custom=said)


def created(client: OpenAI) -> ChatCompletion:
    return client.chat.completions.create(model="m", messages=[])


def parsed(client: OpenAI) -> ChatCompletion:
    return client.chat.completions.parse(model="m", messages=[])


CASES = [
    pytest.param(
        [[call(0, "", id="A", name="f")], [call(0, '{"a"', id="B")], [call(0, ":1}", id="B")]],
        [("A", "f", '{"a":1}')],
        id="two ids for one call",
    ),
    pytest.param(
        [[call(None, "", id="A", name="f")], [call(None, '{"a"', id="B")], [call(None, ":1}")]],
        [("A", "f", '{"a":1}')],
        id="two ids for one call, without an index",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(0, "", id="B")], [call(0, "", id="C", name="f")]],
        [("A", "f", "{}")],
        id="an id per fragment, and nothing in the last ones",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(0, "{}", id="B")]],
        [("A", "f", "{}"), ("B", "", "{}")],
        id="another id with whole arguments, and no name",
    ),
    pytest.param(
        [
            [call(0, "{}", id="A", name="f")],
            [call(0, id="B")],
            [call(0, name="f")],
            [call(0, "[]")],
        ],
        [("A", "f", "{}"), ("B", "f", "[]")],
        id="a head in fragments, all on index 0",
    ),
    pytest.param(
        [
            [call(0, "", id="A", name="f")],
            [call(0, "", id="B", name="f")],
            [call(0, "", id="C", name="f")],
            [call(0, "[1]", id="B"), call(0, "[0]", id="A"), call(0, "[2]", id="C")],
        ],
        [("A", "f", "[0]"), ("B", "f", "[1]"), ("C", "f", "[2]")],
        id="heads of one function, then their arguments by id, all on index 0",
    ),
    pytest.param(
        [[call(0, '{"a"', id="A", name="f")], [call(1, ":1}", id="A")]],
        [("A", "f", '{"a":1}')],
        id="the tail on another index, with its id",
    ),
    pytest.param(
        [[call(0, '{"a"', id="A", name="f")], [call(3, ":")], [call(7, "1}")]],
        [("A", "f", '{"a":1}')],
        id="each piece on an index of its own",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(1, "")], [call(2, " ")]],
        [("A", "f", "{} ")],
        id="nothing on new indices",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(1, "")], [call(1, "{", id="B", name="g")]],
        [("A", "f", "{}"), ("B", "g", "{")],
        id="nothing on a new index, and then a call on it",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(1, "{")], [call(1, "}", id="B", name="g")]],
        [("A", "f", "{}"), ("B", "g", "{}")],
        id="the tail before the head",
    ),
    pytest.param(
        [[call(None, "{")], [call(None, "}", id="A", name="f")]],
        [("A", "f", "{}")],
        id="the tail before the head, without an index",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(1, "{}", id="A", name="f")]],
        [("A", "f", "{}"), ("A", "f", "{}")],
        id="one id on two indices",
    ),
    pytest.param(
        [[call(0, "[1]", id="A", name="f")], [call(0, "[2]", id="A", name="f")]],
        [("A", "f", "[1]"), ("A", "f", "[2]")],
        id="one id for two whole calls",
    ),
    pytest.param(
        [[call(0, "{}", id="A", name="f")], [call(0, "}", id="A", name="f")]],
        [("A", "f", "{}}")],
        id="what begins no arguments is no call, if it repeats id and name",
    ),
    pytest.param(
        [
            [call(0, "", id="A", name="get_")],
            [call(0, "", id="A", name="wea")],
            [call(0, "", id="A", name="get_wea")],
            [call(0, "{", id="A", name="ther")],
            [call(0, "}", id="A", name="get_weather")],
        ],
        [("A", "get_weather", "{}")],
        id="a name in fragments, then repeated",
    ),
    pytest.param(
        [[call(0, "", id="A", name="get")], [call(0, "{}", name="get_it")]],
        [("A", "getget_it", "{}")],
        id="a piece of a name that begins like it",
    ),
    pytest.param(
        [[call(None, "", name="f"), call(None, "", name="g"), call(None, None, name="h")]],
        [("", "f", ""), ("", "g", ""), ("", "h", "")],
        id="neither index, id nor arguments, in one delta",
    ),
    pytest.param(
        [[call(None, "", name="f"), call(None, None, name="f")]],
        [("", "f", ""), ("", "f", "")],
        id="one function twice, with neither index, id nor arguments, in one delta",
    ),
    pytest.param(
        [[call(0, '{"a": ', id="A", name="f")], [call(0, "1}")], [call(0, '{"a": 1}')]],
        [("A", "f", '{"a": 1}')],
        id="all the arguments again",
    ),
    pytest.param(
        [[call(0, {"a": 1}, id="A", name="f")], [call(0, {"a": 1})]],
        [("A", "f", '{"a":1}')],
        id="all the arguments again, as an object",
    ),
    pytest.param(
        [[call(None, "[1]", name="f"), call(None, "[2]", name="f"), call(None, "[3]", name="g")]],
        [("", "f", "[1]"), ("", "f", "[2]"), ("", "g", "[3]")],
        id="neither index nor id, whole in one delta",
    ),
    pytest.param(
        [[call(9, "[1]", id="A", name="f")], [call(2**40, "[2]", id="B", name="f")]],
        [("A", "f", "[1]"), ("B", "f", "[2]")],
        id="indices that jump",
    ),
    pytest.param(
        [[call(0, "say", id="A", name="f")], [call(0, "{}", id="B", name="f")]],
        [("A", "f", "say"), ("B", "f", "{}")],
        id="another id after arguments that are no JSON",
    ),
    pytest.param(
        [[call(None, "say", name="f")], [call(None, "{}", name="g")]],
        [("", "f", "say"), ("", "g", "{}")],
        id="another name after arguments that are no JSON",
    ),
    pytest.param(
        [
            [call(0, {"a": {}}, id="A", name="f")],
            [call(0, [], id="B", name="f"), call(1, 5, name="g")],
        ],
        [("A", "f", '{"a":{}}'), ("B", "f", "[]"), ("", "g", "5")],
        id="arguments that are JSON and no text",
    ),
]


@pytest.mark.parametrize(("deltas", "expected"), CASES)
def test_a_fragment_goes_to_its_call(
    deltas: list[Fragments], expected: list[tuple[str, str, str]]
) -> None:
    came = [(event.tool_call_id, event.name, event.arguments) for event in dones(deltas)]
    assert came == expected


CUSTOM = [
    pytest.param(
        [custom("A", "sh", "ls"), custom(None, None, " -l"), custom("B", "sh", "pwd")],
        [("A", "sh", "ls -l"), ("B", "sh", "pwd")],
        id="another id",
    ),
    pytest.param(
        [custom(None, "sh", "ls"), custom(None, "sh", " -l"), custom(None, "py", "1")],
        [("", "sh", "ls -l"), ("", "py", "1")],
        id="another name",
    ),
    pytest.param(
        [custom("A", "s", ""), custom(None, "h", {"a": 1})],
        [("A", "sh", '{"a":1}')],
        id="a name in fragments, and an object",
    ),
]


@pytest.mark.parametrize(("fragments", "expected"), CUSTOM)
def test_a_fragment_of_a_custom_call_goes_to_its_call(
    fragments: Fragments, expected: list[tuple[str, str, str]]
) -> None:
    assert made_of([calls(each) for each in fragments]) == expected


def made_of(chunks: list[ChatCompletionChunk]) -> list[tuple[str, str, str]]:
    (answer,) = run(Accumulator(), chunks)[-1].snapshot.choices
    made = answer.message.tool_calls
    return [(each.id, each.custom.name, each.custom.input) for each in made]


def test_a_head_that_waits_has_all_it_said() -> None:
    head = {**call(0, "", id="B", name="f"), "type": "function"}
    more = {"index": 0, "function": {"arguments": "[2]", "signature": "s"}}
    chunks = [calls(call(0, "[1]", id="A", name="f")), calls(head), calls(more)]
    (answer,) = run(Accumulator(), chunks)[-1].snapshot.choices
    _, made = answer.message.tool_calls
    assert made.to_dict() == {
        "id": "B",
        "type": "function",
        "function": {"name": "f", "arguments": "[2]", "signature": "s"},
    }


def test_the_type_of_a_call_is_kept_if_it_is_neither_of_a_function_nor_custom() -> None:
    chunks = [calls({**call(0, "{}", id="A", name="f"), "type": "mcp"})]
    (answer,) = run(Accumulator(), chunks)[-1].snapshot.choices
    (made,) = answer.message.tool_calls
    assert (made.type, made.model_extra) == ("function", {"type": "mcp"})


def test_what_waits_for_arguments_has_a_limit() -> None:
    log = ToolCallsLog(Limits(tool_calls=3))
    log.append([construct(ChoiceDeltaToolCall, call(0, "{}", id="A", name="f"))])
    for number in range(100):
        log.append([construct(ChoiceDeltaToolCall, call(0, "", id=f"B{number}", name="f"))])
        log.append([construct(ChoiceDeltaToolCall, call(number, " "))])
    assert len(log._heads) == 3  # pyright: ignore[reportPrivateUsage]  # it is what is kept
    assert len(log._by_index) <= 3  # pyright: ignore[reportPrivateUsage]  # the same


def test_a_name_has_a_limit() -> None:
    log = ToolCallsLog(Limits(name_length=10))
    fragments = [
        construct(ChoiceDeltaToolCall, call(0, id="A", name=f"f{number}")) for number in range(6)
    ]
    log.append(fragments[:5])
    assert next(iter(log.marks)).name == "f0f1f2f3f4"
    with pytest.raises(LimitExceededError, match="name_length"):
        log.append(fragments[5:])


def test_a_function_call_of_the_old_kind_follows_the_same_rules() -> None:
    said = [
        {"name": "get_"},
        {"name": "weather", "arguments": {"a": 1}},
        {"name": "get_weather", "arguments": None, "signature": "s"},
    ]
    (answer,) = run(
        Accumulator(), [chunk(choice(function_call=each)) for each in (said[0], None, *said[1:])]
    )[-1].snapshot.choices
    assert answer.message.to_dict()["function_call"] == {
        "name": "get_weather",
        "arguments": '{"a":1}',
        "signature": "s",
    }


CALL = {"id": "A", "function": {"name": "f", "arguments": {"a": 1}}}


@pytest.mark.parametrize("ask", [created, parsed])
@pytest.mark.parametrize("sent", [CALL, [None, CALL], [{**CALL, "type": "function"}]])
def test_a_plain_answer_is_read_like_a_stream(
    ask: Callable[[OpenAI], ChatCompletion], sent: object
) -> None:
    said = {"role": "assistant", "tool_calls": sent, "function_call": CALL["function"]}
    body = json.dumps({"choices": [{"message": said, "finish_reason": "tool_calls"}]}).encode()
    with (
        ScriptedServer([response(body=body)]) as server,
        OpenAI(base_url=server.url, api_key="k") as client,
    ):
        message = ask(client).choices[0].message
    assert message.tool_calls is not None
    (made,) = message.tool_calls
    assert isinstance(made, ChatCompletionMessageFunctionToolCall)
    assert (made.id, made.function.name, made.function.arguments) == ("A", "f", '{"a":1}')
    assert message.function_call == FunctionCall(name="f", arguments='{"a":1}')


@pytest.mark.parametrize("index", [{}, {"index": 0}], ids=["no index", "one index for all"])
def test_each_call_of_a_plain_answer_is_one(index: dict[str, int]) -> None:
    sent = [index | call(arguments=text, id="A", name="f") for text in ("", "", "{", "say")]
    body = json.dumps({"choices": [{"message": {"tool_calls": sent}}]}).encode()
    with (
        ScriptedServer([response(body=body)]) as server,
        OpenAI(base_url=server.url, api_key="k") as client,
    ):
        made = parsed(client).choices[0].message.tool_calls or []
    assert [each.function.arguments for each in made if each.type == "function"] == [
        *("", "", "{", "say")
    ]
