"""The events of a response in the vocabulary of all protocols."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import StreamkitError, Usage, pydantic_function_tool
from streamkit.events import Event
from tests.differential.listening import CLIENT, OURS
from tests.families.responses.documented import STREAMS
from tests.families.responses.wire import answer, body, call, created, ended, message, reasoning


class Find(BaseModel):
    name: str


ASKED: Any = {"model": "m", "input": "x", "tools": [pydantic_function_tool(Find)]}


def observed(*pieces: bytes, **params: Any) -> list[Any]:
    """Return the common events besides the chunks."""
    events: list[Any] = []
    errors: list[Exception] = []
    with OURS.saying(pieces):
        CLIENT.responses.observe(**ASKED, **params).subscribe(events.append, errors.append)
    assert all(isinstance(error, StreamkitError) for error in errors)
    return [event for event in events if event.type != "chunk"]


def types(stream: list[Any]) -> list[str]:
    return [event.type for event in observed(body(stream))]


END = ["finish", "usage"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", ["content.delta"] * 3 + ["content.done", *END]),
        ("refusal", ["refusal.delta"] * 2 + ["refusal.done", *END]),
        (
            "reasoning, then text",
            ["reasoning.delta"] * 2
            + ["reasoning.done", "reasoning.done"]
            + ["content.delta"] * 2
            + ["content.done", *END],
        ),
        (
            "a function call",
            ["tool_calls.function.arguments.delta"] * 3
            + ["tool_calls.function.arguments.done", *END],
        ),
        (
            "a custom tool",
            ["tool_calls.custom.input.delta"] * 3 + ["tool_calls.custom.input.done", *END],
        ),
        (
            "web search with a citation",
            ["server_tool.delta"] * 4
            + ["server_tool.done", "content.delta", "annotation", "content.done", *END],
        ),
        (
            "code interpreter",
            ["server_tool.delta"] * 6 + ["server_tool.done", "content.delta", "content.done", *END],
        ),
        (
            "mcp",
            ["server_tool.delta"] * 5 + ["server_tool.done", "content.delta", "content.done", *END],
        ),
        (
            "an image",
            ["server_tool.delta"] * 3
            + ["image.partial", "server_tool.delta", "server_tool.done", *END],
        ),
    ],
)
def test_a_stream_has_these_common_events(name: str, expected: list[str]) -> None:
    assert types(STREAMS[name]) == expected


def test_a_text_that_no_delta_showed_is_shown_before_it_is_whole() -> None:
    events = [e for e in answer(message("Hello")) if not e["type"].endswith("delta")]
    delta, done, *_ = observed(body(events))
    assert (delta.type, delta.delta, delta.snapshot) == ("content.delta", "Hello", "Hello")
    assert (done.type, done.content) == ("content.done", "Hello")


def test_each_text_of_an_answer_has_its_part_and_its_phase() -> None:
    events = observed(body(STREAMS["comment, call, answer"]))
    contents = [event for event in events if event.type.startswith("content")]
    assert [event.phase for event in contents if event.type == "content.done"] == [
        "commentary",
        "final_answer",
    ]
    parts = [event.part for event in contents]
    assert parts[0] == parts[1] != parts[2] == parts[3]
    assert {event.choice_index for event in contents} == {0}


def test_calls_count_from_0_and_have_the_id_that_their_output_names() -> None:
    deltas = [
        event
        for event in observed(body(STREAMS["calls that alternate"]))
        if event.type == "tool_calls.function.arguments.delta"
    ]
    said = {(event.index, event.tool_call_id, event.name) for event in deltas}
    assert said == {(0, "call_1", "Find"), (1, "call_2", "Find")}
    first = [event for event in deltas if event.index == 0]
    assert [event.parsed_arguments for event in first] == [None, {}, {"name": "A"}]


def test_reasoning_says_whether_it_is_a_summary_and_brings_what_only_the_server_reads() -> None:
    events = [e for e in observed(body(answer(reasoning("Hm")))) if e.type.startswith("reasoning")]
    assert [event.kind for event in events[:2]] == ["summary", "summary"]
    assert (events[1].reasoning, events[2].encrypted) == ("Hm", "gAAA")
    (delta, *_) = observed(body(STREAMS["open reasoning"]))
    assert delta.kind == "text"


def test_a_tool_of_the_server_shows_its_input_and_its_output() -> None:
    (done,) = [e for e in observed(body(STREAMS["mcp"])) if e.type == "server_tool.done"]
    assert (done.kind, done.name, done.status) == ("mcp", "ask", "completed")
    assert (done.input, done.output) == ('{"q":1}', "42")
    deltas = [e for e in observed(body(STREAMS["mcp"])) if e.type == "server_tool.delta"]
    assert [event.input for event in deltas] == ["", "", '{"q":', '{"q":1}', '{"q":1}']
    assert [event.status for event in deltas] == ["in_progress", "in_progress", "", "", "completed"]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (ended("completed"), ("stop", "completed")),
        (
            ended("completed", call("Find", '{"name": "A"}')[-1]["item"]),
            ("tool_calls", "completed"),
        ),
        *(
            (ended("incomplete", incomplete_details={"reason": raw}), (common, raw))
            for raw, common in {
                "max_output_tokens": "length",
                "max_messages": "length",
                "content_filter": "content_filter",
                "steered": "cancelled",
                "something_new": "something_new",
            }.items()
        ),
    ],
)
def test_the_reason_of_the_end_is_common(last: Any, reason: tuple[str, str]) -> None:
    finish = next(event for event in observed(body([created(), last])) if event.type == "finish")
    assert (finish.reason, finish.raw_reason) == reason


@pytest.mark.parametrize(
    "stream",
    [[created(), ended("failed")], [created(), *message("Hi")[:3]]],
    ids=["failed", "cut"],
)
def test_an_answer_that_is_not_whole_has_no_finish(stream: list[Any]) -> None:
    assert "finish" not in types(stream)


def test_usage_is_counted_as_for_every_protocol() -> None:
    usage = observed(body(STREAMS["text"]))[-1]
    assert usage.usage == Usage(9, 4, 7, 2)


def test_log_probabilities_have_events() -> None:
    token = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}
    events = answer(message("Hi"))
    for event in events:
        if event["type"].startswith("response.output_text"):
            event["logprobs"] = [token]
    _, delta, _, done, *_ = observed(body(events))
    assert (delta.type, done.type) == ("logprobs.content.delta", "logprobs.content.done")
    assert delta.content[0].token == done.content[0].token == "Hi"


@pytest.mark.parametrize("name", STREAMS)
def test_both_faces_of_a_stream_are_of_one_log(name: str) -> None:
    data = body(STREAMS[name])
    pieces = [data[at : at + 50] for at in range(0, len(data), 50)]
    with OURS.saying(pieces), CLIENT.responses.stream(**ASKED) as stream:
        common: list[Event] = [*stream.common]
        final = stream.get_final()
    seen = [event for event in common if event.type != "chunk"]  # type: ignore[attr-defined]  # every kind has one
    assert seen == observed(data)
    raw = {id(event.raw) for event in common}  # type: ignore[attr-defined]  # as above
    assert len(raw) >= len(STREAMS[name])
    assert final.text == final.raw.output_text


def test_the_final_answer_is_in_the_words_of_all_protocols() -> None:
    stream = body(
        answer(reasoning("Hm"), message("So", index=1), call("Find", '{"name": "Ada"}', index=2))
    )
    with OURS.saying([stream]), CLIENT.responses.stream(**ASKED) as opened:
        final = opened.get_final()
    assert (final.text, final.reasoning, final.refusal, final.reason) == (
        "So",
        "Hm",
        "",
        "tool_calls",
    )
    (found,) = final.tool_calls
    assert (found.id, found.name, found.parsed_arguments) == ("call_1", "Find", Find(name="Ada"))
    assert final.usage == Usage(9, 4, 7, 2)
