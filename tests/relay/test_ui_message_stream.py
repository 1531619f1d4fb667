"""The UI message stream: what useChat of Vercel's AI SDK would show."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.relay import UIMessageEncoder
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.relay.scenes import SCENES, Scene, answered, relayed
from tests.relay.wire import data_of, objects

scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


def chunks(name: str, **options: Any) -> list[dict[str, Any]]:
    return objects(relayed(UIMessageEncoder(**options), SCENES[name]))


def types(name: str, **options: Any) -> list[str]:
    return [chunk["type"] for chunk in chunks(name, **options)]


@scenes
def test_every_piece_stands_between_a_start_and_an_end(scene: Scene) -> None:
    open_: set[tuple[str, str]] = set()
    ever: set[str] = set()
    for chunk in objects(relayed(UIMessageEncoder(), scene)):
        kind, _, step = chunk["type"].rpartition("-")
        if kind not in ("text", "reasoning"):
            continue
        key = (kind, chunk["id"])
        if step == "start":
            assert chunk["id"] not in ever
            ever.add(chunk["id"])
            open_.add(key)
        elif step == "delta":
            assert key in open_
            assert chunk["delta"]
        else:
            open_.remove(key)
    assert not open_


@scenes
def test_every_call_has_an_input_before_its_output_and_one_end(scene: Scene) -> None:
    inputs: dict[str, str] = {}
    for chunk in objects(relayed(UIMessageEncoder(), scene)):
        call = chunk.get("toolCallId", "")
        if chunk["type"] == "tool-input-start":
            assert call not in inputs
            assert chunk["toolName"]
            inputs[call] = "open"
        elif chunk["type"] in ("tool-input-available", "tool-input-error"):
            assert inputs[call] == "open"
            inputs[call] = "done"
        elif chunk["type"].startswith("tool-output"):
            assert inputs[call] == "done"
    assert "open" not in inputs.values()


@scenes
def test_steps_balance_and_one_end_comes_last(scene: Scene) -> None:
    wire = relayed(UIMessageEncoder(), scene)
    said = [chunk["type"] for chunk in objects(wire)]
    assert said[0] == "start"
    assert said.count("start") == 1
    assert said[-1] in ("finish", "abort")
    assert said.count("finish") + said.count("abort") == 1
    if said[-1] == "finish":
        assert said.count("start-step") == said.count("finish-step")
    assert data_of(wire)[-1] == "[DONE]"


@scenes
def test_the_text_is_all_there(scene: Scene) -> None:
    deltas = [
        chunk["delta"]
        for chunk in objects(relayed(UIMessageEncoder(), scene))
        if chunk["type"] == "text-delta"
    ]
    if scene.text:
        assert "".join(deltas) == scene.text


def test_reasoning_ends_where_the_answer_begins() -> None:
    said = types("reasoning, chat")
    assert said.index("reasoning-end") < said.index("text-start")


def test_text_that_goes_on_after_a_call_is_a_new_part() -> None:
    text = answered(Answer(text=["Let me ", "see"]))[:6]
    calls = answered(ANSWERS["calls"])
    more = answered(Answer(text=["Now"]))
    ids = [
        chunk["id"]
        for chunk in objects(relayed(UIMessageEncoder(), Scene([*text[:4], *calls[1:-3], *more])))
        if chunk["type"] == "text-start"
    ]
    assert ids == ["content:0", "content:0#2"]


def test_an_error_is_said_before_the_finish() -> None:
    *_, error, step, finish = chunks("an error")
    assert error == {"type": "error", "errorText": "An error occurred."}
    assert step["type"] == "finish-step"
    assert finish["finishReason"] == "error"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text, chat", "stop"),
        ("calls, chat", "tool-calls"),
        ("cut short, responses", "length"),
        ("refusal, messages", "content-filter"),
        ("a call without a name", "other"),
        ("nothing", "other"),
    ],
)
def test_finish_reasons_are_in_the_words_of_the_sdk(name: str, reason: str) -> None:
    assert chunks(name)[-1]["finishReason"] == reason


def test_a_cancellation_is_an_abort() -> None:
    assert chunks("a cancellation")[-1] == {"type": "abort", "reason": "The answer was stopped."}


def test_a_call_that_breaks_off_shows_what_had_come_of_it() -> None:
    (broken,) = [each for each in chunks("a cancelled call") if each["type"] == "tool-input-error"]
    assert broken["input"] == '{"name": "A'


def test_a_call_of_the_page_is_not_said_to_run_elsewhere() -> None:
    available = [each for each in chunks("calls, chat") if each["type"] == "tool-input-available"]
    assert [each["input"] for each in available] == [{"name": "Ada"}, {"name": "Bo"}]
    assert not any("providerExecuted" in each for each in available)


def test_calls_of_the_program_run_elsewhere_and_have_results() -> None:
    said = chunks("turns")
    available = [each for each in said if each["type"] == "tool-input-available"]
    assert all(each["providerExecuted"] for each in available)
    outputs = {each["toolCallId"]: each for each in said if each["type"].startswith("tool-output")}
    assert outputs["call_1"]["output"] == {"found": None}
    assert outputs["call_2"]["errorText"] == "An error occurred."
    assert [each["data"] for each in said if each["type"] == "data-approval"] == [
        {"toolCallId": "call_1", "toolName": "greet"}
    ]
    assert [each["type"] for each in said].count("start-step") == 2


def test_ids_that_come_again_in_a_later_turn_are_told_apart() -> None:
    starts = [each for each in chunks("turns with the same ids") if "-start" in each["type"]]
    ids = [each["toolCallId"] for each in starts if "toolCallId" in each]
    assert ids == ["call_1", "call_2", "call_1#2", "call_2#2"]


def test_a_server_s_tool_is_dynamic_and_has_its_output() -> None:
    said = [each for each in chunks("a server's tool") if "toolCallId" in each]
    assert [each["type"] for each in said] == [
        "tool-input-start",
        "tool-input-available",
        "tool-output-available",
    ]
    assert all(each["dynamic"] and each["providerExecuted"] for each in said)
    assert said[1]["input"] == {"q": "x"}
    assert said[2]["output"] == {"found": [1]}


def test_citations_are_sources() -> None:
    said = chunks("a server's tool")
    by_type = {each["type"]: each for each in said}
    assert by_type["source-url"]["url"] == "https://a.example"
    assert by_type["source-document"]["filename"] == "a.md"
    assert by_type["data-annotation"]["data"] == {"type": "odd", "n": 1}


def test_one_choice_is_relayed() -> None:
    texts = {
        choice: "".join(each.get("delta", "") for each in chunks("two choices", choice=choice))
        for choice in (0, 1)
    }
    assert texts == {0: "Yes, sir", 1: "Yes, sir"}
    ids = {each["id"] for each in chunks("two choices", choice=1) if "id" in each}
    assert ids == {"content:1"}


@pytest.mark.parametrize("name", ["turns", "a server's tool", "a custom tool", "values at paths"])
def test_of_another_choice_nothing_is_relayed(name: str) -> None:
    said = {chunk["type"] for chunk in chunks(name, choice=1)}
    assert said <= {"start", "start-step", "finish-step", "finish"}


def test_the_message_has_the_id_of_the_answer_or_one_that_is_given() -> None:
    assert chunks("text, chat")[0]["messageId"] == "c"
    assert chunks("text, chat", message_id="stored")[0]["messageId"] == "stored"
    assert "messageId" not in chunks("nothing")[0]


def test_usage_is_in_the_metadata_of_the_message() -> None:
    usage = chunks("turns")[-1]["messageMetadata"]["usage"]
    assert usage["inputTokens"] == 2 * ANSWERS["text"].usage.input_tokens


def test_whole_objects_replace_each_other_and_cost_a_few_times_their_text() -> None:
    words = [f'"{number:04}",' for number in range(500)]
    answer = Answer(text=["[", *words, '"end"]'])
    events = answered(answer, format={"type": "json_object"})
    wire = relayed(UIMessageEncoder(objects="whole"), Scene(events))
    parts = [each for each in objects(wire) if each["type"] == "data-object"]
    assert {each["id"] for each in parts} == {"object:0"}
    assert parts[0]["data"] in ([], {})
    assert len(parts[-1]["data"]) == 501
    assert len(wire) < 12 * len(answer.content)


def test_the_last_object_is_the_whole_one() -> None:
    events = answered(ANSWERS["structured"], format=Person)
    said = objects(relayed(UIMessageEncoder(objects="whole"), Scene(events)))
    parts = [each["data"] for each in said if each["type"] == "data-object"]
    assert parts[-1] == {"name": "Ada"}
    assert "text-delta" not in [each["type"] for each in said]


def test_there_are_two_ways_to_send_objects() -> None:
    with pytest.raises(ValueError, match="'text' or 'whole'"):
        UIMessageEncoder(objects="patches")  # type: ignore[arg-type]  # what is refused
