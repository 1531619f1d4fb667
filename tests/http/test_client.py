from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, cast

import openai
import openai.types.chat
import pytest
from pydantic import BaseModel

import streamkit
from streamkit import (
    NOT_GIVEN,
    APIResponseValidationError,
    AsyncOpenAI,
    LengthFinishReasonError,
    OpenAI,
    OpenAIError,
    ParseError,
    SchemaError,
    StreamClosedError,
    StreamTruncatedError,
)
from streamkit.server import EmbeddedServer
from streamkit.types import chat
from tests.http_server import Do, ScriptedServer, response
from tests.sse_bodies import DONE, part, stream

MESSAGES = [{"role": "user", "content": "hello"}]


class Answer(BaseModel):
    a: int


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.base_url, api_key="any") as client:
        yield client


def completion(content: str, finish_reason: str = "stop", **fields: Any) -> bytes:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return json.dumps({"id": "c", "model": "m", "choices": [choice]} | fields).encode()


def sent_body(server: ScriptedServer) -> Any:
    return json.loads(server.requests[-1].body)


# Sending


def test_parameters_are_sent_as_they_are_given() -> None:
    with ScriptedServer([response(body=completion("hi"))]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            client.chat.completions.create(
                model="m",
                messages=MESSAGES,
                temperature=0.5,
                stop=None,
                user=NOT_GIVEN,
                tools=cast("Any", openai.NOT_GIVEN),  # code written for openai passes it
                extra_body={"top_k": 3},
                extra_query={"q": "1"},
                extra_headers={"X-Mine": "yes"},
            )
        assert sent_body(server) == {
            "model": "m",
            "messages": MESSAGES,
            "temperature": 0.5,
            "stop": None,
            "top_k": 3,
        }
        request = server.requests[-1]
        assert request.target == "/v1/chat/completions?q=1"
        assert request.headers["x-mine"] == "yes"
        assert request.headers["authorization"] == "Bearer k"


def test_a_message_that_was_received_can_be_sent_back(client: OpenAI) -> None:
    first = client.chat.completions.create(model="m", messages=MESSAGES)
    message = first.choices[0].message
    second = client.chat.completions.create(
        model="m", messages=[*MESSAGES, message, {"role": "user", "content": "go on"}]
    )
    assert second.choices[0].message.content


def test_options_can_be_changed_for_some_calls() -> None:
    with ScriptedServer([response(body=completion("hi"))]) as server:
        with OpenAI(api_key="k", base_url="http://127.0.0.1:9") as client:
            changed = client.with_options(base_url=server.url, default_headers={"X-Mine": "yes"})
            changed.chat.completions.create(model="m", messages=MESSAGES)
        assert server.requests[-1].headers["x-mine"] == "yes"
        assert server.requests[-1].headers["authorization"] == "Bearer k"


async def test_the_async_client_s_options_can_be_changed_too() -> None:
    with ScriptedServer([response(body=completion("hi"))]) as server:
        async with AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9") as client:
            changed = client.with_options(base_url=server.url)
            answer = await changed.chat.completions.create(model="m", messages=MESSAGES)
    assert answer.choices[0].message.content == "hi"


def test_what_is_not_given_is_false_and_says_so() -> None:
    assert not NOT_GIVEN
    assert repr(NOT_GIVEN) == "NOT_GIVEN"


def test_the_types_have_the_names_and_the_path_of_the_openai_package() -> None:
    for name in chat.__all__:
        assert hasattr(openai.types.chat, name)


def test_without_a_key_there_is_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(OpenAIError, match="OPENAI_API_KEY"):
        OpenAI()


def test_a_client_does_not_show_its_key() -> None:
    assert "sk-1" not in repr(OpenAI(api_key="sk-1")) + repr(AsyncOpenAI(api_key="sk-1"))


def test_code_that_looks_for_the_helpers_where_they_once_were_finds_them(client: OpenAI) -> None:
    assert client.beta.chat is client.chat


# create


def test_create_returns_the_completion_as_it_came() -> None:
    body = completion("hi", vendor={"x": [None]})
    with ScriptedServer([response(body=body, headers=[("x-request-id", "r1")])]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            answer = client.chat.completions.create(model="m", messages=MESSAGES)
    assert answer.choices[0].message.content == "hi"
    assert answer.to_dict()["vendor"] == {"x": [None]}
    assert answer.request_id == "r1"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"choices": null}', b'{"choices": [{}]}'])
def test_a_success_that_is_no_completion_is_an_error_that_quotes_it(body: bytes) -> None:
    with ScriptedServer([response(body=body)]) as server:
        with (
            OpenAI(api_key="k", base_url=server.url) as client,
            pytest.raises(APIResponseValidationError, match=body.decode()[:4].replace("[", r"\[")),
        ):
            client.chat.completions.create(model="m", messages=MESSAGES)


def test_create_can_stream_chunks(client: OpenAI) -> None:
    with client.chat.completions.create(model="m", messages=MESSAGES, stream=True) as chunks:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)  # type: ignore[index,union-attr]  # this server leaves none out
    whole = client.chat.completions.create(model="m", messages=MESSAGES)
    assert text == whole.choices[0].message.content


async def test_the_async_client_creates_and_streams_chunks(server: EmbeddedServer) -> None:
    async with AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])  # type: ignore[index,union-attr]  # this server leaves none out
        whole = await client.chat.completions.create(model="m", messages=MESSAGES)
    assert text == whole.choices[0].message.content


@pytest.mark.parametrize("given", [Answer, list[int], Answer(a=1), "json"])
def test_only_a_dict_is_the_format_of_what_is_not_parsed(client: OpenAI, given: Any) -> None:
    calls: list[Any] = [client.chat.completions.create, client.chat.completions.chunks]
    for call in calls:
        with pytest.raises(TypeError, match=r"parse\(\)"):
            call(model="m", messages=MESSAGES, response_format=given)


# parse


def parse(body: bytes, **params: Any) -> Any:
    asked: dict[str, Any] = {"model": "m", "messages": MESSAGES, "response_format": Answer}
    with ScriptedServer([response(body=body)]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            return client.chat.completions.parse(**asked | params)


def test_parse_reads_the_content_and_keeps_the_rest() -> None:
    answer = parse(completion('{"a": 1}', vendor="x", usage={"total_tokens": 3}))
    assert answer.choices[0].message.parsed == Answer(a=1)
    assert (answer.usage.total_tokens, answer.model_extra) == (3, {"vendor": "x"})


@pytest.mark.parametrize("message", [b"[]", b'{"tool_calls": "none"}', b'{"tool_calls": [7]}'])
def test_a_message_that_is_none_is_kept_as_it_is(message: bytes) -> None:
    body = b'{"choices": [{"index": 0, "message": %b}]}' % message
    answer = parse(body, response_format={"type": "text"})
    assert json.loads(message) in (
        answer.choices[0].model_extra.get("message"),
        answer.choices[0].message.model_extra,
    )


def test_a_length_error_carries_the_completion() -> None:
    with pytest.raises(LengthFinishReasonError) as raised:
        parse(completion('{"a": ', "length"))
    assert raised.value.completion is not None
    assert raised.value.completion.choices[0].message.content == '{"a": '


def test_an_answer_that_does_not_fit_carries_its_text_and_the_completion() -> None:
    with pytest.raises(ParseError) as raised:
        parse(completion('{"a": "x"}'))
    assert raised.value.content == '{"a": "x"}'
    assert raised.value.completion is not None


def test_nothing_to_parse_is_no_reason_to_fail() -> None:
    answer = parse(completion("cut", "length"), response_format=NOT_GIVEN)
    assert answer.choices[0].message.parsed is None


@pytest.mark.parametrize("given", [Answer(a=1), "json", 7, object()])
def test_a_response_format_of_a_wrong_type_is_refused_before_the_request(
    client: OpenAI, server: EmbeddedServer, given: Any
) -> None:
    asked = len(server.exchanges)
    for call in (client.chat.completions.parse, client.chat.completions.stream):
        with pytest.raises(TypeError, match="Unsupported response_format type"):
            call(model="m", messages=MESSAGES, response_format=given)
    assert len(server.exchanges) == asked


def test_a_schema_that_cannot_be_strict_names_the_field(client: OpenAI) -> None:
    class Free(BaseModel):
        counts: dict[str, int]

    with pytest.raises(SchemaError, match="counts"):
        client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Free)


def test_parse_takes_strict_tools_only(client: OpenAI) -> None:
    loose: dict[str, Any] = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with pytest.raises(ValueError, match="`f` is not strict"):
        client.chat.completions.parse(model="m", messages=MESSAGES, tools=[loose])


def test_tools_may_be_an_iterator(client: OpenAI) -> None:
    tools = iter([streamkit.pydantic_function_tool(Answer)])
    answer = client.chat.completions.parse(model="m", messages=MESSAGES, tools=tools)
    (call,) = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert isinstance(call.function.parsed_arguments, Answer)


# stream


def test_a_manager_that_is_not_entered_asks_for_nothing() -> None:
    with ScriptedServer([response()]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            client.chat.completions.stream(model="m", messages=MESSAGES)
        AsyncOpenAI(api_key="k", base_url=server.url).chat.completions.stream(
            model="m", messages=MESSAGES
        )
        assert server.requests == []


def test_a_manager_may_be_entered_again_for_another_request(client: OpenAI) -> None:
    manager = client.chat.completions.stream(model="m", messages=MESSAGES)
    with manager as first:
        text = first.get_final_completion().choices[0].message.content
    with manager as second:
        assert second.get_final_completion().choices[0].message.content == text


def test_a_stream_that_has_ended_yields_nothing_and_keeps_its_completion(client: OpenAI) -> None:
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        assert events.until_done() is events
        assert list(events) == []
    final = events.get_final_completion()
    assert final is events.get_final_completion()
    assert events.current_completion_snapshot.to_dict() == final.to_dict()


def test_a_stream_has_its_response(client: OpenAI) -> None:
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        assert events.response.status_code == 200
        assert events.request_id == events.response.headers["x-request-id"]


def test_before_the_first_chunk_the_snapshot_is_empty(client: OpenAI) -> None:
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        assert events.current_completion_snapshot.choices == []


def test_streams_that_are_read_to_the_end_take_one_connection() -> None:
    script = stream(part("Hi", "stop"), DONE)
    with ScriptedServer(script) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            for _ in range(5):
                with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
                    events.until_done()
        assert (len(server.requests), server.connections) == (5, 1)


async def test_async_streams_that_are_read_to_the_end_take_one_connection() -> None:
    script = stream(part("Hi", "stop"), DONE)
    with ScriptedServer(script) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            for _ in range(5):
                async with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
                    await events.until_done()
        assert (len(server.requests), server.connections) == (5, 1)


def test_choices_asked_for_in_the_extra_body_are_waited_for() -> None:
    with ScriptedServer(stream(part("Hi", "stop"))) as server:
        with (
            OpenAI(api_key="k", base_url=server.url) as client,
            client.chat.completions.stream(
                model="m", messages=MESSAGES, extra_body={"n": 2}
            ) as events,
            pytest.raises(StreamTruncatedError, match="1 of 2 choices"),
        ):
            events.until_done()


def test_leaving_early_hangs_up_and_a_later_read_says_why() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
                assert next(events).type == "chunk"
            assert server.hung_up.wait(10)
            for _ in range(2):
                with pytest.raises(StreamClosedError) as raised:
                    events.get_final_completion()
                assert raised.value.completion is not None
                assert raised.value.completion.choices[0].message.content == "Hi"


async def test_leaving_an_async_stream_early_hangs_up_and_a_later_read_says_why() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            async with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
                assert (await anext(events)).type == "chunk"
            assert server.hung_up.wait(10)
            with pytest.raises(StreamClosedError) as raised:
                await events.get_final_completion()
            assert raised.value.completion is not None
            assert events.current_completion_snapshot.choices[0].message.content == "Hi"


def test_closing_from_another_thread_wakes_the_reader() -> None:
    reading = threading.Event()
    raised: list[Exception] = []

    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(model="m", messages=MESSAGES) as events:

                def read() -> None:
                    try:
                        for event in events:
                            if event.type == "content.delta":
                                reading.set()
                    except StreamClosedError as error:
                        raised.append(error)

                reader = threading.Thread(target=read)
                reader.start()
                assert reading.wait(10)
                events.close()
                events.close()
                reader.join(10)
    assert [type(error) for error in raised] == [StreamClosedError]


# Observing


def test_observers_see_what_the_loop_sees(client: OpenAI) -> None:
    seen: list[Any] = []
    ends: list[str] = []
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        events.subscribe(seen.append, on_completed=lambda: ends.append("completed"))
        assert list(events) == seen
    late: list[str] = []
    events.subscribe(on_completed=lambda: late.append("completed"))
    assert ends == late == ["completed"]


def test_an_observer_that_raises_hurts_nobody_and_is_heard_at_the_end(client: OpenAI) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("mine")

    seen: list[Any] = []
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        events.subscribe(fail)
        events.subscribe(seen.append)
        with pytest.raises(RuntimeError, match="mine"):
            events.until_done()
        assert events.get_final_completion().choices[0].message.content
    assert seen[-1].type == "content.done"


def test_a_stream_can_be_piped(client: OpenAI) -> None:
    from reactivex import operators as rx

    counts: list[int] = []
    with client.chat.completions.stream(model="m", messages=MESSAGES) as events:
        events.pipe(rx.count()).subscribe(counts.append)
        assert [len(list(events))] == counts
