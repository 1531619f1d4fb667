"""A message in the common vocabulary: its events, their parts, and the final answer."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import Anthropic, FinalToolCall, Usage, pydantic_message_tool
from streamkit.families.messages.common import final
from tests.http_server import Do, ScriptedServer
from tests.message_streams import (
    ASKED,
    STOP,
    call,
    cites,
    ends,
    frames,
    of_type,
    opens,
    opens_call,
    opens_text,
    opens_thought,
    run,
    says,
    signs,
    start,
    stops,
    text,
    thinks,
    types,
    whole,
    writes,
)


class City(BaseModel):
    city: str


TOOL = pydantic_message_tool(City, name="get_weather")
EVERYTHING = [
    start(),
    opens_thought(0),
    thinks("Hm", 0),
    signs("sig", 0),
    stops(0),
    *text("Hel", "lo.", index=1),
    *call("", '{"city": "Ro', 'me"}', index=2),
    *call("", "{}", index=3, name="other", id="toolu_2"),
    ends("tool_use"),
    STOP,
]


def common(events: Any, **params: Any) -> list[Any]:
    emitted, end = run(events, common=True, **params)
    assert not isinstance(end, Exception), end
    return [event for event in emitted if event.type != "chunk"]


def test_a_message_has_the_events_that_every_answer_has() -> None:
    events = common(EVERYTHING, tools=[TOOL])
    assert types(events) == [
        "usage",
        *("reasoning.delta", "reasoning.done"),
        *("content.delta", "content.delta", "content.done"),
        *("tool_calls.function.arguments.delta",) * 3,
        "tool_calls.function.arguments.done",
        *("tool_calls.function.arguments.delta",) * 2,
        "tool_calls.function.arguments.done",
        *("usage", "finish"),
    ]
    (thought,) = of_type(events, "reasoning.done")
    assert (thought.reasoning, thought.signature) == ("Hm", "sig")
    assert [event.snapshot for event in of_type(events, "content.delta")] == ["Hel", "Hello."]


def test_calls_count_from_zero_and_have_their_arguments() -> None:
    events = common(EVERYTHING, tools=[TOOL])
    pieces = of_type(events, "tool_calls.function.arguments.delta")
    assert [event.arguments_delta for event in pieces] == ["", '{"city": "Ro', 'me"}', "", "{}"]
    assert [event.parsed_arguments for event in pieces[:3]] == [
        None,
        {"city": "Ro"},
        {"city": "Rome"},
    ]
    first, second = of_type(events, "tool_calls.function.arguments.done")
    assert (first.index, first.name, first.tool_call_id) == (0, "get_weather", "toolu_1")
    assert first.parsed_arguments == City(city="Rome")
    assert (second.index, second.arguments, second.parsed_arguments) == (1, "{}", None)


def test_events_of_one_block_have_one_part() -> None:
    events = common(EVERYTHING)
    parts: dict[Any, set[str]] = {}
    for event in events:
        parts.setdefault(event.part, set()).add(event.type.split(".")[0])
    assert parts == {
        (0,): {"reasoning"},
        (1,): {"content"},
        (2,): {"tool_calls"},
        (3,): {"tool_calls"},
        (): {"usage", "finish"},
    }


def test_each_event_leads_to_that_of_the_package() -> None:
    emitted, _ = run(EVERYTHING, common=True)
    for event in emitted:
        assert event.raw.type != event.type
    assert of_type(emitted, "content.delta")[0].raw.text == "Hel"
    assert of_type(emitted, "finish")[0].raw.message.stop_reason == "tool_use"


@pytest.mark.parametrize("cut", [None, 1, 10_000])
def test_a_chunk_has_the_message_as_it_was(cut: int | None) -> None:
    emitted, _ = run(EVERYTHING, cut, common=True)
    chunks = of_type(emitted, "chunk")
    texts = [[getattr(block, "text", "") for block in chunk.snapshot.content] for chunk in chunks]
    assert texts[6:8] == [["", "Hel"], ["", "Hello."]]
    assert [len(text) for text in texts][:3] == [0, 1, 1]
    assert chunks[-1].snapshot.stop_reason == "tool_use"
    assert chunks[-3].snapshot.stop_reason is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause"),
        ("compaction", "pause"),
        ("newest", "newest"),
    ],
)
def test_a_stop_reason_is_given_in_common_words_and_in_its_own(raw: str, reason: str) -> None:
    finish = common(whole(*text("Hi"), reason=raw))[-1]
    assert (finish.type, finish.reason, finish.raw_reason) == ("finish", reason, raw)


def test_a_finish_comes_once_and_after_all_that_is_done() -> None:
    stream = [start(), opens_text(), says("Hi"), ends(), ends(None), ends("max_tokens"), STOP]
    assert types(common(stream))[-2:] == ["content.done", "finish"]


def test_a_cut_stream_has_no_finish() -> None:
    emitted, error = run([start(), opens_text(), says("Hi")], common=True)
    assert isinstance(error, Exception)
    assert not of_type(emitted, "finish")


def test_a_refusal_is_a_reason_with_an_explanation() -> None:
    details = {"type": "refusal", "explanation": "No.", "category": None}
    events = common([start(), *text("I"), ends("refusal", stop_details=details), STOP])
    assert types(events)[-2:] == ["refusal.done", "finish"]
    assert events[-2].refusal == "No."


def test_usage_is_counted_as_in_every_protocol() -> None:
    begun = {
        "input_tokens": 5,
        "cache_read_input_tokens": 3,
        "cache_creation_input_tokens": 2,
        "output_tokens": 1,
    }
    ended = {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}
    events = common([start(usage=begun), *text("Hi"), ends(usage=ended), STOP])
    assert [event.usage for event in of_type(events, "usage")] == [
        Usage(input_tokens=10, cached_tokens=3, output_tokens=1),
        Usage(input_tokens=10, cached_tokens=3, output_tokens=9, reasoning_tokens=4),
    ]


def test_usage_that_says_nothing_new_is_no_event() -> None:
    events = common([start(usage={}), *text("Hi"), ends(usage={"output_tokens": None}), STOP])
    assert not of_type(events, "usage")


@pytest.mark.parametrize("pieces", [[], [""]], ids=["no delta", "an empty one"])
def test_a_call_without_arguments_has_empty_ones(pieces: list[str]) -> None:
    events = common(whole(*call(*pieces)))
    done = of_type(events, "tool_calls.function.arguments.done")[0]
    assert done.arguments == "{}"


def test_arguments_that_came_as_an_object_are_a_piece_of_their_own() -> None:
    events = common(whole(opens_call(input={"city": "Rome"}), stops()), tools=[TOOL])
    pieces = of_type(events, "tool_calls.function.arguments.delta")
    assert [event.arguments_delta for event in pieces] == ["", '{"city":"Rome"}']
    done = of_type(events, "tool_calls.function.arguments.done")[0]
    assert (done.arguments, done.parsed_arguments) == ('{"city":"Rome"}', City(city="Rome"))


def test_a_tool_of_the_server_is_done_with_its_result() -> None:
    use: Any = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    page = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [page]}
    events = common(
        whole(
            *(opens(use), writes('{"query": "x"}'), stops(), opens(found, 1), stops(1)),
            *(opens_text(2), says("Rain.", 2), cites("rain", 2), stops(2)),
        )
    )
    pieces = of_type(events, "server_tool.delta")
    assert [(event.kind, event.input) for event in pieces] == [
        ("web_search", ""),
        ("web_search", '{"query": "x"}'),
    ]
    (done,) = of_type(events, "server_tool.done")
    assert (done.tool_call_id, done.input, done.output) == ("s1", '{"query": "x"}', [page])
    assert done.part == pieces[0].part
    (note,) = of_type(events, "annotation")
    assert (note.annotation.cited_text, note.part) == ("rain", (2,))


def test_a_redacted_thought_is_encrypted() -> None:
    events = common(whole(opens({"type": "redacted_thinking", "data": "xyz"}), stops()))
    (done,) = of_type(events, "reasoning.done")
    assert (done.reasoning, done.encrypted) == ("", "xyz")


def test_the_final_answer_has_all_in_common_words() -> None:
    _, message = run(EVERYTHING, tools=[TOOL])
    answer = final(message)
    assert (answer.text, answer.reasoning, answer.refusal) == ("Hello.", "Hm", "")
    assert answer.tool_calls == [
        FinalToolCall("toolu_1", "get_weather", '{"city": "Rome"}', City(city="Rome")),
        FinalToolCall("toolu_2", "other", "{}", {}),
    ]
    assert (answer.usage, answer.reason) == (Usage(5, 0, 7), "tool_calls")
    assert answer.raw == message


def test_a_stream_has_both_vocabularies() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    observed: list[Any] = []
    with ScriptedServer([head + frames(EVERYTHING), Do.HANG_UP]) as server:
        with Anthropic(api_key="any", base_url=server.url.removesuffix("/v1")) as client:
            client.messages.observe(**ASKED).subscribe(observed.append)
            with client.messages.stream(**ASKED) as stream:
                iterated = [*stream.common]
                assert stream.get_final().text == "Hello."
    assert iterated == observed
    assert types(event for event in iterated if event.type != "chunk") == types(common(EVERYTHING))
