"""A stream's page shows its request, timeline, calls and turns, in bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamkit.inspector.conversation import asked_of, messages_of, results_of, turn_of
from streamkit.inspector.detail import COLUMNS, detail
from streamkit.inspector.request_difference import request_differences
from streamkit.inspector.stream import Stream
from tests.inspector.recordings import ALL, ANSWERED_TOOLS, KEYS, THREE, asked, long, size

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx


def shown(recording: Any) -> dict[str, Any]:
    stream = Stream.of("1", "x", recording)
    stream.catch_up()
    return detail(stream, {})


def test_a_timeline_has_a_row_for_the_reads_and_for_each_part() -> None:
    rows = shown(THREE)["timeline"]["rows"]
    assert [row["label"] for row in rows] == ["reads", "content 1", "content", "content 2"]
    for row in rows:
        assert sum(number for _, number, _ in row["marks"]) == row["count"]
        assert [column for column, _, _ in row["marks"]] == sorted(
            column for column, _, _ in row["marks"]
        )
    assert rows[0]["done"] is None
    assert rows[1]["done"] < rows[3]["done"]


def test_a_page_is_bounded_however_long_the_stream_is(get: Callable[..., Any]) -> None:
    page = shown(long(5000))
    assert size(page) < 40_000
    assert all(len(row["marks"]) <= COLUMNS for row in page["timeline"]["rows"])
    for name in ALL:
        assert size(get(name)) < 200_000, name


def test_a_call_has_the_result_that_a_later_request_brings(get: Callable[..., Any]) -> None:
    (call,) = get("asks")["calls"]
    assert (call["name"], call["arguments"]) == ("f", "{}")
    assert call["result"] == {"text": "21 degrees", "stream": KEYS["answered"], "failed": False}
    assert [each["result"] for each in get("tools")["calls"]] == [None, None]


def test_a_request_says_its_turn_and_its_messages(get: Callable[..., Any]) -> None:
    page = get("answered")
    assert page["turn"] == 2
    assert [(each["role"], each["text"]) for each in page["request"]["messages"]] == [
        ("user", "Weather in Paris?"),
        ("assistant", ""),
        ("tool", "21 degrees"),
    ]
    assert get("asks")["turn"] == 1


USE: dict[str, Any] = {"type": "tool_use", "id": "c0", "name": "f", "input": {}}
RESULT: dict[str, Any] = {"type": "tool_result", "tool_use_id": "c0", "content": "21 degrees"}
ROUNDS: dict[str, Any] = {
    "chat": ANSWERED_TOOLS.request,
    "messages": {
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Weather in Paris?"}]},
            {"role": "assistant", "content": [USE]},
            {"role": "user", "content": [RESULT]},
        ],
    },
    "responses": {
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Weather in Paris?"}]},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c0", "output": "21 degrees"},
        ],
    },
}


@pytest.mark.parametrize("body", ROUNDS.values(), ids=[*ROUNDS])
def test_a_round_of_tools_reads_the_same_in_every_protocol(body: Any) -> None:
    assert turn_of(body) == 2
    assert asked_of(body) == "Weather in Paris?"
    assert results_of(body) == {"c0": "21 degrees"}
    *_, question, asks, result = messages_of(body)
    assert (question["role"], question["text"]) == ("user", "Weather in Paris?")
    assert asks["calls"] == [{"id": "c0", "name": "f", "arguments": "{}"}]
    assert (result["role"], result["text"], result["answers"]) == ("tool", "21 degrees", "c0")


ODD: list[Any] = [
    None,
    "text",
    [],
    {"messages": None},
    {"messages": [None, 1, "x", [], {}, {"role": 7}, {"content": 7}]},
    {"messages": [{"role": "tool", "content": {"a": 1}, "tool_call_id": None}]},
    {"messages": [{"role": "assistant", "tool_calls": [None, {"function": None}, {}]}]},
    {"messages": [{"role": "assistant", "tool_calls": {"function": []}}]},
    {"input": [{"type": "function_call", "arguments": 7}, {"type": "x_call_output"}]},
    {"input": {"a": 1}, "instructions": ["x"], "system": [{"type": "text"}]},
]


@pytest.mark.parametrize("body", ODD, ids=str)
def test_a_request_of_any_shape_can_be_shown(body: Any) -> None:
    assert isinstance(messages_of(body), list)
    assert turn_of(body) >= 1
    assert isinstance(results_of(body), dict)
    assert isinstance(asked_of(body), str)


def test_a_new_question_begins_with_its_first_turn() -> None:
    body = ANSWERED_TOOLS.request
    again = {**body, "messages": [*body["messages"], {"role": "user", "content": "And Rome?"}]}
    assert turn_of(again) == 1


def test_requests_differ_where_their_values_do() -> None:
    one = asked("Hi", stop=["a"], n=2)
    other = asked("Ho", stop=["a", "b"], temperature=True)
    assert [*request_differences(one, other)] == [
        ("$.messages[0].content", '"Hi"', '"Ho"'),
        ("$.stop[1]", "", '"b"'),
        ("$.n", "2", ""),
        ("$.temperature", "", "true"),
    ]
    assert [*request_differences(one, one)] == []
    assert [*request_differences({"a": 1}, {"a": True})] == [("$.a", "1", "true")]


def test_the_server_compares_two_requests(http: httpx.Client) -> None:
    params = {"a": KEYS["refused"], "b": KEYS["failed"]}
    found = http.get("api/differences", params=params).json()
    assert found == [["$.messages[0].content", '"Quick"', '"Hard"']]
    assert http.get("api/differences", params={"a": KEYS["tools"]}).status_code == 404
