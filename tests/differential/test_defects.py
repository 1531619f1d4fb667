"""The defects of the openai package 3.54.0 that streamkit does not have.

Each test shows one of them on both sides: the peer's behaviour, so that a release that mends it is
noticed, and streamkit's. Each defect has a number; C stands for streams. Not here are C26 and C40,
which are about time and memory and belong to the benchmarks, and C15, C33 and S11, where both
behave alike.
"""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import httpx2
import openai
import pytest
from pydantic import BaseModel, ValidationError, field_validator

import streamkit
from tests import http_server
from tests.differential.listening import (
    ASYNC_CLIENT,
    CLIENT,
    OURS,
    PEER,
    PEER_ASYNC_CLIENT,
    PEER_CLIENT,
    Heard,
    hear_peer,
    hear_streamkit,
)
from tests.differential.models import CITIES
from tests.differential.wire import chunk, delta, sse
from tests.http_server import ScriptedServer

CONTENT_DELTA = ("content.delta", 0)
CONTENT_DONE = ("content.done", 0)
CALL_DELTA = ("tool_calls.function.arguments.delta", 0)
CALL_DONE = ("tool_calls.function.arguments.done", 0)

ROLE = chunk(delta(role="assistant", content=""))
STOP = chunk(delta(finish_reason="stop"))
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
REQUEST: dict[str, Any] = {"model": "test-model", "messages": []}


class Point(BaseModel):
    x: int
    y: str


def both(said: bytes | Sequence[Mapping[str, Any]], **params: Any) -> tuple[Heard, Heard]:
    """Return both packages' results for a body, or for chunks and ``[DONE]``."""
    body = said if isinstance(said, bytes) else sse(said)
    return hear_peer([body], REQUEST | params), hear_streamkit([body], REQUEST | params)


def message(heard: Heard, index: int = 0) -> dict[str, Any]:
    """Return the final message of a choice."""
    found: dict[str, Any] = heard.completion["choices"][index]["message"]
    return found


def content(*pieces: str) -> list[dict[str, Any]]:
    """Return the chunks of an answer with these pieces of content."""
    return [ROLE, *(chunk(delta(content=piece)) for piece in pieces), STOP]


def call(index: int | None = 0, **fields: Any) -> dict[str, Any]:
    """Return a chunk with a fragment of a tool call."""
    fragment = fields if index is None else {"index": index, **fields}
    return chunk(delta(tool_calls=[fragment]))


def function(name: str, arguments: str) -> dict[str, str]:
    return {"name": name, "arguments": arguments}


def opening(
    index: int | None = 0, name: str = "list_cities", arguments: str = ""
) -> dict[str, Any]:
    """Return a chunk with the first fragment of a tool call."""
    return call(index, id=f"call_{index}", type="function", function=function(name, arguments))


# Choices and calls


@pytest.mark.parametrize("order", [[1, 0], [0, 2, 1]], ids=["C01", "C02"])
def test_c01_c02_choices_may_come_in_any_order(order: list[int]) -> None:
    said = [chunk(delta(index, content=f"I am {index}")) for index in order]
    peer, ours = both([*said, *(chunk(delta(index, "stop")) for index in order)], n=len(order))
    assert isinstance(peer.error, IndexError)
    assert ours.error is None
    for index in order:
        assert message(ours, index)["content"] == f"I am {index}"


def test_c03_events_name_their_choice() -> None:
    said = [chunk(delta(index, content=text)) for index, text in enumerate("ab")]
    said += [chunk(delta(index, "stop")) for index in range(2)]
    with peer_stream(said, n=2) as stream:
        assert not any(hasattr(event, "choice_index") for event in stream)
    with our_stream(said, n=2) as stream:
        deltas = [event for event in stream if event.type == "content.delta"]
    assert [(event.choice_index, event.delta) for event in deltas] == [(0, "a"), (1, "b")]


def test_c04_the_first_chunk_is_parsed_like_any_other() -> None:
    said = [chunk(delta(content='{"x": 1, ')), chunk(delta(content='"y": ""}')), STOP]
    peer, ours = both(said, response_format=Point)
    assert peer.events[CONTENT_DELTA][0]["parsed"] is None
    assert ours.events[CONTENT_DELTA][0]["parsed"] == {"x": 1}


@pytest.mark.parametrize("calls", [1, 2])
def test_c05_calls_in_the_finishing_chunk_are_done(calls: int) -> None:
    fragments = [
        {"index": index, "type": "function", "function": function("f", "{}")}
        for index in range(calls)
    ]
    peer, ours = both([ROLE, chunk(delta(0, "tool_calls", tool_calls=fragments))])
    assert len(peer.events.get(CALL_DONE, [])) == calls - 1
    assert len(ours.events[CALL_DONE]) == calls


def test_c06_calls_may_take_turns() -> None:
    halves = ['{"cities": ["Rome', '"]}']
    said = [ROLE, opening(0), opening(1)]
    said += [call(index, function={"arguments": half}) for half in halves for index in range(2)]
    peer, ours = both([*said, STOP])
    assert peer.events[CALL_DONE][0]["arguments"] == ""
    assert [done["arguments"] for done in ours.events[CALL_DONE]] == ["".join(halves)] * 2

    peer, ours = both([*said, STOP], tools=[CITIES])
    assert isinstance(peer.error, json.JSONDecodeError)
    parsed = [done["parsed_arguments"] for done in ours.events[CALL_DONE]]
    assert parsed == [{"cities": ["Rome"]}] * 2


@pytest.mark.parametrize(
    ("index", "error"),
    [(1, IndexError), (7, IndexError), (None, TypeError)],
    ids=["from 1 on", "a gap", "none"],
)
def test_c07_the_index_of_a_call_may_be_anything(index: int | None, error: type[Exception]) -> None:
    peer, ours = both([ROLE, opening(index, "f", "{}"), STOP])
    assert isinstance(peer.error, error)
    (done,) = ours.events[CALL_DONE]
    assert (done["name"], done["arguments"]) == ("f", "{}")


def test_c08_a_call_without_a_type_is_a_function_call() -> None:
    said = [ROLE, call(0, id="call_0", function=function("list_cities", "{}")), STOP]
    peer, ours = both(said, tools=[CITIES])
    assert CALL_DONE not in peer.events
    assert "parsed_arguments" not in message(peer)["tool_calls"][0]["function"]
    assert ours.events[CALL_DONE][0]["parsed_arguments"] == {}
    assert message(ours)["tool_calls"][0]["type"] == "function"


def test_c09_the_id_of_a_call_may_come_before_its_function() -> None:
    said = [call(0, id="call_0", type="function"), call(0, function=function("f", "{}"))]
    peer, ours = both([ROLE, *said, STOP], tools=[CITIES])
    assert isinstance(peer.error, AttributeError)
    assert ours.events[CALL_DONE][0]["arguments"] == "{}"


def test_c10_an_id_or_name_may_be_repeated() -> None:
    peer, ours = both([ROLE, opening(0, "f", "{"), opening(0, "f", "}"), STOP])
    ((peer_call,), (our_call,)) = (message(heard)["tool_calls"] for heard in (peer, ours))
    assert (peer_call["id"], peer_call["function"]["name"]) == ("call_0call_0", "ff")
    assert (our_call["id"], our_call["function"]["name"]) == ("call_0", "f")
    assert our_call["function"]["arguments"] == "{}"


def test_c10_another_id_on_the_same_index_is_another_call() -> None:
    said = [call(0, id=id, type="function", function=function(id, "{}")) for id in "ab"]
    peer, ours = both([ROLE, *said, STOP])
    assert [found["id"] for found in message(peer)["tool_calls"]] == ["ab"]
    assert message(peer)["tool_calls"][0]["function"]["arguments"] == "{}{}"
    assert [found["id"] for found in message(ours)["tool_calls"]] == ["a", "b"]
    assert [done["name"] for done in ours.events[CALL_DONE]] == ["a", "b"]


# Accumulated deltas


def test_c11_a_role_may_be_repeated() -> None:
    peer, ours = both([chunk(delta(role="assistant", content=text)) for text in "ab"] + [STOP])
    assert message(peer)["role"] == "assistantassistant"
    assert message(ours)["role"] == "assistant"


def test_c12_lists_without_indices_are_continued() -> None:
    citations = [{"type": "url_citation", "url_citation": {"url": url}} for url in "ab"]
    peer, ours = both([*(chunk(delta(annotations=[one])) for one in citations), STOP])
    assert isinstance(peer.error, RuntimeError)
    found = message(ours)["annotations"]
    assert [one["url_citation"]["url"] for one in found] == ["a", "b"]


def test_c13_only_text_adds_up() -> None:
    said = [{"id": "audio_1", "expires_at": 10, "data": data} for data in ("AA", "BB")]
    peer, ours = both([*(chunk(delta(audio=audio)) for audio in said), STOP])
    assert message(peer)["audio"] == {"id": "audio_1audio_1", "expires_at": 20, "data": "AABB"}
    assert message(ours)["audio"] == {"id": "audio_1", "expires_at": 10, "data": "AABB"}


def test_c14_custom_tools_are_called_like_others() -> None:
    said = [
        call(0, id="call_0", type="custom", custom={"name": "shout", "input": "he"}),
        call(0, custom={"input": "llo"}),
    ]
    peer, ours = both([ROLE, *said, STOP])
    assert isinstance(peer.final_error, AttributeError)
    (found,) = message(ours)["tool_calls"]
    assert found["custom"] == {"name": "shout", "input": "hello"}


def test_c20_what_one_chunk_said_another_does_not_take_back() -> None:
    last = {**STOP, "system_fingerprint": None, "service_tier": "flex", "citations": ["a page"]}
    peer, ours = both([chunk(delta(content="a"), usage=USAGE), last])
    assert not peer.completion.keys() & {
        "usage",
        "system_fingerprint",
        "service_tier",
        "citations",
    }
    assert ours.completion["usage"] == USAGE
    assert ours.completion["system_fingerprint"] == "fp_1"
    assert ours.completion["service_tier"] == "flex"
    assert ours.completion["citations"] == ["a page"]


# Other data between the chunks


@pytest.mark.parametrize("kind", ["event", "text"])
def test_c16_errors_in_the_stream_are_raised(kind: str) -> None:
    frames = {
        "event": b'event: error\ndata: {"message": "overloaded"}\n\n',
        "text": b'data: {"error": "overloaded"}\n\n',
    }
    peer, ours = both(sse([ROLE], end="") + frames[kind] + sse([STOP]))
    assert peer.error is None or "overloaded" not in str(peer.error)
    assert isinstance(ours.error, streamkit.APIError)
    assert ours.error.message == "overloaded"


def test_c17_a_stream_that_was_cut_is_no_answer() -> None:
    said = [ROLE, chunk(delta(content="half an ans"))]
    peer, ours = both(sse(said, end=""))
    assert message(peer)["content"] == "half an ans"
    assert isinstance(ours.error, streamkit.StreamTruncatedError)
    assert ours.error.completion is not None
    assert ours.error.completion.choices[0].message.content == "half an ans"
    # With [DONE] the answer is complete, even without a finish reason.
    _, ours = both(sse(said, end="[DONE]"))
    assert message(ours)["content"] == "half an ans"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", AssertionError),
        (b"<html>Bad gateway</html>", AssertionError),
        (b"data: {oops\n\n", json.JSONDecodeError),
        (b'data: {"id": "\xff"}\n\n', UnicodeDecodeError),
        (b"data: 1\n\n", AttributeError),
    ],
    ids=["empty", "HTML", "bad JSON", "bad UTF-8", "scalar"],
)
def test_c18_a_body_that_is_no_stream_is_quoted(body: bytes, error: type[Exception]) -> None:
    peer, ours = both(body)
    assert isinstance(peer.error or peer.final_error, error)
    assert isinstance(ours.error, streamkit.StreamDecodeError)
    text = body.decode("utf-8", "replace").removeprefix("data: ").strip()
    assert ours.error.received.strip() == text


def test_c18_an_error_that_is_the_whole_body_is_raised_with_its_text() -> None:
    peer, ours = both(b'{"error": {"message": "busy"}}')
    assert isinstance(peer.error or peer.final_error, AssertionError)
    assert isinstance(ours.error, streamkit.APIError)
    assert ours.error.message == "busy"


@pytest.mark.parametrize("object", [{}, {"object": ""}, {"object": "chunk"}])
def test_c19_a_chunk_is_known_by_its_shape(object: dict[str, str]) -> None:
    said = {name: value for name, value in chunk(delta(content="a")).items() if name != "object"}
    peer, ours = both([said | object, STOP])
    assert CONTENT_DELTA not in peer.events
    assert message(ours)["content"] == "a"


@pytest.mark.parametrize(
    "nothing",
    [{**ROLE, "choices": None}, chunk({"index": 0, "delta": None})],
    ids=["choices", "delta"],
)
def test_c21_null_is_nothing(nothing: dict[str, Any]) -> None:
    peer, ours = both([ROLE, nothing, *content("a")])
    assert isinstance(peer.error, (TypeError, AttributeError))
    assert message(ours)["content"] == "a"


@pytest.mark.parametrize(
    "frame", [b"event: ping\n\n", b"retry: 100\n\n", b"id: 7\n: still here\n\n", b"data:\n\n"]
)
def test_c23_a_record_without_data_is_no_event(frame: bytes) -> None:
    peer, ours = both(sse([ROLE], end="") + frame + sse(content("a")))
    assert isinstance(peer.error, json.JSONDecodeError)
    assert message(ours)["content"] == "a"


def test_c24_a_byte_order_mark_costs_nothing() -> None:
    said = b"\xef\xbb\xbf" + sse([chunk(delta(content="a")), chunk(delta(content="b")), STOP])
    peer, ours = both(said)
    assert message(peer)["content"] == "b"
    assert message(ours)["content"] == "ab"


# Errors of the answer


def test_c22_an_answer_cut_short_is_an_error_only_where_something_was_to_be_parsed() -> None:
    peer, ours = both([ROLE, chunk(delta(content="a")), chunk(delta(0, "length"))])
    assert isinstance(peer.final_error, openai.LengthFinishReasonError)
    assert ours.error is None
    assert message(ours)["content"] == "a"


def test_c22_an_answer_cut_short_loses_no_event_and_no_usage() -> None:
    said = [ROLE, chunk(delta(0, "length", content='{"x": 1')), chunk(usage=USAGE)]
    peer, ours = both(said, response_format=Point)
    assert isinstance(peer.error, openai.LengthFinishReasonError)
    assert peer.error.completion.usage is None
    assert len(peer.events["chunk", None]) == 1
    assert isinstance(ours.error, streamkit.LengthFinishReasonError)
    assert ours.error.completion is not None
    assert ours.error.completion.usage is not None
    assert len(ours.events["chunk", None]) == 3
    assert ours.events[CONTENT_DONE][0]["content"] == '{"x": 1'


def test_c27_content_is_done_once_there_is_no_more_of_it() -> None:
    said = [ROLE, chunk(delta(content="a")), opening(0, "f", "{}"), chunk(delta(content="b")), STOP]
    peer, ours = both(said)
    assert peer.events[CONTENT_DONE][0]["content"] == "a"
    assert ours.events[CONTENT_DONE][0]["content"] == "ab"


def test_c28_a_misfit_does_not_hide_the_chunk_it_came_with() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": "one"}'))]
    peer, ours = both(said, response_format=Point)
    assert isinstance(peer.error, ValidationError)
    assert len(peer.events[CONTENT_DELTA]) == 1
    assert len(ours.events[CONTENT_DELTA]) == 2


def test_c28_a_snapshot_knows_nothing_of_the_events_after_it() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": 1, "y": ""}'))]
    peer, ours = both(said, response_format=Point)
    last_of_peer, last_of_ours = (
        heard.events["chunk", None][-1]["snapshot"]["choices"][0]["message"]["parsed"]
        for heard in (peer, ours)
    )
    assert last_of_peer == Point(x=1, y="")
    assert last_of_ours == {"x": 1, "y": ""}


def test_c30_misfits_are_errors_of_the_package_and_carry_the_answer() -> None:
    peer, ours = both([*content('{"x": "one"}'), chunk(usage=USAGE)], response_format=Point)
    assert isinstance(peer.error, ValidationError)
    assert isinstance(ours.error, streamkit.ParseError)
    assert isinstance(ours.error.__cause__, ValidationError)
    assert ours.error.content == '{"x": "one"}'
    assert ours.error.completion is not None
    assert ours.error.completion.usage is not None


def test_c35_text_that_is_no_json_does_not_end_the_stream() -> None:
    peer, ours = both(content("I am ", "sorry"), response_format=Point)
    assert isinstance(peer.error, ValueError)
    assert len(peer.events[CONTENT_DELTA]) == 1
    assert [event["parsed"] for event in ours.events[CONTENT_DELTA]] == [None, None, None]
    assert ours.events[CONTENT_DONE][0]["content"] == "I am sorry"
    assert isinstance(ours.error, streamkit.ParseError)


# Parsed values


def test_c32_strings_grow_and_numbers_come_whole() -> None:
    peer, ours = both(content('{"x": 1', '2, "y": "ab', 'c"}'), response_format=Point)
    assert [event["parsed"] for event in peer.events[CONTENT_DELTA]] == [
        None,
        {"x": 1},
        {"x": 12},
        {"x": 12, "y": "abc"},
    ]
    assert [event["parsed"] for event in ours.events[CONTENT_DELTA]] == [
        None,
        {},
        {"x": 12, "y": "ab"},
        {"x": 12, "y": "abc"},
    ]


def test_c42_parsed_does_not_fall_back() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": 1, "y": ""}')), chunk(delta(content=""))]
    with peer_stream(said, response_format=Point) as stream:
        stream.until_done()
        assert stream.current_completion_snapshot.choices[0].message.parsed == {"x": 1, "y": ""}
    with our_stream(said, response_format=Point) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == Point(x=1, y="")


def test_c43_an_answer_is_validated_once() -> None:
    validations: list[str] = []

    class Counted(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def count(cls, name: str) -> str:
            validations.append(name)
            return name

    said = content('{"name": "Ada"}')
    for package, expected in ((peer_stream, 3), (our_stream, 1)):
        validations.clear()
        with package(said, response_format=Counted) as stream:
            first, second = (stream.get_final_completion() for _ in range(2))
        assert first.choices[0].message.parsed == second.choices[0].message.parsed
        assert len(validations) == expected


def test_c36_nothing_is_never_done() -> None:
    logprobs: dict[str, list[Any]] = {"content": [], "refusal": []}
    empty = {**delta(content="a", refusal=""), "logprobs": logprobs}
    peer, ours = both([chunk(empty), STOP])
    done = {"refusal.done", "logprobs.content.done", "logprobs.refusal.done"}
    assert done <= set(peer.types)
    assert not done & set(ours.types)


def test_c34_empty_content_is_not_done_by_either() -> None:
    for heard in both([ROLE, STOP]):
        assert "content.done" not in heard.types


def test_c37_a_call_without_arguments_has_none_to_read() -> None:
    said = [ROLE, call(0, id="call_0", type="function", function={"name": "list_cities"}), STOP]
    peer, ours = both(said)
    assert peer.events[CALL_DELTA][0]["arguments"] is None
    assert ours.events[CALL_DELTA][0]["arguments"] == ""
    peer, ours = both(said, tools=[CITIES])
    assert isinstance(peer.error, TypeError)
    assert ours.events[CALL_DONE][0]["parsed_arguments"] == {}


# The object of a stream


def test_c25_a_snapshot_stays_as_it_was() -> None:
    with peer_stream(content("a", "b")) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "chunk"]
        assert [one.choices[0].message.content for one in snapshots] == ["ab"] * 4
    with our_stream(content("a", "b")) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "chunk"]
    assert [one.choices[0].message.content for one in snapshots] == ["", "a", "ab", "ab"]


def test_c29_a_parsed_completion_is_dumped_without_a_warning() -> None:
    said = content('{"x": 1, "y": ""}')
    with peer_stream(said, response_format=Point) as stream:
        completion = stream.get_final_completion()
    with pytest.warns(UserWarning, match="Pydantic serializer warnings"):
        completion.model_dump()
    with our_stream(said, response_format=Point) as stream:
        completion = stream.get_final_completion()
    message = completion.model_dump(mode="json")["choices"][0]["message"]
    assert message["parsed"] == {"x": 1, "y": ""}


def test_c31_an_async_stream_may_be_left_unopened_or_opened_again() -> None:
    async def peer() -> None:
        with pytest.warns(RuntimeWarning, match="never awaited"):
            leave_unopened(PEER_ASYNC_CLIENT)
        with PEER.saying([sse(content("a"))]):
            manager = PEER_ASYNC_CLIENT.chat.completions.stream(**REQUEST)
            async with manager as stream:
                await stream.until_done()
            assert not hasattr(stream, "aclose")
            with pytest.raises(RuntimeError, match="already awaited"):
                await manager.__aenter__()

    async def ours() -> None:
        leave_unopened(ASYNC_CLIENT)
        with OURS.saying([sse(content("a"))]):
            manager = ASYNC_CLIENT.chat.completions.stream(**REQUEST)
            for _ in range(2):
                async with manager as stream:
                    completion = await stream.get_final_completion()
                    await stream.aclose()
                assert completion.choices[0].message.content == "a"
            assert len(OURS.requests) == 2

    asyncio.run(peer())
    asyncio.run(ours())


def test_c38_a_stream_shows_its_response() -> None:
    with peer_stream(content("a")) as stream:
        assert not hasattr(stream, "response")
    with our_stream(content("a")) as stream:
        assert stream.response.status_code == 200
        assert stream.request_id == "req_1"


def test_c39_a_stream_of_events_is_asked_for() -> None:
    with peer_stream(content("a")):
        assert PEER.requests[0].headers["accept"] == "application/json"
    with our_stream(content("a")):
        assert OURS.requests[0].headers["accept"] == "text/event-stream"


def test_c41_a_stream_that_was_left_stays_unfinished() -> None:
    begin = http_server.chunk(sse(content("a")[:-1], end=""))
    script: http_server.Script = [http_server.STREAM_HEAD, begin, http_server.Do.HOLD]
    with ScriptedServer(script) as server, peer_at(server) as peer, streamkit_at(server) as ours:
        with peer.chat.completions.stream(**REQUEST) as stream:
            next(stream)
        with pytest.raises(openai.APIConnectionError):
            stream.get_final_completion()
        assert stream.get_final_completion().choices[0].message.content == "a"

        with ours.chat.completions.stream(**REQUEST) as stream:
            next(stream)
        for _ in range(2):
            with pytest.raises(streamkit.StreamClosedError):
                stream.get_final_completion()


def test_a_connection_serves_one_stream_after_another() -> None:
    body = http_server.chunk(sse(content("a"))) + http_server.LAST_CHUNK
    script = [http_server.STREAM_HEAD + body]
    for client_at, connections in ((peer_at, 3), (streamkit_at, 1)):
        with ScriptedServer(script) as server, client_at(server) as client:
            for _ in range(3):
                with client.chat.completions.stream(**REQUEST) as stream:
                    stream.until_done()
            assert server.connections == connections


def leave_unopened(client: Any) -> None:
    client.chat.completions.stream(**REQUEST)
    gc.collect()


@contextmanager
def peer_stream(said: Sequence[Mapping[str, Any]], **params: Any) -> Generator[Any]:
    """Yield the peer's stream of these chunks."""
    with PEER.saying([sse(said)]):
        with PEER_CLIENT.chat.completions.stream(**REQUEST, **params) as stream:
            yield stream


@contextmanager
def our_stream(said: Sequence[Mapping[str, Any]], **params: Any) -> Generator[Any]:
    """Yield streamkit's stream of these chunks."""
    with OURS.saying([sse(said)]):
        with CLIENT.chat.completions.stream(**REQUEST, **params) as stream:
            yield stream


@contextmanager
def peer_at(server: ScriptedServer) -> Generator[Any]:
    """Yield a client of the peer for a server on the loopback interface."""
    with (
        httpx2.Client(trust_env=False) as http,
        openai.OpenAI(api_key="sk-test", base_url=server.url, http_client=http) as client,
    ):
        yield client


@contextmanager
def streamkit_at(server: ScriptedServer) -> Generator[Any]:
    """Yield a client of streamkit for a server on the loopback interface."""
    with (
        httpx.Client(trust_env=False) as http,
        streamkit.OpenAI(api_key="sk-test", base_url=server.url, http_client=http) as client,
    ):
        yield client
