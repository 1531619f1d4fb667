"""Defects of the openai package with streams of responses, by their numbers, on both sides."""

from __future__ import annotations

import gc
import json
import warnings
from typing import Any, cast

import openai
import pytest
from pydantic import BaseModel, ValidationError

from streamkit import (
    APIError,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    StreamDecodeError,
    StreamTruncatedError,
    pydantic_function_tool,
)
from streamkit.types.responses import ParsedResponse
from tests.differential.listening import (
    ASYNC_CLIENT,
    CLIENT,
    OURS,
    PEER,
    PEER_ASYNC_CLIENT,
    PEER_CLIENT,
)
from tests.families.responses.hearing import hear_ours, hear_peer
from tests.families.responses.wire import (
    answer,
    body,
    call,
    created,
    ended,
    message,
    reasoning,
)


class Answer(BaseModel):
    a: int


class Find(BaseModel):
    name: str


FIND = pydantic_function_tool(Find)
PEER_FIND: Any = openai.pydantic_function_tool(Find)

CUT = {"incomplete_details": {"reason": "max_output_tokens"}}
FAILED = {"error": {"code": "server_error", "message": "it broke"}}


def partial_of(error: Exception | None) -> ParsedResponse[Any]:
    """Return the response so far in an error."""
    partial: Any = getattr(error, "partial", None)
    assert type(partial) is ParsedResponse
    return cast("ParsedResponse[Any]", partial)


# R01: after `response.failed` or `response.incomplete` the peer has no response.


def test_r01_an_incomplete_response_is_returned() -> None:
    stream = body(answer(message("Hel"), status="incomplete", **CUT))
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert ours.error is None
    assert (ours.response.status, ours.response.output_text) == ("incomplete", "Hel")


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("max_output_tokens", LengthFinishReasonError),
        ("max_messages", LengthFinishReasonError),
        ("content_filter", ContentFilterFinishReasonError),
    ],
)
def test_r01_an_incomplete_response_that_was_to_be_parsed_is_an_error_that_comes_last(
    reason: str, error: type[Exception]
) -> None:
    details = {"incomplete_details": {"reason": reason}}
    ours = hear_ours(
        [body(answer(message('{"a": 1'), status="incomplete", **details))], text_format=Answer
    )
    assert ours.types[-1] == "incomplete"
    assert type(ours.error) is error
    assert partial_of(ours.error).output_text == '{"a": 1'


def test_r01_a_response_that_failed_is_an_error_with_what_had_arrived() -> None:
    stream = body([created(), *message("Hel")[:3], ended("failed", **FAILED)])
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert ours.types[-1] == "failed"
    assert isinstance(ours.error, APIError)
    assert (ours.error.code, ours.error.message) == ("server_error", "it broke")
    assert partial_of(ours.error).output_text == "Hel"


# R02: the peer says the same RuntimeError of every body that is no whole stream.


def test_r02_a_cut_stream_says_so_and_has_what_came() -> None:
    stream = body([created(), *message("Hel", "lo")[:4]])
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert isinstance(ours.error, StreamTruncatedError)
    assert partial_of(ours.error).output_text == "Hello"


@pytest.mark.parametrize(
    "stream", [b"", b"<html><body>502 Bad Gateway</body></html>"], ids=["empty", "HTML"]
)
def test_r02_a_body_that_is_no_stream_is_quoted(stream: bytes) -> None:
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert isinstance(ours.error, StreamDecodeError)
    assert stream.decode() in str(ours.error)


def test_r02_an_error_as_a_json_body_is_that_error() -> None:
    stream = b'{"error": {"code": "overloaded", "message": "too busy"}}'
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert isinstance(ours.error, APIError)
    assert (ours.error.code, ours.error.message) == ("overloaded", "too busy")


def test_r02_a_whole_response_in_place_of_a_stream_is_the_answer() -> None:
    whole = answer(message("Hello"))[-1]["response"]
    ours = hear_ours([json.dumps(whole).encode()])
    assert ours.error is None
    assert ours.response.output_text == "Hello"
    assert ours.types == ["output_text.done", "completed"]


# R03: with the peer a flat `error` event raises nothing.

FLAT = {"type": "error", "code": "server_error", "message": "it broke", "param": None}
NESTED = {"type": "error", "error": {"code": "server_error", "message": "it broke"}}


@pytest.mark.parametrize("event", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize("before", [[], [created(), *message("Hel")[:3]]], ids=["first", "later"])
def test_r03_an_error_event_is_delivered_and_then_raised(event: Any, before: Any) -> None:
    stream = body([*before, event])
    peer = hear_peer([stream])
    assert not isinstance(peer.error, openai.APIError) or event is NESTED
    ours = hear_ours([stream])
    assert ours.events[-1].type == "error"
    assert ours.events[-1].message == "it broke"
    assert isinstance(ours.error, APIError)
    assert (ours.error.code, ours.error.message) == ("server_error", "it broke")
    assert partial_of(ours.error).output_text == ("Hel" if before else "")


# R04, R05: with the peer a text that does not fit hides the rest of the stream.


def test_r04_a_text_that_does_not_fit_is_raised_last() -> None:
    stream = body(answer(message('{"a": "x"}')))
    peer = hear_peer([stream], text_format=Answer)
    assert isinstance(peer.error, ValidationError)
    assert peer.types[-1] == "output_text.delta"
    ours = hear_ours([stream], text_format=Answer)
    assert ours.types[-1] == "completed"
    assert isinstance(ours.error, ParseError)
    assert ours.error.content == '{"a": "x"}'
    usage = partial_of(ours.error).usage
    assert usage is not None
    assert usage.total_tokens == 16


def test_r05_arguments_that_do_not_fit_are_raised_last() -> None:
    stream = body(answer(call("Find", '{"name": ')))
    peer = hear_peer([stream], tools=[PEER_FIND])
    assert isinstance(peer.error, ValueError)
    assert "completed" not in peer.types
    ours = hear_ours([stream], tools=[FIND])
    assert ours.types[-1] == "completed"
    assert isinstance(ours.error, ParseError)


# R06: the peer needs indices, which some servers leave out.


def without(names: set[str], events: list[Any]) -> list[Any]:
    return [{key: value for key, value in one.items() if key not in names} for one in events]


INDICES = {"output_index", "content_index", "summary_index"}


def test_r06_events_without_indices_find_their_items() -> None:
    events = answer(reasoning("Hm"), message("Hel", "lo", index=1), call("Find", "{}", index=2))
    stream = body(without(INDICES, events), numbered=False)
    assert isinstance(hear_peer([stream]).error, RuntimeError | TypeError)
    ours = hear_ours([stream])
    assert ours.error is None
    assert [event.snapshot for event in ours.of("output_text.delta")] == ["Hel", "Hello"]
    assert ours.response.output_text == "Hello"
    assert [item.type for item in ours.response.output] == ["reasoning", "message", "function_call"]


# R07: the peer raises where a part or an item was not opened.


@pytest.mark.parametrize(
    "left_out",
    [
        {"response.content_part.added"},
        {"response.output_item.added"},
        {"response.content_part.added", "response.output_item.added", "response.created"},
    ],
    ids=["the part", "the item", "everything"],
)
def test_r07_what_was_not_opened_is_opened(left_out: set[str]) -> None:
    events = [event for event in answer(message("Hel", "lo")) if event["type"] not in left_out]
    stream = body(events)
    assert hear_peer([stream]).error is not None
    ours = hear_ours([stream])
    assert ours.error is None
    assert [event.snapshot for event in ours.of("output_text.delta")] == ["Hel", "Hello"]
    assert ours.response.output_text == "Hello"


def test_r07_an_index_that_runs_on_with_every_delta_is_one_part() -> None:
    events = answer(message("a", "b", "c"))
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    for index, delta in enumerate(deltas):
        delta["content_index"] = index
    stream = body(events)
    assert hear_peer([stream]).error is not None
    ours = hear_ours([stream])
    assert [event.snapshot for event in ours.of("output_text.delta")] == ["a", "ab", "abc"]
    assert ours.response.output_text == "abc"


def test_r07_an_index_that_is_not_reset_between_items_is_understood() -> None:
    second = message("yes", index=1, id="msg_2")
    events = answer(message("no"), [event | {"content_index": 1} for event in second])
    for event in events:
        if event["type"].startswith("response.output_item"):
            event.pop("content_index", None)
    assert hear_peer([body(events)]).error is not None
    ours = hear_ours([body(events)])
    assert ours.error is None
    assert ours.response.output_text == "noyes"


# R08: an empty final output takes what came from the peer.


def test_r08_the_items_that_came_win_over_an_empty_output() -> None:
    events = [*answer(message('{"a": ', "1}"))[:-1], ended("completed")]
    peer = hear_peer([body(events)], text_format=Answer)
    assert peer.response is None or peer.response.output == []
    ours = hear_ours([body(events)], text_format=Answer)
    assert ours.error is None
    assert ours.response.output_parsed == Answer(a=1)


# R09: proxies change ids.


def test_r09_ids_that_change_are_labels() -> None:
    events = answer(message("Hel", "lo"), call("Find", "{}", index=1))
    for number, event in enumerate(events):
        if "item_id" in event:
            event["item_id"] = f"other_{number}"
    done = events[-1]["response"]
    done["id"] = "resp_other"
    done["output"] = [item | {"id": f"new_{n}"} for n, item in enumerate(done["output"])]
    stream = body(events)
    assert isinstance(hear_peer([stream]).error, RuntimeError)
    ours = hear_ours([stream])
    assert ours.types.count("output_text.delta") == 2
    assert [item.id for item in ours.response.output] == ["new_0", "new_1"]
    assert ours.response.output_text == "Hello"


# R11: keep-alives.


@pytest.mark.parametrize("ping", [b"event: ping\n\n", b": still here\n\n"])
def test_r11_a_record_without_data_is_skipped(ping: bytes) -> None:
    stream = body(answer(message("Hi")))
    first, rest = stream.split(b"\n\n", 1)
    kept_alive = first + b"\n\n" + ping + rest
    if ping.startswith(b"event"):
        assert hear_peer([kept_alive]).error is not None
    ours = hear_ours([kept_alive])
    assert ours.error is None
    assert ours.response.output_text == "Hi"


# R12: the peer shows no partial objects.


def test_r12_deltas_have_what_is_parsed_so_far() -> None:
    stream = body(
        answer(message('{"a', '": 4', "2}"), call("Find", '{"name": "A', 'da"}', index=1))
    )
    peer = hear_peer([stream], text_format=Answer, tools=[PEER_FIND])
    assert not hasattr(peer.of("output_text.delta")[0], "parsed")
    ours = hear_ours([stream], text_format=Answer, tools=[FIND])
    assert [event.parsed for event in ours.of("output_text.delta")] == [{}, {}, {"a": 42}]
    arguments = ours.of("function_call_arguments.delta")
    assert [event.parsed_arguments for event in arguments] == [{"name": "A"}, {"name": "Ada"}]
    (done,) = ours.of("function_call_arguments.done")
    assert done.parsed_arguments == Find(name="Ada")


# R13: the peer's stream shows nothing while it streams.


def test_r13_the_stream_has_a_snapshot_and_its_http_response() -> None:
    stream = body(answer(message("Hel", "lo")))
    with PEER.saying([stream]), PEER_CLIENT.responses.stream(model="m", input="x") as peer:
        assert not hasattr(peer, "response")
    with OURS.saying([stream]), CLIENT.responses.stream(model="m", input="x") as ours:
        texts = [ours.current_response_snapshot.output_text for _ in ours]
        assert (ours.response.status_code, ours.request_id) == (200, "req_1")
    assert texts == ["", "", "", "Hel", "Hello", "Hello", "Hello", "Hello", "Hello"]


# R14: falsy values.


def test_r14_a_value_that_is_false_is_a_value() -> None:
    stream = body(answer(message('{"value":0}')))
    ours = hear_ours([stream], text_format=int)
    assert ours.response.output_parsed == 0


# R15: half of a surrogate pair.


def test_r15_a_character_cut_in_two_is_whole_again() -> None:
    stream = body(answer(message("a\ud83d", "\ude00b")))
    peer = hear_peer([stream])
    assert [event.delta for event in peer.of("output_text.delta")][:1] in (["a\ud83d"], [])
    ours = hear_ours([stream])
    assert [event.delta for event in ours.of("output_text.delta")] == ["a", "😀b"]
    assert ours.response.output_text == "a😀b"


# R10: the peer cannot join a stream in the middle.


def test_r10_a_stream_is_joined_in_the_middle() -> None:
    whole = body(answer(message("Hel", "lo")))
    rest = b"\n\n".join(whole.split(b"\n\n")[4:])
    existing: dict[str, Any] = {"response_id": "resp_1", "starting_after": 3}
    with PEER.saying([rest]), PEER_CLIENT.responses.stream(**existing) as peer:
        assert "starting_after" not in str(PEER.requests[0].url)
        with pytest.raises(RuntimeError):
            list(peer)
    with OURS.saying([rest]), CLIENT.responses.stream(**existing) as ours:
        assert ours.get_final_response().output_text == "Hello"
        assert "starting_after=3" in str(OURS.requests[0].url)


# R16: the peer has no helper for polling; see also test_over_http and test_resumption.


def test_r16_a_response_in_the_background_can_be_awaited() -> None:
    assert not hasattr(PEER_CLIENT.responses, "create_and_poll")
    done = json.dumps(answer(message('{"a": 1}'))[-1]["response"]).encode()
    with OURS.saying([done], "application/json"):
        made = CLIENT.responses.create_and_poll(model="m", input="x", text_format=Answer)
        (request,) = OURS.requests
    assert json.loads(request.content)["background"] is True
    assert made.output_parsed == Answer(a=1)


# R17: an async manager that was not entered.


def test_r17_a_manager_that_is_not_entered_does_nothing() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        PEER_ASYNC_CLIENT.responses.stream(model="m", input="x")
        gc.collect()
        assert any("never awaited" in str(warning.message) for warning in caught)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ASYNC_CLIENT.responses.stream(model="m", input="x")
        gc.collect()
