"""A run of the embedded server is polled, and cancelled while it is polled or streamed."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

import json
from typing import Any

import httpx
import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.server.runs.requested import BETA, NEVER, asking, names, steps, streamed

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)


def test_a_run_is_done_after_some_polls(client: openai.OpenAI) -> None:
    thread = client.beta.threads.create(messages=asking("Hi")["messages"])
    run = client.beta.threads.runs.create(
        thread_id=thread.id, assistant_id="any", extra_headers={"x-streamkit-polls": "3"}
    )
    states = [run.status]
    for _ in range(4):
        run = client.beta.threads.runs.retrieve(run.id, thread_id=thread.id)
        states.append(run.status)
    assert states == ["queued", "in_progress", "in_progress", "completed", "completed"]
    assert len(client.beta.threads.messages.list(thread.id).data) == 2


def test_without_polls_a_run_is_done_at_once(client: openai.OpenAI) -> None:
    run = client.beta.threads.create_and_run(
        assistant_id="any", thread=asking("Hi"), extra_headers={"x-streamkit-polls": "0"}
    )
    assert run.status == "completed"


def test_the_helper_polls_to_the_end(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m")
    thread = client.beta.threads.create(messages=asking("Hi")["messages"])
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=0
    )
    assert run.status == "completed"
    assert client.beta.threads.runs.poll(run.id, thread.id) == run


def test_the_server_advises_who_polls(server: EmbeddedServer) -> None:
    url = server.base_url + "/threads/runs"
    body = {"assistant_id": "any", "thread": asking("Hi")}
    advised = [
        httpx.post(url, json=body, headers={**BETA, "x-streamkit-poll-after-ms": ms}).headers
        for ms in ("7", "null")
    ]
    assert advised[0]["openai-poll-after-ms"] == "7"
    assert "openai-poll-after-ms" not in advised[1]


def test_polled_and_streamed_runs_say_the_same_things() -> None:
    said: list[str] = []
    for _ in range(2):
        with EmbeddedServer(seed=3) as server:
            client = openai.OpenAI(base_url=server.base_url, api_key="any")
            if said:
                run = streamed(client, "[[code_interpreter]]")[-1].data
            else:
                run = client.beta.threads.create_and_run_poll(
                    assistant_id="any", thread=asking("[[code_interpreter]]")
                )
            messages = client.beta.threads.messages.list(run.thread_id)
            said.append("\n".join(message.to_json() for message in messages))
            client.close()
    assert said[0] == said[1]
    assert "“" in said[0]


def test_a_polled_run_is_cancelled_by_the_next_poll(client: openai.OpenAI) -> None:
    run = streamed(client, "[[function]]")[-1].data
    runs = client.beta.threads.runs
    assert runs.cancel(run.id, thread_id=run.thread_id).status == "cancelling"
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'cancelling'"):
        runs.cancel(run.id, thread_id=run.thread_id)
    run = runs.poll(run.id, run.thread_id, poll_interval_ms=0)
    assert run.status == "cancelled"
    assert run.required_action is None
    assert [step.status for step in steps(client, run)] == ["cancelled"]
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'cancelled'"):
        runs.cancel(run.id, thread_id=run.thread_id)


def test_cancelling_ends_a_stream_however_slow_it_is(client: openai.OpenAI) -> None:
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Hi"), extra_headers={"x-streamkit-pace": NEVER}
    ) as stream:
        thread: Any = next(stream).data
        # The run's next event comes after an hour; another request cancels the run meanwhile.
        [run] = client.beta.threads.runs.list(thread.id)
        client.beta.threads.runs.cancel(run.id, thread_id=thread.id)
        events = list(stream)
    assert names(events)[-2:] == ["thread.run.cancelling", "thread.run.cancelled"]


def test_a_run_goes_on_when_its_reader_leaves(
    client: openai.OpenAI, server: EmbeddedServer
) -> None:
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Hi"), extra_headers={"x-streamkit-pace": NEVER}
    ) as stream:
        thread: Any = next(stream).data
    assert server.exchanges[-1].wait(10) == "cut"
    [run] = client.beta.threads.runs.list(thread.id)
    assert run.status == "completed"
    assert len(client.beta.threads.messages.list(thread.id).data) == 2


def test_polls_do_not_move_a_run_that_is_streamed(client: openai.OpenAI) -> None:
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Hi"), extra_headers={"x-streamkit-pace": NEVER}
    ) as stream:
        thread: Any = next(stream).data
        [run] = client.beta.threads.runs.list(thread.id)
        for _ in range(5):
            assert client.beta.threads.runs.retrieve(run.id, thread_id=thread.id) == run
        assert run.status == "queued"


def test_deleting_a_thread_ends_the_stream_of_its_run(
    client: openai.OpenAI, server: EmbeddedServer
) -> None:
    body = {"assistant_id": "any", "thread": asking("Hi"), "stream": True}
    headers = {**BETA, "x-streamkit-pace": "0.01"}
    url = server.base_url + "/threads/runs"
    with httpx.stream("POST", url, json=body, headers=headers) as response:
        events = response.iter_lines()
        assert next(events) == "event: thread.created"
        thread = json.loads(next(events).removeprefix("data: "))
        client.beta.threads.delete(thread["id"])
        rest = list(events)
    assert rest[-3] == "event: error"
    assert "No run found" in rest[-2]
