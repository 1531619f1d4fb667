"""Our streams over clients of the anthropic package: its own, Google's and Bedrock's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anthropic
import anthropic.types
import openai
import pydantic
import pytest
from anthropic.lib.bedrock import AnthropicBedrock, AsyncAnthropicBedrock
from anthropic.lib.google_cloud import AnthropicGoogleCloud, AsyncAnthropicGoogleCloud
from anthropic.lib.vertex import AnthropicVertex, AsyncAnthropicVertex

import streamkit
from streamkit import from_anthropic
from streamkit._core.sse import SSEDecoder
from streamkit.server import EmbeddedServer
from tests.http_server import Do, ScriptedServer, chunk, head, response
from tests.sources import aws
from tests.sources.over import asked, observed, streamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-ant-do-not-show-me"
MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]
ASKED: dict[str, Any] = {"model": "claude", "max_tokens": 99, "messages": MESSAGES}
WIRE = (Path(__file__).parent.parent / "recordings/anthropic/text_length.sse").read_bytes()
EVENTS = [json.loads(event.data) for event in SSEDecoder().feed(WIRE)]
ANTHROPIC: dict[str, Any] = {"sync": anthropic.Anthropic, "async": anthropic.AsyncAnthropic}
VERTEX: dict[str, Any] = {
    "sync": AnthropicVertex,
    "async": AsyncAnthropicVertex,
}
BEDROCK: dict[str, Any] = {
    "sync": AnthropicBedrock,
    "async": AsyncAnthropicBedrock,
}
KINDS = [*ANTHROPIC]
SSE = head(200, [("Content-Type", "text/event-stream"), ("Content-Length", str(len(WIRE)))]) + WIRE


def wrapped(client: Any) -> Any:
    wrap: Any = from_anthropic
    return wrap(client)


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(seed=5) as server:
        yield server


def over(kind: str, url: str, **options: Any) -> Any:
    return wrapped(
        ANTHROPIC[kind](base_url=url.removesuffix("/v1"), api_key=KEY, max_retries=0, **options)
    )


class Answer(pydantic.BaseModel):
    answer: int


CALLS: dict[str, Callable[[Any], Any]] = {
    "create": lambda client: client.messages.create(**ASKED),
    "events of create": lambda client: client.messages.create(**ASKED, stream=True),
    "parse": lambda client: client.messages.parse(**ASKED, output_format=Answer),
    "count_tokens": lambda client: client.messages.count_tokens(model="m", messages=MESSAGES),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_call_is_answered_by_ours(kind: str, call: str, embedded: EmbeddedServer) -> None:
    answer = asked(over(kind, embedded.base_url), CALLS[call])
    for each in [*answer] if call.startswith("events") else [answer]:
        assert type(each).__module__.startswith("streamkit.types.")


@pytest.mark.parametrize("kind", KINDS)
def test_streams_and_observables_are_ours(kind: str, embedded: EmbeddedServer) -> None:
    url = embedded.base_url
    taken = streamed(over(kind, url), lambda c: c.messages.stream(**ASKED, output_format=Answer))
    assert taken.error is None
    assert isinstance(taken.final.parsed, Answer)
    *events, end = observed(over(kind, url), lambda c: c.messages.observe(**ASKED))
    assert end is None
    assert {"content.delta", "content.done", "finish"} <= {event.type for event in events}


def final_text(client: Any) -> str:
    taken = streamed(client, lambda c: c.messages.stream(**ASKED))
    assert taken.error is None
    text: str = taken.final.text
    return text


TEXT = "".join(event["delta"]["text"] for event in EVENTS if event["type"] == "content_block_delta")


@pytest.mark.parametrize("kind", KINDS)
def test_the_request_is_the_clients_own(kind: str) -> None:
    with ScriptedServer([SSE]) as server:
        client = over(kind, server.url, default_headers={"x-mine": "1"})
        assert final_text(client) == TEXT
    (request,) = server.requests
    assert request.target == "/v1/messages"
    assert KEY in {request.headers.get("x-api-key"), request.headers["authorization"][7:]}
    assert request.headers["x-mine"] == "1"
    assert request.headers["anthropic-version"]
    assert request.headers["user-agent"].startswith(ANTHROPIC[kind].__name__)


@pytest.mark.parametrize("kind", KINDS)
def test_vertex_is_asked_at_its_own_address(kind: str) -> None:
    with ScriptedServer([SSE]) as server:
        theirs = VERTEX[kind](
            region="here", project_id="p", access_token="tok-of-vertex", base_url=server.url
        )
        assert final_text(wrapped(theirs)) == TEXT
    (request,) = server.requests
    path = "/v1/projects/p/locations/here/publishers/anthropic/models/claude:streamRawPredict"
    assert request.target == path
    assert request.headers["authorization"] == "Bearer tok-of-vertex"
    assert "model" not in json.loads(request.body)


def bedrock(kind: str, url: str) -> Any:
    return wrapped(
        BEDROCK[kind](
            aws_region="here",
            api_key="tok-of-bedrock",
            base_url=url.removesuffix("/v1"),
            max_retries=0,
        )
    )


BINARY = head(
    200,
    [("Content-Type", "application/vnd.amazon.eventstream"), ("Transfer-Encoding", "chunked")],
)


@pytest.mark.parametrize("kind", KINDS)
def test_bedrocks_messages_are_decoded(kind: str) -> None:
    wire = b"".join(map(aws.chunk, EVENTS))
    halves = (wire[: len(wire) // 2], wire[len(wire) // 2 :])
    with ScriptedServer([BINARY, *map(chunk, halves), chunk(b"")]) as server:
        assert final_text(bedrock(kind, server.url)) == TEXT
    (request,) = server.requests
    assert request.target == "/model/claude/invoke-with-response-stream"
    assert request.headers["authorization"] == "Bearer tok-of-bedrock"
    body = json.loads(request.body)
    assert "stream" not in body
    assert body["anthropic_version"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_among_bedrocks_messages_is_an_error(kind: str) -> None:
    begun = b"".join(map(aws.chunk, EVENTS[:3]))
    wire = begun + aws.failure("modelStreamErrorException", "it broke")
    with ScriptedServer([BINARY, chunk(wire), chunk(b"")]) as server:
        taken = streamed(bedrock(kind, server.url), lambda c: c.messages.stream(**ASKED))
    assert isinstance(taken.error, streamkit.APIError)
    assert isinstance(taken.error, anthropic.APIError)
    assert "it broke" in str(taken.error)
    with ScriptedServer([BINARY, chunk(begun[:-3]), chunk(b"")]) as server:
        taken = streamed(bedrock(kind, server.url), lambda c: c.messages.stream(**ASKED))
    assert isinstance(taken.error, streamkit.StreamTruncatedError)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "name"),
    [(400, "BadRequestError"), (429, "RateLimitError"), (529, "OverloadedError")],
)
def test_a_refusal_is_an_error_of_both_packages(kind: str, status: int, name: str) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": f"no, {KEY}"}}
    with ScriptedServer([response(status, json.dumps(error).encode())]) as server:
        taken = streamed(over(kind, server.url), lambda c: c.messages.stream(**ASKED))
    assert isinstance(taken.error, getattr(streamkit, name))
    assert isinstance(taken.error, anthropic.APIStatusError)
    assert isinstance(taken.error, getattr(anthropic, name, anthropic.APIStatusError))
    assert KEY not in str(taken.error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_answer_is_an_error_of_both_packages(kind: str) -> None:
    whole = WIRE[: WIRE.index(b"event: message_stop")]
    headers = head(200, [("Transfer-Encoding", "chunked")])
    with ScriptedServer([headers, chunk(whole), Do.HANG_UP]) as server:
        taken = streamed(over(kind, server.url), lambda c: c.messages.stream(**ASKED))
    assert isinstance(taken.error, streamkit.StreamTruncatedError)
    assert isinstance(taken.error, anthropic.AnthropicError)
    assert taken.error.partial is not None


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_lack_passes_through(kind: str) -> None:
    model = {"id": "m", "type": "model", "display_name": "M", "created_at": "2026-01-01T00:00:00Z"}
    with ScriptedServer([response(body=json.dumps(model).encode())]) as server:
        client = over(kind, server.url)
        found = asked(client, lambda c: c.models.retrieve("m"))
    assert isinstance(found, anthropic.types.ModelInfo)
    assert client.api_key == KEY
    assert hasattr(client.messages, "with_raw_response")
    assert hasattr(client, "beta")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (3, "takes a client of the anthropic package, .*, and not int"),
        (anthropic.Anthropic, "and not the class Anthropic: make an instance of it"),
        (openai.OpenAI(api_key=KEY), r"and not OpenAI, which is for from_openai\(\)"),
        (streamkit.Anthropic(api_key=KEY), "and not Anthropic$"),
    ],
    ids=["number", "class", "openai", "ours"],
)
def test_what_is_no_client_is_named(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        from_anthropic(wrong)


@pytest.mark.parametrize("make", [AnthropicGoogleCloud, AsyncAnthropicGoogleCloud])
def test_a_client_of_google_cloud_carries_a_stream(make: Any, embedded: EmbeddedServer) -> None:
    client = make(
        base_url=embedded.url, project="p", location="global", workspace_id="w", skip_auth=True
    )
    stream = wrapped(client).messages.stream(**ASKED)
    if make is AnthropicGoogleCloud:
        with client, stream as events:
            assert events.get_final_message().content
        return

    async def main() -> None:
        async with client, stream as events:
            assert (await events.get_final_message()).content

    asyncio.run(main())
