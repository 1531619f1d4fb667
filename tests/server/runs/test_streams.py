"""The embedded server streams a run as the API does."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest
from openai import AssistantEventHandler, AsyncAssistantEventHandler
from typing_extensions import override

from streamkit.server import EmbeddedServer
from tests.server.runs.requested import (
    ANSWERED,
    BEGUN,
    BETA,
    CALLED,
    WEATHER,
    asking,
    names,
    outputs,
    steps,
    streamed,
    text_of,
)

if TYPE_CHECKING:  # these imports take long
    from openai.types.beta.threads import Message, Run, Text, TextDelta
    from openai.types.beta.threads.runs import ToolCall

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)


def test_an_assistant_answers_in_a_stream(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m", name="Ada", instructions="Be brief")
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread.id, role="user", content="Tell me about rivers")
    with client.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=assistant.id, instructions="Be kind"
    ) as stream:
        events = list(stream)
    assert names(events) == [*BEGUN, *ANSWERED, "thread.run.completed"]
    run = stream.get_final_run()
    assert (run.model, run.instructions, run.status) == ("m", "Be kind", "completed")
    assert run.usage is not None
    assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens
    [message] = stream.get_final_messages()
    assert "“rivers”" in text_of(message)
    assert client.beta.threads.messages.list(thread.id).data[0] == message
    assert client.beta.threads.runs.retrieve(run.id, thread_id=thread.id) == run


def test_a_thread_made_with_its_run_is_sent_first(client: openai.OpenAI) -> None:
    events = streamed(client, "Hi")
    assert names(events) == ["thread.created", *BEGUN, *ANSWERED, "thread.run.completed"]
    assert events[0].data.id == events[1].data.thread_id


def test_a_stream_is_written_as_the_api_writes_it(server: EmbeddedServer) -> None:
    body = {"assistant_id": "any", "thread": asking("Hi"), "stream": True}
    response = httpx.post(server.base_url + "/threads/runs", json=body, headers=BETA)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, end = response.text.removesuffix("\n\n").split("\n\n")
    assert end == "event: done\ndata: [DONE]"
    for event in events:
        name, data = event.split("\n")
        assert name.startswith("event: thread.")
        document = json.loads(data.removeprefix("data: "))
        assert document["object"] in name.removeprefix("event: ")


def test_a_handler_is_called(client: openai.OpenAI) -> None:
    heard: list[str] = []

    class Handler(AssistantEventHandler):
        @override
        def on_text_created(self, text: Text) -> None:
            heard.append("created")

        @override
        def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
            heard.append(delta.value or "")

        @override
        def on_text_done(self, text: Text) -> None:
            heard.append("done")
            assert "".join(heard[1:-1]) == text.value

        @override
        def on_end(self) -> None:
            heard.append("end")

    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Tell me about rivers"), event_handler=Handler()
    ) as stream:
        stream.until_done()
    assert heard[0] == "created"
    assert heard[-2:] == ["done", "end"]
    assert len(heard) > 10


def test_text_comes_in_tokens_of_the_size_that_is_asked_for(client: openai.OpenAI) -> None:
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Hi"), extra_headers={"x-streamkit-token-size": "7"}
    ) as stream:
        *deltas, last = stream.text_deltas
    assert {len(delta) for delta in deltas} == {7}
    assert len(last) <= 7


def test_a_block_follows_the_one_before(client: openai.OpenAI) -> None:
    events = streamed(client, "[[blocks]]")
    deltas = [event.data.delta for event in events if event.event == "thread.message.delta"]
    kinds = [(block.index, block.type) for delta in deltas for block in delta.content]
    assert list(dict.fromkeys(kinds)) == [(0, "text"), (1, "image_file"), (2, "text")]
    message = next(e.data for e in events if e.event == "thread.message.completed")
    image = message.content[1].image_file
    assert client.files.retrieve(image.file_id).purpose == "assistants_output"
    assert client.files.content(image.file_id).read().startswith(b"\x89PNG")


def test_code_is_typed_and_then_run(client: openai.OpenAI) -> None:
    events = streamed(client, "[[code_interpreter]]")
    assert names(events)[4:] == [
        *CALLED,
        "thread.run.step.completed",
        *ANSWERED,
        "thread.run.completed",
    ]
    deltas = [
        call
        for event in events
        if event.event == "thread.run.step.delta"
        for call in event.data.delta.step_details.tool_calls
    ]
    step = next(e.data for e in events if e.event == "thread.run.step.completed")
    [call] = step.step_details.tool_calls
    typed = "".join(delta.code_interpreter.input or "" for delta in deltas)
    assert typed == call.code_interpreter.input
    shown = [o for delta in deltas for o in delta.code_interpreter.outputs or ()]
    assert [(output.index, output.type) for output in shown] == [(0, "logs"), (1, "image")]
    logs, image = call.code_interpreter.outputs
    assert logs.logs == "[1, 2, 3]\n"
    assert client.files.content(image.image.file_id).read().startswith(b"\x89PNG")


def test_a_search_cites_the_files_of_the_vector_stores(client: openai.OpenAI) -> None:
    file = client.files.create(file=("rivers.txt", b"Rivers flow."), purpose="assistants")
    store = client.vector_stores.create(file_ids=[file.id])
    assistant = client.beta.assistants.create(
        model="m",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id, thread=asking("Tell me about rivers")
    )
    [message] = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    assert message.content[0].type == "text"
    text = message.content[0].text
    assert len(text.annotations) == 2
    for note in text.annotations:
        assert note.type == "file_citation"
        assert note.file_citation.file_id == file.id
        assert text.value[note.start_index : note.end_index] == note.text
    listing = client.beta.threads.runs.steps
    found: list[Any] = []
    includes: Any = ([], ["step_details.tool_calls[*].file_search.results[*].content"])
    for include in includes:
        listed = listing.list(run.id, thread_id=run.thread_id, include=include, order="asc")
        searched = listed.data[0]
        assert searched.step_details.type == "tool_calls"
        [call] = searched.step_details.tool_calls
        assert call.type == "file_search"
        found += call.file_search.results or []
    assert [result.file_id for result in found] == [file.id, file.id]
    assert [bool(result.content) for result in found] == [False, True]


def test_annotations_are_streamed_with_the_text_that_they_are_about(client: openai.OpenAI) -> None:
    events = streamed(client, "[[file_search]]")
    deltas = [e.data.delta.content[0] for e in events if e.event == "thread.message.delta"]
    said = ""
    indexes: list[int] = []
    for delta in deltas:
        said += delta.text.value
        for note in delta.text.annotations or ():
            indexes.append(note.index)
            assert said[note.start_index : note.end_index] == note.text
    assert indexes == [0, 1]


@pytest.mark.parametrize(
    ("scenario", "end"),
    [
        ("failed", ["thread.message.incomplete", "thread.run.step.failed", "thread.run.failed"]),
        ("failed_tool", ["thread.run.step.failed", "thread.run.failed"]),
        ("rate_limited", ["thread.run.in_progress", "thread.run.failed"]),
        ("expired", ["thread.message.incomplete", "thread.run.step.expired", "thread.run.expired"]),
        (
            "incomplete",
            ["thread.message.incomplete", "thread.run.step.completed", "thread.run.incomplete"],
        ),
        (
            "cancelled",
            [
                "thread.run.cancelling",
                "thread.message.incomplete",
                "thread.run.step.cancelled",
                "thread.run.cancelled",
            ],
        ),
    ],
)
def test_a_run_ends_early(client: openai.OpenAI, scenario: str, end: list[str]) -> None:
    events = streamed(client, f"[[{scenario}]]")
    assert names(events)[-len(end) :] == end
    run: Run = events[-1].data
    if run.status == "failed":
        assert run.last_error is not None
        assert run.failed_at is not None
    if run.status == "incomplete":
        assert run.incomplete_details is not None
        assert run.incomplete_details.reason == "max_completion_tokens"
    polled = client.beta.threads.create_and_run_poll(
        assistant_id="any", thread=asking(f"[[{scenario}]]")
    )
    assert polled.status == run.status
    assert [step.status for step in steps(client, polled)] == [
        step.status for step in steps(client, run)
    ]


def test_an_error_in_the_middle_has_the_documented_shape(server: EmbeddedServer) -> None:
    body = {"assistant_id": "any", "thread": asking("[[error]]"), "stream": True}
    response = httpx.post(server.base_url + "/threads/runs", json=body, headers=BETA)
    *events, end = response.text.removesuffix("\n\n").split("\n\n")
    assert events[-1].startswith("event: thread.message.delta\n")
    name, data = end.split("\n")
    assert name == "event: error"
    error = json.loads(data.removeprefix("data: "))
    assert error.keys() == {"code", "message", "param", "type"}
    run = json.loads(events[1].partition("data: ")[2])
    url = f"{server.base_url}/threads/{run['thread_id']}/runs/{run['id']}"
    assert httpx.get(url, headers=BETA).json()["status"] == "failed"


def test_the_token_limit_ends_a_run() -> None:
    steps = [{"type": "message", "content": [{"type": "text", "text": "x" * 300}]}] * 2
    with (
        EmbeddedServer(scenarios={"long": {"steps": steps}}, token_size=1) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as client,
    ):
        events = streamed(client, "[[long]]", max_completion_tokens=400)
        assert sum(event.event == "thread.message.delta" for event in events) == 400
        run: Run = events[-1].data
        assert run.status == "incomplete"
        assert run.usage is not None
        assert run.usage.completion_tokens == 400
        [second, first] = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    assert (first.status, second.status) == ("completed", "incomplete")
    assert [len(text_of(message)) for message in (first, second)] == [300, 100]


async def test_the_async_client_is_served_as_well(async_client: openai.AsyncOpenAI) -> None:
    called: list[str] = []

    class Handler(AsyncAssistantEventHandler):
        @override
        async def on_message_done(self, message: Message) -> None:
            called.append(text_of(message))

        @override
        async def on_tool_call_created(self, tool_call: ToolCall) -> None:
            called.append(tool_call.type)

    async with async_client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("[[functions]]"), tools=[WEATHER], event_handler=Handler()
    ) as stream:
        await stream.until_done()
    run = await stream.get_final_run()
    assert called == ["function"]
    async with async_client.beta.threads.runs.submit_tool_outputs_stream(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run), event_handler=Handler()
    ) as stream:
        texts = [text async for text in stream.text_deltas]
    assert called[1:] == ["".join(texts)]
    polled = await async_client.beta.threads.create_and_run_poll(
        assistant_id="any", thread=asking("Hi")
    )
    assert polled.status == "completed"
