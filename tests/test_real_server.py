"""streamkit works as a client of llama.cpp's own server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any, Literal

import httpx
import openai
import pytest
from pydantic import BaseModel, Field
from reactivex import operators as rx_ops

from streamkit import AsyncOpenAI, LengthFinishReasonError, OpenAI
from tests.real_server.model import CALLING, write_model
from tests.real_server.process import serving

ASKED: dict[str, Any] = {"model": "tiny", "messages": [{"role": "user", "content": "hello"}]}


class Person(BaseModel):
    name: str = Field(max_length=8)
    kind: Literal["person", "place"]
    numbers: list[bool] = Field(max_length=3)


class GetWeather(BaseModel):
    city: Literal["Oslo", "Rome"]
    unit: Literal["c", "f"]


class GetTime(BaseModel):
    city: Literal["Oslo", "Rome"]


TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": model.__name__,
            "strict": True,
            "parameters": {
                **model.model_json_schema(),
                "additionalProperties": False,
            },
        },
    }
    for model in (GetWeather, GetTime)
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    model = tmp_path_factory.mktemp("model") / "tiny.gguf"
    write_model(model)
    with serving(model) as (_, url):
        yield url


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(api_key="none", base_url=url) as client:
        yield client


def of_type(events: list[Any], type_: str) -> list[Any]:
    return [event for event in events if event.type == type_]


def test_a_structured_answer_is_parsed_whole(client: OpenAI) -> None:
    answer = client.chat.completions.parse(**ASKED, response_format=Person, max_tokens=400, seed=3)
    assert isinstance(answer.choices[0].message.parsed, Person)


def test_a_structured_answer_fills_in_and_is_parsed(client: OpenAI) -> None:
    with client.chat.completions.stream(
        **ASKED, response_format=Person, max_tokens=400, seed=3
    ) as stream:
        events: list[Any] = list(stream)
        final = stream.get_final_completion()
    deltas = of_type(events, "content.delta")
    (done,) = of_type(events, "content.done")
    assert "".join(event.delta for event in deltas) == done.content
    assert deltas[-1].parsed == json.loads(done.content)
    assert done.parsed == final.choices[0].message.parsed
    assert isinstance(done.parsed, Person)
    grown = [dict(event.parsed) for event in deltas if event.parsed]
    assert all(list(after)[: len(before)] == list(before) for before, after in pairwise(grown))


async def test_the_async_client_streams_a_structured_answer(url: str) -> None:
    async with (
        AsyncOpenAI(api_key="none", base_url=url) as client,
        client.chat.completions.stream(
            **ASKED, response_format=Person, max_tokens=400, seed=3
        ) as stream,
    ):
        final = await stream.get_final_completion()
    assert isinstance(final.choices[0].message.parsed, Person)


def test_parallel_tool_calls_are_distinguished_and_parsed(client: OpenAI) -> None:
    most = 0
    for seed in range(100):  # until by chance an answer ends after several calls
        events: list[Any] = []
        with (
            suppress(LengthFinishReasonError),
            client.chat.completions.stream(
                **ASKED,
                tools=TOOLS,
                parallel_tool_calls=True,
                temperature=0.8,
                seed=seed,
                max_tokens=400,
                extra_body={"logit_bias": CALLING},
            ) as stream,
        ):
            events.extend(stream)
            most = max(most, len(of_type(events, "tool_calls.function.arguments.done")))
        check_calls(events)
        if most > 1:
            break
    assert most > 1


def check_calls(events: list[Any]) -> None:
    arguments: dict[int, str] = {}
    for event in of_type(events, "tool_calls.function.arguments.delta"):
        arguments[event.index] = arguments.get(event.index, "") + event.arguments_delta
        assert event.arguments == arguments[event.index]
    done = of_type(events, "tool_calls.function.arguments.done")
    assert {event.index: event.arguments for event in done} == arguments
    assert len({event.tool_call_id for event in done}) == len(done)
    for event in done:
        assert event.name in {"GetWeather", "GetTime"}
        if event.parsed_arguments is not None:
            assert event.parsed_arguments == json.loads(event.arguments)


def test_three_choices_are_kept_apart_wherever_they_begin(client: OpenAI) -> None:
    with client.chat.completions.stream(
        **ASKED, n=3, max_tokens=40, seed=1, stream_options={"include_usage": True}
    ) as stream:
        events: list[Any] = list(stream)
        final = stream.get_final_completion()
    assert [choice.index for choice in final.choices] == [0, 1, 2]
    for choice in final.choices:
        deltas = [
            e.delta for e in of_type(events, "content.delta") if e.choice_index == choice.index
        ]
        assert "".join(deltas) == (choice.message.content or "")
    assert final.usage is not None
    assert final.usage.prompt_tokens > 0


def test_c01_the_openai_package_fails_when_another_choice_comes_first(url: str) -> None:
    with openai.OpenAI(api_key="none", base_url=url) as peer:
        failures: list[type[Exception]] = []
        for seed in range(10):
            try:
                with peer.chat.completions.stream(**ASKED, n=3, max_tokens=10, seed=seed) as stream:
                    stream.until_done()
            except IndexError as error:
                failures.append(type(error))
    assert failures


def test_log_probabilities_come_with_their_tokens(client: OpenAI) -> None:
    with client.chat.completions.stream(
        **ASKED, logprobs=True, top_logprobs=2, max_tokens=12, seed=2, temperature=0.9
    ) as stream:
        events: list[Any] = list(stream)
    deltas = of_type(events, "logprobs.content.delta")
    (done,) = of_type(events, "logprobs.content.done")
    assert [token for event in deltas for token in event.content] == done.content
    assert all(len(token.top_logprobs or ()) == 2 for token in done.content)
    assert all("id" in token.model_extra for token in done.content)


def test_what_only_this_server_sends_is_kept(client: OpenAI) -> None:
    with client.chat.completions.stream(**ASKED, max_tokens=5) as stream:
        final = stream.get_final_completion()
    assert "predicted_n" in final.model_extra["timings"]


def test_an_answer_that_was_cut_short_says_so(client: OpenAI) -> None:
    with (
        pytest.raises(LengthFinishReasonError) as raised,
        client.chat.completions.stream(**ASKED, response_format=Person, max_tokens=3) as stream,
    ):
        stream.until_done()
    assert raised.value.completion is not None
    assert raised.value.completion.choices[0].finish_reason == "length"


async def test_the_async_client_keeps_choices_apart(url: str) -> None:
    said = dict.fromkeys(range(3), "")
    async with (
        AsyncOpenAI(api_key="none", base_url=url) as client,
        client.chat.completions.stream(**ASKED, n=3, max_tokens=40, seed=1) as stream,
    ):
        async for event in stream:
            if event.type == "content.delta":
                said[event.choice_index] += event.delta
        final = await stream.get_final_completion()
    assert said == {choice.index: choice.message.content or "" for choice in final.choices}


ENDLESS: dict[str, Any] = {"max_tokens": 3000, "extra_body": {"ignore_eos": True}}
"""The parameters of an answer that takes the server seconds."""


def test_leaving_a_stream_stops_the_server(client: OpenAI, url: str) -> None:
    before = tokens_made(url)
    with client.chat.completions.stream(**ASKED, **ENDLESS) as stream:
        next(stream)
    wait_until_idle(url)
    assert tokens_made(url) - before < 1500


async def test_leaving_an_async_stream_stops_the_server(url: str) -> None:
    before = tokens_made(url)
    async with AsyncOpenAI(api_key="none", base_url=url) as client:
        async with client.chat.completions.stream(**ASKED, **ENDLESS) as stream:
            await anext(stream)
        wait_until_idle(url)
    assert tokens_made(url) - before < 1500


def test_disposing_of_a_subscription_stops_the_server(client: OpenAI, url: str) -> None:
    before = tokens_made(url)
    chunks: list[Any] = []
    client.chat.completions.chunks(**ASKED, **ENDLESS).pipe(rx_ops.take(3)).subscribe(chunks.append)
    assert len(chunks) == 3
    wait_until_idle(url)
    assert tokens_made(url) - before < 1500


def wait_until_idle(url: str) -> None:
    """Poll until no slot of the server is at work."""
    with httpx.Client(base_url=url.removesuffix("/v1")) as http:
        for _ in range(10_000):
            if not any(slot["is_processing"] for slot in http.get("/slots").json()):
                return
    raise AssertionError("the server does not stop")


def tokens_made(url: str) -> int:
    """Return the number of tokens that the server has generated since it started."""
    lines = httpx.get(url.removesuffix("/v1") + "/metrics").text.splitlines()
    metrics = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return int(metrics["llamacpp:tokens_predicted_total"])
