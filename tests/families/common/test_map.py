"""``map`` sends many requests, several at a time, and yields their results."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import reactivex
from pydantic import BaseModel

from streamkit import (
    Anthropic,
    AsyncAnthropic,
    AsyncOpenAI,
    BadRequestError,
    LengthFinishReasonError,
    OpenAI,
    ParseError,
    SchemaError,
    StreamkitError,
    Usage,
)
from streamkit.server import EmbeddedServer
from tests.answering_server import AnsweringServer, Reply, asked, completion
from tests.families.common.mapping import WAYS, Way, looped, looped_async

WORDS = [f"word {number}" for number in range(20)]


class City(BaseModel):
    name: str


@pytest.fixture(params=[*WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.mark.diagonal
@pytest.mark.parametrize("protocol", ["chat", "responses", "messages"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_every_protocol_has_typed_results(protocol: str, is_async: bool) -> None:
    format_ = {"chat": "response_format", "responses": "text_format", "messages": "output_format"}
    messages = {"messages": [{"role": "user", "content": "Name a city."}]}
    requests: list[Any] = [{"input": "Name a city."} if protocol == "responses" else messages] * 3
    shared: dict[str, Any] = {"model": "m", format_[protocol]: City}
    if protocol == "messages":
        shared["max_tokens"] = 1000

    def resource(client: Any) -> Any:
        return client.chat.completions if protocol == "chat" else getattr(client, protocol)

    with EmbeddedServer() as server:
        url = server.url if protocol == "messages" else server.base_url
        kinds = (Anthropic, AsyncAnthropic) if protocol == "messages" else (OpenAI, AsyncOpenAI)
        client: Any = kinds[is_async](base_url=url, api_key="k")

        async def main() -> list[Any]:
            return [result async for result in resource(client).map(requests, **shared)]

        made = resource(client).map
        results = asyncio.run(main()) if is_async else [*made(requests, **shared)]
    assert sorted(result.index for result in results) == [0, 1, 2]
    for result in results:
        assert isinstance(result.parsed, City)
        assert result.parsed.name in result.text
        assert result.request is requests[result.index]
        assert result.answer is result.final.raw
        assert result.usage.output_tokens > 0


def test_each_request_is_answered_once_and_no_more_are_sent_at_once(way: Way) -> None:
    with AnsweringServer(str.upper) as server:
        results = way(server.url, map(asked, WORDS), max_concurrent=4)
        assert sorted(server.asked) == sorted(WORDS)
        assert 1 <= server.most_at_once <= 4
    assert {result.index: result.text for result in results} == {
        number: word.upper() for number, word in enumerate(WORDS)
    }


def test_results_come_as_they_arrive(way: Way) -> None:
    seen = threading.Event()

    def answer(text: str) -> str:
        assert text != WORDS[0] or seen.wait(10)
        return text

    with AnsweringServer(answer) as server:
        # Setting an event returns None, so the loop is not left.
        results = way(server.url, map(asked, WORDS[:2]), lambda _: seen.set())
    assert [result.index for result in results] == [1, 0]


def test_ordered_results_wait_for_those_before_them(way: Way) -> None:
    ended = threading.Event()

    def end(_: object) -> None:
        ended.set()

    def answer(text: str) -> str:
        assert text != WORDS[0] or ended.wait(10)
        return text

    with AnsweringServer(answer) as server:
        requests = map(asked, WORDS[:3])
        results = way(server.url, requests, ordered=True, max_concurrent=2, on_progress=end)
    assert [result.index for result in results] == [0, 1, 2]


async def _async_requests() -> AsyncIterator[dict[str, Any]]:
    for word in WORDS:
        await asyncio.sleep(0)
        yield asked(word)


@pytest.mark.parametrize(
    ("way_", "source"),
    [
        (looped, lambda: [asked(word) for word in WORDS]),
        (looped, lambda: (asked(word) for word in WORDS)),
        (looped, lambda: reactivex.from_iterable(map(asked, WORDS))),
        (looped_async, lambda: [asked(word) for word in WORDS]),
        (looped_async, lambda: (asked(word) for word in WORDS)),
        (looped_async, _async_requests),
        (looped_async, lambda: reactivex.from_iterable(map(asked, WORDS))),
    ],
    ids=[
        "list",
        "generator",
        "observable",
        "list, async",
        "generator, async",
        "async generator, async",
        "observable, async",
    ],
)
def test_requests_come_from_any_iterable_or_observable(way_: Any, source: Any) -> None:
    with AnsweringServer() as server:
        results = way_(server.url, source(), ordered=True)
    assert [result.text for result in results] == WORDS


def test_parameters_are_shared_and_each_request_may_have_others(way: Way) -> None:
    requests = [asked("a"), asked("b") | {"temperature": 0.5, "stream": True}]
    with AnsweringServer() as server:
        way(server.url, requests, model="other", temperature=0, seed=iter([7]), max_concurrent=1)
        bodies = server.bodies
    assert [body["model"] for body in bodies] == ["m", "m"]
    assert [body["temperature"] for body in bodies] == [0, 0.5]
    assert [body["seed"] for body in bodies] == [[7], [7]]
    assert not any("stream" in body for body in bodies)


ANSWERS: dict[str, Any] = {
    "good": '{"name": "Rome"}',
    "refused": Reply({"error": {"message": "no"}}, 400),
    "misfit": '{"name": 1}',
    "cut": Reply(completion('{"na', "length")),
}


def test_a_request_that_fails_has_a_result_with_its_error(way: Way) -> None:
    unsendable = {"messages": [{"role": "user", "content": float("nan")}]}
    mistaken = [unsendable, 7, {**asked("good"), "response_format": 7}]
    requests = [*map(asked, ANSWERS), *mistaken, asked("good")]
    with AnsweringServer(ANSWERS.__getitem__) as server:
        results = way(server.url, requests, response_format=City, ordered=True)
    errors: list[Any] = [type(result.error) for result in results]
    fits: list[Any] = [type(None), BadRequestError, ParseError, LengthFinishReasonError]
    assert errors == [*fits, StreamkitError, TypeError, SchemaError, type(None)]
    assert results[0].parsed == City(name="Rome")
    assert results[2].error.partial.choices[0].message.content == '{"name": 1}'
    assert [result.usage for result in results[:4]] == [Usage(3, 0, 4), None, *[Usage(3, 0, 4)] * 2]
    for result, error in zip(results[1:-1], errors[1:-1], strict=True):
        with pytest.raises(error):
            _ = result.parsed


def test_an_error_may_end_the_results(way: Way) -> None:
    requests = map(asked, ["good", "misfit", "good"])
    with AnsweringServer(ANSWERS.__getitem__) as server:
        options: Any = {"on_error": "raise", "ordered": True}
        first, error = way(server.url, requests, response_format=City, **options)
    assert first.parsed == City(name="Rome")
    assert isinstance(error, ParseError)


def test_progress_counts_what_ended_and_the_tokens(way: Way) -> None:
    reports: list[Any] = []
    with AnsweringServer(ANSWERS.__getitem__) as server:
        requests = [*map(asked, ["good", "misfit", "refused", "good"])]
        way(server.url, requests, response_format=City, on_progress=reports.append)
    assert [report.done for report in reports] == [1, 2, 3, 4]
    last = reports[-1]
    assert (last.failed, last.running, last.total, last.tokens) == (2, 0, 4, 21)
    assert last.usage == Usage(9, 0, 12)
    assert last.per_second == last.done / last.seconds
    assert last.tokens_per_second == last.tokens / last.seconds


def test_an_error_of_the_progress_callback_is_raised(way: Way) -> None:
    def fail(_: object) -> None:
        raise LookupError("mine")

    with AnsweringServer() as server:
        (error,) = way(server.url, map(asked, WORDS), on_progress=fail)
    assert isinstance(error, LookupError)


URL = "http://127.0.0.1:1"
CLIENTS: list[Any] = [OpenAI(api_key="k", base_url=URL), AsyncOpenAI(api_key="k", base_url=URL)]


@pytest.mark.parametrize("client", CLIENTS, ids=["sync", "async"])
@pytest.mark.parametrize(
    ("requests", "options", "error", "message"),
    [
        ([], {"max_concurrent": 0}, ValueError, "max_concurrent must be at least 1"),
        ([], {"on_error": "ignore"}, ValueError, "on_error must be 'yield' or 'raise'"),
        ([], {"response_format": 7}, SchemaError, "7"),
        (asked("a"), {}, TypeError, "not a single dict: put it into a list"),
        ("text", {}, TypeError, "not a single str"),
        (7, {}, TypeError, "requests, and not int"),
    ],
    ids=["no places", "unknown treatment", "no type", "one request", "a text", "a number"],
)
def test_a_mistake_is_reported_before_anything_is_sent(
    client: Any, requests: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        client.chat.completions.map(requests, **options)


def test_a_blocking_client_refuses_an_async_input() -> None:
    with pytest.raises(TypeError, match="an async one, async_generator, is for the async client"):
        CLIENTS[0].chat.completions.map(_async_requests())
