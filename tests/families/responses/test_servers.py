"""Streams of other servers, as they were recorded or reported, are read as they are meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import APIError, StreamTruncatedError
from tests.families.responses.hearing import Heard, hear_ours, hear_peer
from tests.families.responses.wire import (
    Event,
    answer,
    body,
    call,
    created,
    ended,
    message,
    reasoning,
)

FOLDER = Path(__file__).parents[2] / "recordings" / "responses"


class Answer(BaseModel):
    a: int


def recorded(name: str) -> bytes:
    return (FOLDER / f"{name}.sse").read_bytes()


# llama.cpp, recorded: no numbers and no indices, and few of the events with whole texts.


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("text_length", ["message"]),
        ("text_instructions", ["message"]),
        ("json_schema", ["message"]),
        ("reasoning", ["reasoning", "message"]),
        ("tool_one", ["message", "function_call"]),
        ("tools_several", ["message", "function_call", "function_call", "function_call"]),
    ],
)
def test_a_recording_of_llama_cpp_is_read(name: str, items: list[str]) -> None:
    assert isinstance(hear_peer([recorded(name)]).error, TypeError | RuntimeError)
    heard = hear_ours([recorded(name)])
    assert heard.error is None
    assert [item.type for item in heard.response.output] == items
    for kind, text in (("output_text", "text"), ("function_call_arguments", "arguments")):
        wholes = [getattr(event, text) for event in heard.of(f"{kind}.done")]
        deltas = "".join(event.delta for event in heard.of(f"{kind}.delta"))
        assert "".join(wholes) == deltas
    calls = [item for item in heard.response.output if item.type == "function_call"]
    assert len({call.call_id for call in calls}) == len(calls)
    dones = heard.of("function_call_arguments.done")
    assert [event.arguments for event in dones] == [call.arguments for call in calls]


def test_a_server_that_was_killed_cut_its_stream() -> None:
    heard = hear_ours([recorded("killed")])
    assert isinstance(heard.error, StreamTruncatedError)
    partial: Any = heard.error.partial
    assert partial.output_text == "".join(event.delta for event in heard.of("output_text.delta"))


# Others, as their users reported them.


def hello(heard: Heard) -> None:
    assert heard.error is None
    assert heard.response.output_text == "Hello"


def without_deltas(events: list[Event]) -> list[Event]:
    return [event for event in events if not event["type"].endswith(".delta")]


def only(events: list[Event], *types: str) -> list[Event]:
    return [event for event in events if event["type"].removeprefix("response.") in types]


HELLO = answer(message("Hel", "lo"))
THOUGHT = answer(reasoning("Hm"), message("Hello", index=1))

REPORTED: dict[str, bytes] = {
    "data alone, no numbers, [DONE], a model on every event (litellm)": body(
        [{**event, "model": "x"} for event in HELLO], numbered=False, end="data: [DONE]\n\n"
    ).replace(b"event: ", b": "),
    "nulls, and response_id on events of items (ogx)": body(
        [{**event, "response_id": "resp_1", "annotations": None} for event in HELLO]
    ),
    "output null in all states": body(
        [
            {**event, "response": {**event["response"], "output": None}}
            if "response" in event
            else event
            for event in HELLO
        ]
    ),
    "content null in the item": body(
        [
            {**event, "item": {**event["item"], "content": None}} if "item" in event else event
            for event in HELLO
        ]
    ),
    "only created, the text, completed (bridges)": body(
        only(HELLO, "created", "output_text.done", "completed")
    ),
    "only completed": body(only(HELLO, "completed")),
    "no deltas": body(without_deltas(HELLO)),
    "items in the last event alone": body([created(), HELLO[-1]]),
    "items in done events alone": body([created(), *only(HELLO, "output_item.done"), ended()]),
    "no done events": body([event for event in HELLO if not event["type"].endswith(".done")]),
    "a null item first": body(
        [
            HELLO[0],
            {"type": "response.output_item.added", "output_index": 0, "item": None},
            *HELLO[1:],
        ]
    ),
    "events of a newer version": body(
        [HELLO[0], {"type": "response.mood.changed", "mood": "good"}, *HELLO[1:]]
    ),
    "events without a type": body([HELLO[0], {"ping": True, "type": ...}, *HELLO[1:]]),
    "the type on the event line alone": body(HELLO).replace(
        b'"type": "response.', b'"kind": "response.'
    ),
    "strings for numbers": body(HELLO).replace(b'_index": 0', b'_index": "0"'),
    "another last event": body(
        [*HELLO[:-1], {"type": "response.done", "response": HELLO[-1]["response"]}]
    ),
    "a last event without its response": body([*HELLO[:-1], {**HELLO[-1], "response": None}]),
    "a part of a kind to come": body(
        [*HELLO[:2], {**HELLO[2], "content_index": 1, "part": {"type": "hologram"}}, *HELLO[2:]]
    ),
}


@pytest.mark.parametrize("stream", REPORTED.values(), ids=REPORTED)
def test_an_odd_stream_is_read_as_it_is_meant(stream: bytes) -> None:
    heard = hear_ours([stream])
    hello(heard)
    (done,) = heard.of("output_text.done")
    assert done.text == "Hello"


@pytest.mark.parametrize("response", [None, {}, {"status": None}, {"status": "in_progress"}])
@pytest.mark.parametrize("status", ["completed", "incomplete", "failed"])
def test_a_last_event_names_the_status_that_its_response_lacks(status: str, response: Any) -> None:
    last = {"type": f"response.{status}", "response": response}
    heard = hear_ours([body([created(metadata={"a": "b"}), *message("Hello"), last])])
    error: Any = heard.error
    whole: Any = error.partial_response if status == "failed" else heard.response
    assert (heard.events[-1].response.status, whole.status) == (status, status)
    assert (type(error) is APIError) is (status == "failed")
    assert whole.output_text == "Hello"
    assert whole.metadata == (None if response and response["status"] else {"a": "b"})


@pytest.mark.parametrize(
    "data",
    ['["it broke"]', "it broke", '"it broke"', '{"reason": "it broke"}', '{"error": "it broke"}'],
)
def test_an_event_named_error_is_one_whatever_is_in_it(data: str) -> None:
    heard = hear_ours([f"event: error\ndata: {data}\n\n".encode()])
    assert type(heard.error) is APIError
    assert "it broke" in str(heard.error)


def test_reasoning_that_comes_whole_is_in_the_response() -> None:
    """LM Studio sends `reasoning_text.done` without a delta."""
    whole = {
        "type": "response.reasoning_text.done",
        "text": "Hm",
        "item_id": "rs_9",
        "output_index": 0,
    }
    opened: Event = {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": {"id": "rs_9", "type": "reasoning", "summary": []},
    }
    heard = hear_ours([body([created(), opened, whole, *message("Hello", index=1), ended()])])
    hello(heard)
    assert heard.response.output[0].content[0].text == "Hm"


def test_a_summary_without_any_address_is_reasoning() -> None:
    deltas = [
        {"type": "response.reasoning_summary_text.delta", "delta": piece} for piece in ("H", "m")
    ]
    heard = hear_ours([body([created(), *deltas, *message("Hello", index=0), ended()])])
    hello(heard)
    summaries = [item.summary for item in heard.response.output if item.type == "reasoning"]
    assert [[part.text for part in parts] for parts in summaries] == [["Hm"]]


def test_the_encrypted_content_is_that_of_the_finished_item() -> None:
    events = [*THOUGHT]
    first = events[1]
    events[1] = {**first, "item": {**first["item"], "encrypted_content": "provisional"}}
    heard = hear_ours([body(events)])
    assert heard.response.output[0].encrypted_content == "gAAA"


def test_several_messages_are_told_apart_and_only_the_answer_is_parsed() -> None:
    stream = body(
        answer(
            message("I look it up.", id="msg_0", phase="commentary"),
            call("find", "{}", index=1),
            message('{"a": 1}', index=2, id="msg_2", phase="final_answer"),
        )
    )
    heard = hear_ours([stream], text_format=Answer)
    assert heard.error is None
    assert heard.response.output_parsed == Answer(a=1)
    assert [event.parsed for event in heard.of("output_text.delta")] == [None, {"a": 1}]
    assert [event.parsed for event in heard.of("output_text.done")] == [None, Answer(a=1)]
    assert heard.response.output_text == 'I look it up.{"a": 1}'


def test_a_whole_text_that_was_left_out_is_made_before_its_item_ends() -> None:
    events = answer(message("Hello"), call("f", "{}", index=1))
    left_out = ("response.output_text.done", "response.function_call_arguments.done")
    heard = hear_ours([body([event for event in events if event["type"] not in left_out])])
    ends = [type_ for type_ in heard.types if type_.endswith(".done")]
    assert ends == [
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "function_call_arguments.done",
        "output_item.done",
    ]
    made = [event for event in heard.events if event.sequence_number is None]
    assert [(event.item_id, event.output_index) for event in made] == [("msg_1", 0), ("fc_1", 1)]


def test_calls_that_share_an_id_are_told_apart_by_their_places() -> None:
    events = answer(
        call("f", "1", id="fc_1", call_id="same"),
        call("g", "2", index=1, id="fc_2", call_id="same"),
    )
    heard = hear_ours([body([*events[:2], *events[4:6], *events[2:4], *events[6:]])])
    assert heard.error is None
    assert [(item.name, item.arguments) for item in heard.response.output] == [
        ("f", "1"),
        ("g", "2"),
    ]
