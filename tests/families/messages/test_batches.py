"""Batches of messages: their requests, their polling, and their results as lines of JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from streamkit import Anthropic, AsyncAnthropic, StreamDecodeError, StreamTruncatedError
from streamkit._core.json_lines import JSONLinesDecoder
from streamkit.limits import Limits
from tests.http_server import Do, ScriptedServer, head, response
from tests.message_streams import ASKED

KEY = "sk-ant-key-of-a-test"
COUNTS = {"processing": 2, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
BATCH = {
    "id": "msgbatch_1",
    "type": "message_batch",
    "processing_status": "in_progress",
    "request_counts": COUNTS,
    "created_at": "2026-01-01T00:00:00Z",
    "expires_at": "2026-01-02T00:00:00Z",
}
ENDED = BATCH | {"processing_status": "ended", "results_url": "https://example.org/results"}
SUCCEEDED = {
    "custom_id": "one",
    "result": {
        "type": "succeeded",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "Hi"}],
            "model": "m",
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2},
        },
    },
}
ERRORED = {
    "custom_id": "two",
    "result": {
        "type": "errored",
        "error": {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}},
    },
}
EXPIRED = {"custom_id": "three", "result": {"type": "expired"}}
LINES = b"".join(json.dumps(line).encode() + b"\n" for line in (SUCCEEDED, ERRORED, EXPIRED))


def json_answer(value: Any) -> list[bytes]:
    return [response(200, json.dumps(value).encode())]


def client(server: ScriptedServer) -> Anthropic:
    return Anthropic(api_key=KEY, base_url=server.url.removesuffix("/v1"), max_retries=0)


def test_a_batch_is_created_read_canceled_and_deleted() -> None:
    gone = {"id": "msgbatch_1", "type": "message_batch_deleted"}
    scripts = [json_answer(answer) for answer in (BATCH, BATCH, BATCH, gone)]
    with ScriptedServer(*scripts) as server, client(server) as opened:
        batches = opened.messages.batches
        created = batches.create(requests=[{"custom_id": "one", "params": ASKED}])
        batches.retrieve("msgbatch_1")
        batches.cancel("msgbatch_1")
        deleted = batches.delete("msgbatch_1")
    assert created.to_dict() == BATCH
    assert created.status == created.processing_status == "in_progress"
    assert deleted.id == "msgbatch_1"
    path = "/v1/messages/batches"
    assert [(request.method, request.target) for request in server.requests] == [
        ("POST", path),
        ("GET", f"{path}/msgbatch_1"),
        ("POST", f"{path}/msgbatch_1/cancel"),
        ("DELETE", f"{path}/msgbatch_1"),
    ]
    assert json.loads(server.requests[0].body) == {
        "requests": [{"custom_id": "one", "params": ASKED}]
    }
    assert not any("openai-beta" in request.headers for request in server.requests)


def test_the_next_page_of_batches_begins_after_the_last_id() -> None:
    first = {"data": [BATCH], "has_more": True, "first_id": "a", "last_id": "msgbatch_1"}
    last = {"data": [ENDED], "has_more": False, "first_id": "b", "last_id": "b"}
    with ScriptedServer(json_answer(first), json_answer(last)) as server, client(server) as opened:
        batches = [*opened.messages.batches.list(limit=1)]
    assert [batch.status for batch in batches] == ["in_progress", "ended"]
    assert server.requests[1].target == "/v1/messages/batches?limit=1&after_id=msgbatch_1"


def test_a_batch_is_polled_until_it_has_ended() -> None:
    canceling = BATCH | {"processing_status": "canceling"}
    scripts = [json_answer(answer) for answer in (BATCH, canceling, ENDED)]
    with ScriptedServer(*scripts) as server, client(server) as opened:
        requests = [{"custom_id": "one", "params": ASKED}]
        batch = opened.messages.batches.create_and_poll(requests=requests, poll_interval_ms=1)
    assert batch.processing_status == "ended"
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]


def test_the_states_of_a_polled_batch_can_be_observed() -> None:
    states: list[str] = []
    with ScriptedServer(json_answer(BATCH), json_answer(ENDED)) as server, client(server) as opened:
        polled = opened.messages.batches.observe_poll("msgbatch_1", poll_interval_ms=1)
        polled.subscribe(lambda batch: states.append(batch.status))
    assert states == ["in_progress", "ended"]


def results_script(body: bytes, *rest: Any) -> list[Any]:
    headers = [("content-type", "application/x-jsonl"), ("content-length", str(len(body)))]
    return [head(200, headers), body, *rest]


def test_results_are_streamed_line_by_line() -> None:
    with ScriptedServer(results_script(LINES)) as server, client(server) as opened:
        with opened.messages.batches.results("msgbatch_1") as stream:
            results: list[Any] = [*stream]
    one, two, three = results
    assert (one.custom_id, one.result.type) == ("one", "succeeded")
    assert one.result.message.content[0].text == "Hi"
    assert two.result.error.error.type == "invalid_request_error"
    assert three.result.type == "expired"
    (request,) = server.requests
    assert request.target == "/v1/messages/batches/msgbatch_1/results"
    assert request.headers["accept"] == "application/x-jsonl"


def test_results_are_streamed_on_the_loop_too() -> None:
    async def main(url: str) -> list[str]:
        async with AsyncAnthropic(api_key=KEY, base_url=url) as opened:
            stream = await opened.messages.batches.results("msgbatch_1")
            return [result.custom_id async for result in stream]

    with ScriptedServer(results_script(LINES.rstrip(b"\n"))) as server:
        assert asyncio.run(main(server.url.removesuffix("/v1"))) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("script", "kind", "count"),
    [
        (results_script(LINES[:-9]), StreamDecodeError, 2),
        (results_script(b"<html>no</html>"), StreamDecodeError, 0),
        (results_script(b""), StreamDecodeError, 0),
        (
            [head(200, [("content-length", str(len(LINES) + 5))]), LINES, Do.HANG_UP],
            StreamTruncatedError,
            3,
        ),
    ],
    ids=["half a line", "HTML", "empty", "cut"],
)
def test_results_that_are_cut_or_none_are_an_error(script: Any, kind: Any, count: int) -> None:
    taken: list[Any] = []
    with ScriptedServer(script) as server, client(server) as opened:
        opened.messages.batches.observe_results("msgbatch_1").subscribe(taken.append, taken.append)
    *results, error = taken
    assert isinstance(error, kind)
    assert len(results) == count


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_do_not_depend_on_the_cut_of_the_bytes(size: int) -> None:
    body = LINES.replace(b"\n", b"\r\n") + b"\n\n"
    decoder = JSONLinesDecoder()
    lines = [
        event.data
        for at in range(0, len(body), size)
        for event in decoder.feed(body[at : at + size])
    ]
    assert lines == LINES.splitlines()
    assert decoder.unfinished() == ([], None)


def test_a_line_is_no_longer_than_the_limit_of_an_event() -> None:
    decoder = JSONLinesDecoder(limits=Limits(event_bytes=10))
    with pytest.raises(StreamDecodeError):
        decoder.feed(b"x" * 11)


@pytest.mark.parametrize("id_", ["", "..", None])
def test_an_id_that_would_change_the_path_is_refused(id_: Any) -> None:
    with ScriptedServer(json_answer(BATCH)) as server, client(server) as opened:
        with pytest.raises(ValueError, match="batch_id"):
            opened.messages.batches.results(id_)
    assert server.requests == []
