"""The defects of the ``anthropic`` package, by number: what it does, and what is right.

A test that fails on the package's side has found a defect that was mended: compare anew.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import (
    APIResponseValidationError,
    LengthFinishReasonError,
    OverloadedError,
    ParseError,
    StreamDecodeError,
    StreamTruncatedError,
    pydantic_message_tool,
)
from streamkit.errors import ContentFilterFinishReasonError
from tests.message_peer import peer_run
from tests.message_streams import (
    STOP,
    call,
    cites,
    ends,
    frames,
    of_type,
    opens,
    opens_call,
    opens_text,
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


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def test_n01_a_stream_without_its_end_is_cut() -> None:
    stream = [start(), opens_text(), says("Hel")]
    _, message = peer_run(stream)
    assert (message.content[0].text, message.stop_reason) == ("Hel", None)
    _, error = run(stream)
    assert isinstance(error, StreamTruncatedError)
    partial: Any = error.partial
    assert partial.content[0].text == "Hel"


def test_n01_a_stop_reason_is_end_enough() -> None:
    events, message = run([start(), *text("Hi"), ends()])
    assert (message.stop_reason, types(events)[-1]) == ("end_turn", "message_stop")


@pytest.mark.parametrize(
    ("body", "quote"),
    [(b"", "empty"), (b"<html>no</html>", "<html>"), (b'{"answer": 42}', "42")],
    ids=["empty", "HTML", "JSON"],
)
def test_n02_a_body_that_is_no_stream_is_quoted(body: bytes, quote: str) -> None:
    _, failure = peer_run(body)
    assert (type(failure), str(failure)) == (AssertionError, "")
    _, error = run(body)
    assert isinstance(error, StreamDecodeError | APIResponseValidationError | StreamTruncatedError)
    assert quote in str(error)


def test_n03_records_without_a_name_are_read() -> None:
    stream = whole(*text("Hi"))
    _, failure = peer_run(frames(stream, named=False))
    assert isinstance(failure, AssertionError)
    _, message = run(frames(stream, named=False))
    assert message.content[0].text == "Hi"


def test_n04_an_error_in_the_stream_is_of_the_class_of_its_type_and_has_the_message() -> None:
    stream = [start(), opens_text(), says("Hel"), OVERLOADED]
    _, failure = peer_run(stream)
    assert (type(failure).__name__, failure.status_code) == ("APIStatusError", 200)
    _, error = run(stream)
    assert isinstance(error, OverloadedError)
    assert (error.status_code, error.type, str(error)) == (529, "overloaded_error", "Overloaded")
    partial: Any = error.partial
    assert partial.content[0].text == "Hel"


INVALID = whole(*call('{"city": "Rome", ', "days: 2}"), *text("After.", index=1), reason="tool_use")


def test_n05_invalid_json_of_a_tool_costs_the_call_its_parsed_input_and_nothing_else() -> None:
    events, failure = peer_run(INVALID)
    assert isinstance(failure, ValueError)
    assert "message_stop" not in types(events)
    events, message = run(INVALID)
    assert [event.snapshot for event in of_type(events, "input_json")] == [{"city": "Rome"}] * 2
    used, said = message.content
    assert (used.input, used.parsed_input) == ({"city": "Rome"}, None)
    assert used.input_json == '{"city": "Rome", days: 2}'
    assert said.text == "After."


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("end_turn", ParseError),
        ("max_tokens", LengthFinishReasonError),
        ("model_context_window_exceeded", LengthFinishReasonError),
        ("refusal", ContentFilterFinishReasonError),
        ("tool_use", None),
        ("pause_turn", None),
    ],
)
def test_n06_a_text_that_does_not_fit_fails_after_the_last_event(reason: str, kind: Any) -> None:
    stream = whole(*text('{"city": "Ro'), reason=reason)
    events, failure = peer_run(stream, output_format=City)
    assert type(failure).__name__ == "ValidationError"
    assert "message_delta" not in types(events)
    events, end = run(stream, output_format=City)
    assert types(events)[-1] == "message_stop"
    if kind is None:
        assert end.stop_reason == reason
    else:
        assert isinstance(end, kind)
        partial: Any = end.partial
        assert (partial.stop_reason, partial.usage.output_tokens) == (reason, 7)


@pytest.mark.parametrize(
    ("blocks", "kind"),
    [
        ([opens_call(), writes('{"city": "Ro'), stops()], LengthFinishReasonError),
        ([opens_call(), writes(""), stops()], LengthFinishReasonError),
        ([opens_call(), writes('{"city": "Ro')], LengthFinishReasonError),
        (call('{"city": "Rome"}'), None),
        (call('{"days": 2}'), None),
        (call("{", name="another"), None),
        (text("Rome is"), None),
    ],
    ids=["cut", "just begun", "no stop", "whole", "of another shape", "not to be parsed", "text"],
)
@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
def test_n06_a_call_that_was_to_be_parsed_and_cut_is_an_error(
    blocks: list[Any], kind: Any, reason: str
) -> None:
    _, message = peer_run(whole(*blocks, reason=reason))
    assert message.stop_reason == reason
    events, end = run(
        whole(*blocks, reason=reason), tools=[pydantic_message_tool(City, name="get_weather")]
    )
    assert types(events)[-1] == "message_stop"
    if kind is None:
        assert end.stop_reason == reason
    else:
        assert type(end) is (kind if reason == "max_tokens" else ContentFilterFinishReasonError)
        partial: Any = end.partial_message
        assert partial.stop_reason == reason


def test_n06_prose_before_the_json_is_no_error() -> None:
    stream = whole(*text("Here it is:"), *text('{"city": "Rome"}', index=1))
    _, failure = peer_run(stream, output_format=City)
    assert type(failure).__name__ == "ValidationError"
    _, message = run(stream, output_format=City)
    assert message.parsed_output == City(city="Rome")
    assert message.content[0].parsed_output is None


@pytest.mark.parametrize(
    "block",
    [
        [opens_text(1), says("Hi", 1), stops(1)],
        [opens_text(5), says("Hi", 5), stops(5)],
        [says("Hi", 0), stops(0)],
        [says("Hi", 3)],
        [says("Hi", -1)],
    ],
    ids=["from one", "a gap", "no start", "no start and no stop", "a negative index"],
)
def test_n07_a_block_is_found_by_any_index_and_opened_where_it_was_not(block: list[Any]) -> None:
    _, failure = peer_run(whole(*block))
    assert isinstance(failure, IndexError)
    events, message = run(whole(*block))
    assert message.content[0].text == "Hi"
    assert of_type(events, "text")[0].index == 0
    assert len(of_type(events, "content_block_stop")) == 1


def test_n08_a_second_start_on_an_index_opens_another_block() -> None:
    stream = whole(opens_text(0), says("a"), stops(), opens_text(0), says("b"), stops())
    _, wrong = peer_run(stream)
    assert [block.text for block in wrong.content] == ["ab", ""]
    events, message = run(stream)
    assert [block.text for block in message.content] == ["a", "b"]
    assert [event.snapshot for event in of_type(events, "text")] == ["a", "b"]


def test_n08_a_block_that_another_replaces_stops_before_it() -> None:
    events, message = run(whole(opens_text(0), says("a"), opens_text(0), says("b")))
    assert [block.text for block in message.content] == ["a", "b"]
    assert types(events)[4:6] == ["content_block_stop", "content_block_start"]


def test_n08_a_delta_of_another_kind_opens_a_block_of_its_kind() -> None:
    _, message = run(whole(opens_text(0), says("a"), writes("{}"), thinks("m"), stops(0)))
    assert [block.type for block in message.content] == ["text", "tool_use", "thinking"]


@pytest.mark.parametrize(
    "block",
    [
        [opens({"type": "thinking"}), thinks("Hm")],
        [opens({"type": "text"}), says("Hm")],
        [opens({"type": "text", "text": None}), says("Hm")],
    ],
)
def test_n09_a_block_without_its_field_is_empty(block: list[Any]) -> None:
    _, failure = peer_run(whole(*block, stops()))
    assert isinstance(failure, TypeError | AttributeError)
    _, message = run(whole(*block, stops()))
    first = message.content[0].to_dict()
    assert first.get("text", first.get("thinking")) == "Hm"


@pytest.mark.parametrize("usage", [None, ...], ids=["null", "missing"])
def test_n10_usage_may_be_missing(usage: Any) -> None:
    begun, ended = start(), ends()
    if usage is None:
        begun["message"]["usage"] = ended["usage"] = None
    else:
        del begun["message"]["usage"], ended["usage"]
    stream = [begun, *text("Hi"), ended, STOP]
    _, failure = peer_run(stream)
    assert isinstance(failure, AttributeError)
    _, message = run(stream)
    assert (message.content[0].text, message.usage.output_tokens) == ("Hi", 0)


def test_n11_a_later_null_does_not_erase_the_stop_reason() -> None:
    stream = [start(), *text("Hi"), ends("max_tokens"), ends(None, 9), STOP]
    _, wrong = peer_run(stream)
    assert wrong.stop_reason is None
    _, message = run(stream)
    assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 9)


def test_n13_what_an_event_holds_is_not_changed_by_later_ones() -> None:
    events, _ = run(whole(opens_text(), says("a"), cites("one"), cites("two"), stops()))
    assert [len(event.snapshot) for event in of_type(events, "citation")] == [1, 2]


def test_n14_two_calls_can_be_told_apart() -> None:
    stream = whole(
        *(opens_call(0, "a", "t0"), opens_call(1, "b", "t1"), writes("{}", 1), writes("{}", 0)),
        reason="tool_use",
    )
    wrong, _ = peer_run(stream)
    assert not hasattr(of_type(wrong, "input_json")[0], "name")
    events, _ = run(stream)
    assert [(e.index, e.name, e.id) for e in of_type(events, "input_json")] == [
        (1, "b", "t1"),
        (0, "a", "t0"),
    ]


def test_n15_a_redacted_thought_is_in_the_event_of_its_end() -> None:
    events, _ = run(whole(opens({"type": "redacted_thinking", "data": "xyz"}), stops()))
    assert of_type(events, "content_block_stop")[0].content_block.data == "xyz"


def test_n16_the_halves_of_a_character_are_joined() -> None:
    stream = whole(opens_text(), says("\ud83d"), says("\ude00!"), stops())
    wrong, _ = peer_run(stream)
    assert "\ud83d" in of_type(wrong, "text")[0].text
    events, message = run(stream)
    assert [event.text for event in of_type(events, "text")] == ["", "😀!"]
    assert message.content[0].text == "😀!"


def test_n16_the_mark_of_another_protocol_is_ignored() -> None:
    done = b"event: message_stop\ndata: [DONE]\n\n"
    stream = [start(), *text("Hi"), ends(), done]
    _, failure = peer_run(stream)
    assert isinstance(failure, json.JSONDecodeError)
    _, message = run(stream)
    assert message.content[0].text == "Hi"


def test_n16_the_mark_of_another_protocol_is_no_end() -> None:
    _, error = run([start(), *text("Hi"), b"data: [DONE]\n\n"])
    assert isinstance(error, StreamTruncatedError)


@pytest.mark.parametrize(
    "event",
    [
        start(content="text"),
        {"type": "message_start"},
        {"type": "message_start", "message": None},
        {"type": "content_block_start"},
        {"type": "content_block_start", "index": "0", "content_block": []},
        {"type": "content_block_delta", "index": 0},
        {"type": "content_block_delta", "index": None, "delta": None},
        {"type": "content_block_delta", "index": {}, "delta": {"type": 7}},
        says(None),
        says(["a"]),
        says({"a": 1}),
        writes({"city": "Rome"}),
        signs("early"),
        cites("early"),
        {"type": "content_block_stop"},
        stops(9),
        {"type": "message_delta"},
        ends(None, usage=[]),
        ends(7, usage={"output_tokens": "many", "x": None}),  # type: ignore[arg-type]  # as sent
        {"index": 0},
        {"type": None, "a": 1},
        {"type": 3},
        {"type": {}},
        OVERLOADED | {"error": None, "type": "ping"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("first", [False, True])
def test_no_event_however_odd_is_an_error_of_its_own(event: Any, first: bool) -> None:
    rest = whole(*text("Hi", index=4), *call("{}", index=5))
    stream = [event, *rest] if first else [rest[0], opens_text(0), event, *rest[1:]]
    events, message = run(stream)
    assert not isinstance(message, Exception), message
    said = [block.text for block in message.content if getattr(block, "type", "") == "text"]
    assert "Hi" in said
    for each in events:
        assert each.to_dict()
    common, same = run(stream, common=True)
    assert same == message
    assert types(common)[-1] == "finish"
    for each in common:
        assert each.to_dict()
