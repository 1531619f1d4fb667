"""The events of a streamed message: what they say, when, and as of which moment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import LimitExceededError, Limits, PartialObject, pydantic_message_tool
from streamkit._http.request import encoded
from streamkit.families.messages.call import MessageCall
from tests.message_streams import (
    ASKED,
    PING,
    STOP,
    call,
    cites,
    delta,
    ends,
    frames,
    of_type,
    opens,
    opens_call,
    opens_text,
    opens_thought,
    plain,
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

RECORDINGS = sorted((Path(__file__).parents[2] / "recordings" / "anthropic").glob("*.sse"))


class City(BaseModel):
    city: str
    days: int


EVERYTHING = [
    start(),
    PING,
    opens_thought(0),
    thinks("Hm", 0),
    thinks("m.", 0),
    signs("sig", 0),
    stops(0),
    opens_text(1),
    says("Look", 1),
    cites("a source", 1),
    says("ing.", 1),
    stops(1),
    *call("", '{"city": "Par', 'is", "days": 2}', index=2),
    ends("tool_use"),
    STOP,
]


def test_each_event_of_the_wire_comes_first_and_then_what_follows_from_it() -> None:
    events, _ = run(EVERYTHING)
    assert types(events) == [
        "message_start",
        "content_block_start",
        *("content_block_delta", "thinking") * 2,
        *("content_block_delta", "signature"),
        "content_block_stop",
        "content_block_start",
        *("content_block_delta", "text"),
        *("content_block_delta", "citation"),
        *("content_block_delta", "text"),
        "content_block_stop",
        "content_block_start",
        *("content_block_delta", "input_json") * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_an_event_says_what_was_true_when_it_was_emitted() -> None:
    events, _ = run(EVERYTHING)
    assert [event.snapshot for event in of_type(events, "text")] == ["Look", "Looking."]
    assert [event.snapshot for event in of_type(events, "thinking")] == ["Hm", "Hmm."]
    assert [len(event.snapshot) for event in of_type(events, "citation")] == [1]
    inputs = of_type(events, "input_json")
    assert [event.snapshot for event in inputs] == [{}, {}, {"city": "Paris", "days": 2}]
    assert [event.parsed for event in inputs][1] == {"city": "Par"}
    assert isinstance(inputs[1].parsed, PartialObject)


def test_a_derived_event_says_which_block_and_which_call_it_is_about() -> None:
    events, _ = run(EVERYTHING)
    (first, *_) = of_type(events, "input_json")
    assert (first.index, first.name, first.id) == (2, "get_weather", "toolu_1")
    assert {event.index for event in of_type(events, "text")} == {1}
    (signature,) = of_type(events, "signature")
    assert (signature.index, signature.signature) == (0, "sig")


def test_the_message_has_all_blocks_as_they_ended() -> None:
    events, message = run(EVERYTHING)
    assert of_type(events, "message_stop")[0].message == message
    assert [event.content_block for event in of_type(events, "content_block_stop")] == (
        message.content
    )
    thought, said, used = message.content
    assert (thought.thinking, thought.signature) == ("Hmm.", "sig")
    assert (said.text, said.citations[0].cited_text) == ("Looking.", "a source")
    assert (used.name, used.input) == ("get_weather", {"city": "Paris", "days": 2})
    assert (message.stop_reason, message.usage.output_tokens) == ("tool_use", 7)


@pytest.mark.parametrize("cut", [1, 2, 7, 64, 1000])
def test_the_events_do_not_depend_on_the_cut_of_the_bytes(cut: int) -> None:
    expected, message = run(EVERYTHING)
    events, again = run(EVERYTHING, cut)
    assert [*map(plain, events)] == [*map(plain, expected)]
    assert again == message


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("cut", [3, 500])
def test_a_recorded_stream_does_not_depend_on_its_cut_either(path: Path, cut: int) -> None:
    body = path.read_bytes()
    expected, message = run(body)
    events, again = run(body, cut)
    assert [*map(plain, events)] == [*map(plain, expected)]
    assert again == message
    assert "".join(event.text for event in of_type(events, "text")) == "".join(
        block.text for block in message.content if block.type == "text"
    )


def test_names_of_events_are_not_needed() -> None:
    named, message = run(frames(EVERYTHING))
    events, again = run(frames(EVERYTHING, named=False))
    assert [*map(plain, events)] == [*map(plain, named)]
    assert again == message


def test_text_and_calls_are_parsed_as_they_grow_and_as_a_whole() -> None:
    stream = whole(*text('{"city": "Par', 'is", "days": 2}'), reason="end_turn")
    events, message = run(stream, output_format=City)
    assert [event.parsed for event in of_type(events, "text")] == [
        {"city": "Par"},
        {"city": "Paris", "days": 2},
    ]
    assert message.parsed_output == City(city="Paris", days=2)
    tool = pydantic_message_tool(City, name="get_weather")
    _, message = run(EVERYTHING, tools=[tool])
    assert message.content[2].parsed_input == City(city="Paris", days=2)


def test_any_text_has_a_parsed_snapshot() -> None:
    events, _ = run(whole(*text('{"a": [1, ', "2]}", "!")))
    assert [event.parsed_snapshot() for event in of_type(events, "text")] == [
        {"a": [1]},
        {"a": [1, 2]},
        {"a": [1, 2]},
    ]
    assert [event.parsed for event in of_type(events, "text")] == [None] * 3


def test_text_that_stands_in_the_start_of_its_block_is_emitted() -> None:
    stream = whole(opens_text(text="Hi"), says("!"), stops())
    events, message = run(stream)
    assert [event.text for event in of_type(events, "text")] == ["Hi", "!"]
    assert message.content[0].text == "Hi!"


def test_unknown_events_deltas_and_blocks_pass_and_are_in_the_message() -> None:
    news = {"type": "message_mood", "mood": "good"}
    block = {"type": "hologram", "size": 3}
    stream = whole(news, opens(block), delta({"type": "turn_delta", "by": 90}), stops())
    events, message = run(stream)
    assert (events[1].type, events[1].mood) == ("message_mood", "good")
    assert events[3].delta.by == 90
    assert message.content[0].to_dict() == block
    assert message.to_dict()["content"] == [block]


def test_an_unknown_block_takes_text_and_has_no_text_events() -> None:
    stream = whole(opens({"type": "aside", "text": ""}), says("psst"), stops())
    events, message = run(stream)
    assert of_type(events, "text") == []
    assert message.content[0].text == "psst"


def test_unknown_fields_of_the_message_are_kept_and_later_ones_win() -> None:
    usage = {"output_tokens": 9, "input_tokens": None, "iterations": [1]}
    stream = [start(mood="a", usage=USAGE_OF), *text("x"), ends(usage=usage), STOP]
    _, message = run(stream)
    assert message.mood == "a"
    assert message.usage.iterations == [1]
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens) == (3, 4)
    assert message.usage.output_tokens == 9


USAGE_OF = {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 1}


def test_a_server_tool_and_its_result_are_blocks() -> None:
    use: Any = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    page = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [page]}
    failed = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    lost = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": failed}
    ran = {"type": "bash_code_execution_result", "stdout": "hi", "return_code": 0}
    shell = {"type": "bash_code_execution_tool_result", "tool_use_id": "s1", "content": ran}
    blocks = [opens(block, at) for at, block in enumerate([use, found, lost, shell])]
    stream = whole(*blocks, writes('{"query": "x"}', 0), *(stops(at) for at in range(4)))
    events, message = run(stream)
    assert of_type(events, "input_json")[0].snapshot == {"query": "x"}
    used, pages, error, output = message.content
    assert (used.input, pages.content[0].url) == ({"query": "x"}, "u")
    assert error.content.error_code == "unavailable"
    assert (output.content.stdout, output.to_dict()["content"]) == ("hi", ran)


def test_a_compaction_is_replaced_as_a_whole() -> None:
    block = opens({"type": "compaction", "content": None})
    change = delta({"type": "compaction_delta", "content": "short", "encrypted_content": "x"})
    events, message = run(whole(block, change, stops()))
    assert of_type(events, "compaction")[0].content == "short"
    assert message.content[0].content == "short"


def test_blocks_may_be_open_at_once() -> None:
    stream = whole(opens_text(1), opens_call(0), says("a", 1), writes("{}", 0), says("b", 1))
    events, message = run(stream)
    assert [block.type for block in message.content] == ["text", "tool_use"]
    assert message.content[0].text == "ab"
    ended = ["content_block_stop", "content_block_stop", "message_stop"]
    assert types(events)[-3:] == ended  # nobody sent the first two


def test_pieces_since_an_earlier_event_are_joined() -> None:
    events, _ = run(whole(*text("a", "b", "c")))
    first, _, last = of_type(events, "text")
    assert last.since(first).text == "abc"


def test_the_number_of_blocks_is_limited() -> None:
    asked = MessageCall(ASKED, stream=True)
    pipeline = asked.streamed().pipelines(Limits(parts=2))()
    stream = frames([start(), *(opens_text(at) for at in range(3))])
    with pytest.raises(LimitExceededError) as caught:
        list(pipeline.read(stream))
    assert caught.value.limit == "parts"


def test_an_answer_may_be_sent_back_as_it_is() -> None:
    _, message = run(EVERYTHING, output_format=dict[str, Any])
    again = MessageCall({**ASKED, "messages": [message, *ASKED["messages"]]}, stream=False)
    sent = json.loads(encoded(again.request) or b"")
    thought, said, used = sent["messages"][0]["content"]
    assert thought == {"type": "thinking", "thinking": "Hmm.", "signature": "sig"}
    assert said.keys() == {"type", "text", "citations"}
    assert used == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "get_weather",
        "input": {"city": "Paris", "days": 2},
    }
