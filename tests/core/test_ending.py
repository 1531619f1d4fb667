"""In each family certain items end an answer, after which no retry requests it again."""

from __future__ import annotations

from typing import Any

import pytest
import reactivex as rx

from streamkit import OpenAI
from streamkit._core.ending import ends_answer
from streamkit.errors import PartialRun, StreamTruncatedError
from streamkit.families.assistants.events import RunEvent
from streamkit.families.responses.events import ResponseCompletedEvent
from streamkit.operators import assistant_events, retry_stream
from streamkit.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion, construct
from streamkit.types.beta.threads import Run
from streamkit.types.responses import Response
from tests.assistant_streams import frame, read
from tests.chat_chunks import ends, says
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import stream

RESTING = ["requires_action", "completed", "incomplete", "failed", "cancelled", "expired"]
WORKING = ["created", "queued", "in_progress", "cancelling"]


def completion(reason: str | None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": reason, "message": {"content": "a"}}]}


def run_event(status: str) -> RunEvent:
    return RunEvent(construct(Run, {"id": "r"}), status)


@pytest.mark.parametrize("kind", [ChatCompletion, ParsedChatCompletion])
def test_a_finish_reason_ends_a_completion(kind: type[ChatCompletion]) -> None:
    assert ends_answer(construct(kind, completion("stop")))
    assert not ends_answer(construct(kind, completion(None)))


def test_a_finish_reason_ends_a_chunk_of_any_class() -> None:
    class Chunk(ChatCompletionChunk):
        pass

    assert ends_answer(ends())
    assert not ends_answer(says("a"))
    assert ends_answer(construct(Chunk, ends().to_dict()))


@pytest.mark.parametrize(
    ("status", "ended"), [("completed", True), ("incomplete", True), ("cancelled", False)]
)
def test_a_response_has_ended_with_its_answer(status: str, ended: bool) -> None:
    assert ends_answer(construct(Response, {"id": "r", "status": status})) is ended
    assert ends_answer(ResponseCompletedEvent[Any]())


@pytest.mark.parametrize("status", RESTING)
def test_a_run_that_rests_has_ended(status: str) -> None:
    assert ends_answer(read(f"r:{status}"))
    assert ends_answer(run_event(status))
    assert ends_answer(PartialRun(construct(Run, {"id": "r", "status": status})))


@pytest.mark.parametrize("status", WORKING)
def test_a_run_that_works_has_not(status: str) -> None:
    assert not ends_answer(read(f"r:{status}"))
    assert not ends_answer(run_event(status))
    assert not ends_answer(PartialRun(construct(Run, {"id": "r", "status": status})))


@pytest.mark.parametrize("item", [None, "stop", PartialRun(None), {"finish_reason": "stop"}])
def test_nothing_else_ends_anything(item: object) -> None:
    assert not ends_answer(item)


@pytest.mark.parametrize("stage", [None, assistant_events()], ids=["sent", "emitted"])
@pytest.mark.parametrize(("last", "requests"), [("r:completed", 1), ("r:in_progress", 2)])
def test_a_run_that_has_ended_is_not_started_again(last: str, requests: int, stage: Any) -> None:
    begin = [frame("r:created"), frame("m:new"), frame("m:0+Hi")]
    emitted: list[Any] = []
    failed: list[Exception] = []
    with ScriptedServer(stream(*begin, frame(last), end=[Do.RESET])) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            source: Any = client.beta.threads.runs.observe(thread_id="t", assistant_id="a")
            stages = [stage] if stage else []
            again = retry_stream(max_attempts=2, wait=lambda _: 0.0)
            source.pipe(*stages, again).subscribe(emitted.append, failed.append)
    assert len(server.requests) == requests
    (error,) = failed
    assert isinstance(error, StreamTruncatedError)


def test_what_is_filtered_out_has_ended_all_the_same() -> None:
    subscriptions: list[object] = []

    def begin(observer: Any, _: Any = None) -> Any:
        subscriptions.append(observer)
        error = StreamTruncatedError("cut")
        error.partial = PartialRun(construct(Run, {"id": "r", "status": "completed"}))
        return rx.throw(error).subscribe(observer)

    source: rx.Observable[Any] = rx.Observable(begin)
    source.pipe(retry_stream(wait=lambda _: 0.0)).subscribe(on_error=lambda _: None)
    assert len(subscriptions) == 1
