"""A run of an assistant is a span that ends with its stream, or with its polling."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.trace import SpanKind, StatusCode
from reactivex import operators as rx

from streamkit import AsyncOpenAI, OpenAI, PollTimeoutError, StreamTruncatedError
from tests.assistant_streams import body, requires_action, run
from tests.telemetry.exporting import Exported, exported

if TYPE_CHECKING:
    from collections.abc import Callable

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
FACTS = {"assistant_id": "asst_1", "model": "m", "usage": USAGE}
ASKED: dict[str, Any] = {"thread_id": "thread_1", "assistant_id": "asst_1"}
WAITS = body("r:queued", "s1:new", "s1:0+a", requires_action("c1"))
DONE = body("s1:=a", "m:new", "m:0+Hi", "m:=Hi", run("completed", **FACTS))


def state(status: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "run_1",
        "object": "thread.run",
        "thread_id": "thread_1",
        "status": status,
    } | fields


class Answers:
    """A server that gives one answer after the other: a stream, or an object."""

    def __init__(self, *answers: bytes | dict[str, Any]) -> None:
        self._answers = [*answers]

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        answer = self._answers.pop(0)
        if isinstance(answer, bytes):
            headers = {"content-type": "text/event-stream"}
            return httpx.Response(200, content=answer, headers=headers)
        headers = {"openai-poll-after-ms": "1"}
        return httpx.Response(200, content=json.dumps(answer), headers=headers)


def followed(
    use: Callable[[OpenAI], object], *answers: bytes | dict[str, Any], **options: Any
) -> Exported:
    """Use a client with telemetry, and return what was exported."""
    http = httpx.Client(transport=httpx.MockTransport(Answers(*answers)))
    with OpenAI(api_key="k", http_client=http, max_retries=0) as client:
        with exported(client, **options) as out:
            use(client)
    return out


def streamed(client: OpenAI) -> None:
    with client.beta.threads.runs.stream(**ASKED) as events:
        events.until_done()


def test_a_stream_of_a_run_is_a_span_with_what_the_server_told() -> None:
    out = followed(
        streamed, body("r:queued", "m:new", "m:0+Hi", "m:=Hi", run("completed", **FACTS))
    )
    assert out.span.name == "invoke_agent"
    assert out.span.kind is SpanKind.CLIENT
    assert out.span.status.status_code is StatusCode.UNSET
    facts = out.facts
    assert facts["gen_ai.operation.name"] == "invoke_agent"
    assert facts["gen_ai.agent.id"] == "asst_1"
    assert facts["gen_ai.conversation.id"] == "thread_1"
    assert facts["gen_ai.response.id"] == "run_1"
    assert facts["gen_ai.response.model"] == "m"
    assert facts["gen_ai.response.finish_reasons"] == ("stop",)
    assert facts["gen_ai.usage.input_tokens"] == 7
    assert facts["gen_ai.usage.output_tokens"] == 3
    assert "gen_ai.response.time_to_first_chunk" in facts
    assert "Hi" not in out.span.to_json()


def test_what_a_run_says_is_content() -> None:
    out = followed(streamed, body("m:new", "m:0+Hi", "m:=Hi", "r:completed"), content=True)
    (message,) = json.loads(out.facts["gen_ai.output.messages"])
    assert message == {"role": "assistant", "parts": [{"type": "text", "content": "Hi"}]}


def answered(client: OpenAI) -> None:
    def outputs(_: object) -> list[dict[str, str]]:
        return [{"tool_call_id": "c1", "output": "x"}]

    with client.beta.threads.runs.stream(**ASKED, on_requires_action=outputs) as events:
        events.until_done()


def test_each_response_of_a_run_that_goes_on_is_a_span() -> None:
    out = followed(answered, WAITS, DONE)
    reasons = [dict(span.attributes or {})["gen_ai.response.finish_reasons"] for span in out.spans]
    assert reasons == [("tool_calls",), ("stop",)]


def test_a_run_whose_stream_is_cut_is_an_error_without_tokens() -> None:
    def cut(client: OpenAI) -> None:
        with pytest.raises(StreamTruncatedError):
            streamed(client)

    out = followed(cut, body("r:queued", "m:new", "m:0+Hi", done=False))
    assert out.facts["error.type"] == "StreamTruncatedError"
    assert out.facts["gen_ai.response.finish_reasons"] == ("error",)
    assert not [name for name in out.facts if name.startswith("gen_ai.usage")]


def test_a_run_whose_stream_is_left_is_cancelled() -> None:
    def left(client: OpenAI) -> None:
        with client.beta.threads.runs.stream(**ASKED) as events:
            next(iter(events))

    out = followed(left, body("r:queued", "m:new", "m:0+Hi", "r:completed"))
    assert out.span.status.status_code is StatusCode.UNSET
    assert out.facts["streamkit.cancelled"] is True


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        (
            {"status": "failed", "last_error": {"code": "rate_limit_exceeded"}},
            "rate_limit_exceeded",
        ),
        ({"status": "failed", "last_error": None}, "failed"),
        ({"status": "expired"}, "expired"),
    ],
    ids=["with a code", "without", "expired"],
)
def test_a_run_that_fails_at_the_server_is_an_error(ended: Any, kind: str) -> None:
    out = followed(streamed, body("r:queued", run(**ended)))
    assert out.facts["error.type"] == kind
    assert out.span.status.status_code is StatusCode.ERROR


def polled(client: OpenAI) -> None:
    client.beta.threads.runs.create_and_poll(**ASKED)


def polled_with_thread(client: OpenAI) -> None:
    client.beta.threads.create_and_run_poll(assistant_id="asst_1")


def observed(client: OpenAI) -> None:
    client.beta.threads.runs.observe_create_and_poll(**ASKED).run()


def submitted(client: OpenAI) -> None:
    client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id="run_1", thread_id="thread_1", tool_outputs=[]
    )


@pytest.mark.parametrize("use", [polled, polled_with_thread, observed, submitted])
def test_a_polling_is_one_span_from_the_start_to_the_last_state(use: Any) -> None:
    out = followed(use, state("queued"), state("in_progress"), state("completed", **FACTS))
    assert out.facts["gen_ai.response.finish_reasons"] == ("stop",)
    assert out.facts["gen_ai.usage.output_tokens"] == 3


def test_a_polling_that_runs_out_of_time_is_an_error() -> None:
    def late(client: OpenAI) -> None:
        with pytest.raises(PollTimeoutError):
            client.beta.threads.runs.create_and_poll(**ASKED, max_wait_seconds=0)

    out = followed(late, state("queued"))
    assert out.facts["error.type"] == "PollTimeoutError"
    assert out.facts["gen_ai.response.id"] == "run_1"


def test_a_polling_that_is_left_is_cancelled() -> None:
    def left(client: OpenAI) -> None:
        states = client.beta.threads.runs.observe_create_and_poll(**ASKED)
        seen: list[Any] = []
        states.pipe(rx.take(1)).subscribe(seen.append)

    out = followed(left, state("queued"), state("completed"))
    assert out.facts["streamkit.cancelled"] is True


def started(client: OpenAI) -> None:
    client.beta.threads.runs.create(**ASKED)


def test_a_run_that_is_only_started_has_no_reason_yet() -> None:
    out = followed(started, state("queued"))
    assert "gen_ai.response.finish_reasons" not in out.facts
    assert out.span.status.status_code is StatusCode.UNSET


async def test_the_async_client_follows_streams_and_pollings_alike() -> None:
    answers = Answers(
        body("r:queued", run("completed", **FACTS)), state("queued"), state("completed", **FACTS)
    )
    http = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    async with AsyncOpenAI(api_key="k", http_client=http) as client:
        with exported(client) as out:
            async with client.beta.threads.runs.stream(**ASKED) as events:
                await events.until_done()
            await client.beta.threads.runs.create_and_poll(**ASKED)
    for span in out.spans:
        assert dict(span.attributes or {})["gen_ai.response.finish_reasons"] == ("stop",)
    assert len(out.spans) == 2


def test_a_status_of_another_type_loses_no_attributes() -> None:
    out = followed(started, {"id": "run_1", "status": ["queued"], "model": "m"})
    assert out.facts["gen_ai.response.id"] == "run_1"
