"""The events of AG-UI: what its client would take."""

from __future__ import annotations

from typing import Any

import jsonpatch
import pytest

from streamkit.relay import AGUIEncoder
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.relay.scenes import SCENES, Scene, answered, relayed
from tests.relay.wire import data_of, objects

scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)

OPENS = {
    "TEXT_MESSAGE_START": ("messageId", "TEXT_MESSAGE_END"),
    "REASONING_START": ("messageId", "REASONING_END"),
    "REASONING_MESSAGE_START": ("messageId", "REASONING_MESSAGE_END"),
    "TOOL_CALL_START": ("toolCallId", "TOOL_CALL_END"),
    "STEP_STARTED": ("stepName", "STEP_FINISHED"),
}
PIECES = {
    "TEXT_MESSAGE_CONTENT": ("messageId", "TEXT_MESSAGE_END"),
    "REASONING_MESSAGE_CONTENT": ("messageId", "REASONING_MESSAGE_END"),
    "TOOL_CALL_ARGS": ("toolCallId", "TOOL_CALL_END"),
}


def events(name: str, **options: Any) -> list[dict[str, Any]]:
    return objects(relayed(AGUIEncoder(**options), SCENES[name]))


def of_type(name: str, type_: str, **options: Any) -> list[dict[str, Any]]:
    return [event for event in events(name, **options) if event["type"] == type_]


@scenes
def test_a_run_begins_once_ends_once_and_leaves_nothing_open(scene: Scene) -> None:
    wire = relayed(AGUIEncoder(), scene)
    said = objects(wire)
    assert said[0]["type"] == "RUN_STARTED"
    assert said[0]["protocolVersion"] == "1.0"
    ends = [event for event in said if event["type"] in ("RUN_FINISHED", "RUN_ERROR")]
    assert ends == said[-1:]
    open_: set[tuple[str, str]] = set()
    for event in said:
        if event["type"] in OPENS:
            name, end = OPENS[event["type"]]
            assert (end, event[name]) not in open_
            open_.add((end, event[name]))
        elif event["type"] in PIECES:
            name, end = PIECES[event["type"]]
            assert (end, event[name]) in open_
            assert event["delta"]
        else:
            for name in [name for name, end in OPENS.values() if end == event["type"]]:
                open_.remove((event["type"], event[name]))
    assert not open_
    assert "[DONE]" not in data_of(wire)


@scenes
def test_a_text_is_ended_before_a_call_begins(scene: Scene) -> None:
    texts = 0
    for event in objects(relayed(AGUIEncoder(), scene)):
        texts += event["type"] == "TEXT_MESSAGE_START"
        texts -= event["type"] == "TEXT_MESSAGE_END"
        assert not (event["type"] == "TOOL_CALL_START" and texts)


def test_choices_are_messages_of_their_own() -> None:
    texts: dict[str, str] = {}
    for event in of_type("two choices", "TEXT_MESSAGE_CONTENT"):
        texts[event["messageId"]] = texts.get(event["messageId"], "") + event["delta"]
    assert texts == {"c:text:0": "Yes, sir", "c:text:1": "Yes, sir"}
    finished = events("two choices")[-1]
    assert finished["result"]["finishReasons"] == {"0": "stop", "1": "stop"}


def test_the_run_has_the_ids_of_its_request() -> None:
    asked: dict[str, Any] = {"threadId": "t", "runId": "r", "state": {"count": 1}, "messages": []}
    started, *_, finished = events("text, chat", input=asked)
    assert (started["threadId"], started["runId"]) == ("t", "r")
    assert (finished["threadId"], finished["runId"]) == ("t", "r")
    without = events("text, chat")[0]
    assert (without["threadId"], without["runId"]) == ("c", "c")
    odd = events("text, chat", input={"threadId": None, "runId": 3})[0]
    assert (odd["threadId"], odd["runId"]) == ("c", "c")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("an error", "error"),
        ("a cut", "truncated"),
        ("a limit", "limit"),
        ("a cancellation", "cancelled"),
    ],
)
def test_a_run_that_fails_says_why(name: str, code: str) -> None:
    last = events(name)[-1]
    assert (last["type"], last["code"]) == ("RUN_ERROR", code)


def test_a_run_that_was_cut_short_says_so_in_its_result() -> None:
    assert events("cut short, chat")[-1]["result"] == {"finishReason": "length"}
    assert events("refusal, messages")[-1]["result"] == {"finishReason": "content_filter"}


def test_turns_are_steps_and_tools_have_results() -> None:
    steps = [event["stepName"] for event in of_type("turns", "STEP_STARTED")]
    assert steps == ["turn 1", "turn 2"]
    results = {e["toolCallId"]: e["content"] for e in of_type("turns", "TOOL_CALL_RESULT")}
    assert results == {"call_1": '{"found": null}', "call_2": "An error occurred."}
    assert of_type("turns", "RUN_FINISHED")[0]["usage"][0]["inputTokens"] == 20


def test_a_call_is_in_the_message_before_it() -> None:
    scene = Scene([*answered(ANSWERS["text"])[:5], *answered(ANSWERS["calls"])[1:]])
    said = objects(relayed(AGUIEncoder(), scene))
    started = next(event for event in said if event["type"] == "TEXT_MESSAGE_START")
    calls = [event for event in said if event["type"] == "TOOL_CALL_START"]
    assert {call["parentMessageId"] for call in calls} == {started["messageId"]}


def test_the_state_grows_by_whole_values_into_the_object() -> None:
    answer = Answer(text=['{"na', 'me": "A', 'da", "tags": ["x', '", "y"], "n": 1', "2}"])
    wire = relayed(
        AGUIEncoder(state="answer", input={"state": {"kept": True}}), Scene(answered(answer))
    )
    said = objects(wire)
    state: Any = None
    for event in said:
        if event["type"] == "STATE_SNAPSHOT":
            state = event["snapshot"]
        elif event["type"] == "STATE_DELTA":
            assert {each["op"] for each in event["delta"]} <= {"add", "replace"}
            state = jsonpatch.apply_patch(state, event["delta"])
    assert state == {"kept": True, "answer": {"name": "Ada", "tags": ["x", "y"], "n": 12}}


def test_a_state_costs_no_more_than_its_text() -> None:
    words = [f'"{"x" * 80}",' for _ in range(20)]
    answer = Answer(
        text=["[", *(word[i : i + 4] for word in words for i in range(0, 83, 4)), '""]']
    )
    patches = [
        event
        for event in objects(relayed(AGUIEncoder(state="answer"), Scene(answered(answer))))
        if event["type"] == "STATE_DELTA"
    ]
    assert len(str(patches)) < 4 * len(answer.content)


def test_what_ag_ui_has_no_event_for_is_custom() -> None:
    names = [event["name"] for event in of_type("a server's tool", "CUSTOM")]
    assert names == ["annotation"] * 3
    assert [event["name"] for event in of_type("values at paths", "CUSTOM")] == [
        "patch",
        "item.done",
        "image.partial",
    ]


def test_an_answer_that_is_parsed_by_its_type_is_text_unless_a_state_is_named() -> None:
    said = objects(relayed(AGUIEncoder(), Scene(answered(ANSWERS["structured"], format=Person))))
    assert "STATE_DELTA" not in [event["type"] for event in said]
