"""A request that a model answers is one span, which ends with the answer."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from reactivex.scheduler import NewThreadScheduler

from streamkit import (
    Anthropic,
    APIConnectionError,
    AsyncAnthropic,
    AsyncOpenAI,
    OpenAI,
    RateLimitError,
    StreamTruncatedError,
)
from streamkit.server import EmbeddedServer
from streamkit.telemetry import instrument
from tests.http_server import Do, ScriptedServer, response
from tests.sse_bodies import DONE, part, stream
from tests.telemetry.exporting import exported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
REQUESTS: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
    "chat": (lambda client: client.chat.completions, ASKED),
    "responses": (lambda client: client.responses, {"model": "m", "input": "Hi"}),
    "messages": (lambda client: client.messages, {**ASKED, "max_tokens": 20}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def client_of(protocol: str, url: str, *, is_async: bool = False, **options: Any) -> Any:
    if protocol == "messages":
        theirs = AsyncAnthropic if is_async else Anthropic
        return theirs(api_key="k", base_url=url, **options)
    ours = AsyncOpenAI if is_async else OpenAI
    return ours(api_key="k", base_url=f"{url}/v1", **options)


def asked(client: Any, protocol: str, *, streams: bool) -> None:
    resource, params = REQUESTS[protocol]
    if not streams:
        resource(client).create(**params)
        return
    if protocol == "chat":
        params = {**params, "stream_options": {"include_usage": True}}
    with resource(client).stream(**params) as events:
        events.until_done()


async def asked_async(client: Any, protocol: str, *, streams: bool) -> None:
    resource, params = REQUESTS[protocol]
    if not streams:
        await resource(client).create(**params)
        return
    if protocol == "chat":
        params = {**params, "stream_options": {"include_usage": True}}
    async with resource(client).stream(**params) as events:
        await events.until_done()


@pytest.mark.diagonal
@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
@pytest.mark.parametrize("protocol", REQUESTS)
def test_an_answer_is_a_span_with_what_the_server_told(
    protocol: str, is_async: bool, streams: bool, server: EmbeddedServer
) -> None:
    url = server.url.removesuffix("/v1")
    client = client_of(protocol, url, is_async=is_async)
    with exported(client) as out:
        if is_async:
            asyncio.run(asked_async(client, protocol, streams=streams))
        else:
            asked(client, protocol, streams=streams)
    assert out.span.name == "chat m"
    assert out.span.kind is SpanKind.CLIENT
    assert out.span.status.status_code is StatusCode.UNSET
    facts = out.facts
    assert facts["gen_ai.operation.name"] == "chat"
    assert facts["gen_ai.provider.name"] == ("anthropic" if protocol == "messages" else "openai")
    assert facts["gen_ai.request.model"] == "m"
    assert facts["server.address"] == "127.0.0.1"
    assert facts["server.port"] == int(url.rpartition(":")[2])
    assert facts["gen_ai.response.id"]
    assert facts["gen_ai.response.model"]
    (reason,) = facts["gen_ai.response.finish_reasons"]
    assert reason in {"stop", "length", "end_turn", "max_tokens"}
    assert facts["gen_ai.usage.input_tokens"] > 0
    assert facts["gen_ai.usage.output_tokens"] > 0
    assert facts.get("gen_ai.request.stream", False) is streams
    assert ("gen_ai.response.time_to_first_chunk" in facts) is streams
    assert not [name for name in facts if name.endswith(("messages", "instructions"))]


BUSY = response(503, headers=[("retry-after-ms", "1")])
TWO = (part("yes", index=0), part(index=0, finish_reason="stop"), part("no", index=1))


def test_a_cut_is_an_error_and_its_choice_has_not_ended() -> None:
    with ScriptedServer(stream(*TWO)) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with exported(client) as out, pytest.raises(StreamTruncatedError):
                client.chat.completions.stream(**ASKED, n=2).__enter__().until_done()
    assert out.span.status.status_code is StatusCode.ERROR
    assert out.facts["error.type"] == "StreamTruncatedError"
    assert out.facts["gen_ai.request.choice.count"] == 2
    assert out.facts["gen_ai.response.finish_reasons"] == ("stop", "error")
    assert not [name for name in out.facts if name.startswith("gen_ai.usage")]


def test_a_stream_that_is_left_is_cancelled_and_no_error() -> None:
    with ScriptedServer(stream(*TWO, DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client, exported(client) as out:
            with client.chat.completions.stream(**ASKED) as events:
                next(iter(events))
                assert not out.spans
    assert out.span.status.status_code is StatusCode.UNSET
    assert out.facts["streamkit.cancelled"] is True
    assert out.facts["gen_ai.response.finish_reasons"] == ("error",)


async def test_a_cancelled_request_ends_its_span() -> None:
    with ScriptedServer([Do.HOLD]) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            with exported(client) as out:

                async def ask() -> None:
                    await client.chat.completions.create(**ASKED)

                task = asyncio.create_task(ask())
                await asyncio.to_thread(server.asked.wait)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
    assert out.facts["streamkit.cancelled"] is True
    assert out.span.status.status_code is StatusCode.UNSET


def test_all_attempts_are_one_span() -> None:
    with ScriptedServer([BUSY], stream(part("a"), part(None, "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client, exported(client) as out:
            with client.chat.completions.stream(**ASKED) as events:
                events.until_done()
        assert len(server.requests) == 2
    assert out.span.status.status_code is StatusCode.UNSET
    assert out.facts["gen_ai.response.finish_reasons"] == ("stop",)


def test_the_type_of_an_error_is_the_code_of_the_server() -> None:
    body = b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'
    with ScriptedServer([response(429, body=body)]) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with exported(client) as out, pytest.raises(RateLimitError):
                client.chat.completions.create(**ASKED)
    assert out.facts["error.type"] == "rate_limit_exceeded"
    assert out.span.status.status_code is StatusCode.ERROR
    assert "slow down" not in str(out.span.to_json())


def test_a_server_that_is_not_there_is_an_error() -> None:
    with ScriptedServer([response()]) as server:
        url = server.url
    with OpenAI(api_key="k", base_url=url, max_retries=0) as client, exported(client) as out:
        with pytest.raises(APIConnectionError):
            client.chat.completions.create(**ASKED)
    assert out.facts["error.type"] == "APIConnectionError"


def test_a_span_has_the_callers_as_its_parent_and_does_not_become_current(
    server: EmbeddedServer,
) -> None:
    client = client_of("chat", server.url.removesuffix("/v1"))
    with exported(client) as out:
        tracer = out.tracer_provider.get_tracer("program")
        with tracer.start_as_current_span("question") as parent:
            with client.chat.completions.stream(**ASKED) as events:
                next(iter(events))
                assert trace.get_current_span() is parent
    child = next(span for span in out.spans if span.name == "chat m")
    assert child.parent is not None
    assert child.parent.span_id == parent.get_span_context().span_id


def test_a_subscription_on_another_thread_keeps_its_parent(server: EmbeddedServer) -> None:
    client = client_of("chat", server.url.removesuffix("/v1"))
    with exported(client) as out:
        tracer = out.tracer_provider.get_tracer("program")
        with tracer.start_as_current_span("question") as parent:
            events = client.chat.completions.observe(**ASKED)
            ended: Future[object] = Future()
            events.subscribe(
                on_completed=lambda: ended.set_result(None),
                on_error=ended.set_exception,
                scheduler=NewThreadScheduler(),
            )
        ended.result(10)
    child = next(span for span in out.spans if span.name == "chat m")
    assert child.parent is not None
    assert child.parent.span_id == parent.get_span_context().span_id


def test_what_no_model_answers_has_no_span(server: EmbeddedServer) -> None:
    client = client_of("chat", server.url.removesuffix("/v1"))
    with exported(client) as out:
        client.models.list()
    assert not out.spans


def test_all_clients_are_followed_until_the_end(server: EmbeddedServer) -> None:
    url = server.url.removesuffix("/v1")
    with exported() as out:
        client = client_of("chat", url)
        asked(client, "chat", streams=True)
        asked(client_of("messages", url), "messages", streams=False)
    asked(client, "chat", streams=True)
    assert len(out.spans) == 2


def test_clients_made_with_options_are_followed_and_others_are_not(server: EmbeddedServer) -> None:
    url = server.url.removesuffix("/v1")
    client = client_of("chat", url)
    with exported(client) as out:
        asked(client.with_options(max_retries=0), "chat", streams=False)
        asked(client_of("chat", url), "chat", streams=False)
    assert len(out.spans) == 1


def test_an_instrument_that_breaks_breaks_no_stream(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("streamkit.telemetry.span.answer_facts", broken)
    client = client_of("chat", server.url.removesuffix("/v1"))
    with exported(client) as out:
        asked(client, "chat", streams=True)
    assert out.span.end_time
    assert "was not recorded whole" in caplog.text


@pytest.mark.parametrize(
    ("client", "options", "error"),
    [(object(), {}, TypeError), (None, {"semconv": "9"}, ValueError)],
    ids=["no client", "no version"],
)
def test_a_mistake_is_refused(client: Any, options: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"expected|must be one of"):
        instrument(client, **options)


def test_without_telemetry_a_chunk_takes_no_step_more() -> None:
    with ScriptedServer(stream(*TWO, DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                told: Any = events  # how it reads is its own affair
                assert told._read == told._pipeline.read
