"""Runs of the embedded server, streamed and polled; the `openai` package is the client."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest
from openai import AssistantEventHandler, AsyncAssistantEventHandler
from typing_extensions import override

from streamkit.server import EmbeddedServer

if TYPE_CHECKING:  # these imports take long
    from openai.types.beta.threads import Message, Run, Text, TextDelta
    from openai.types.beta.threads.runs import RunStep, ToolCall

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)

BETA = {"OpenAI-Beta": "assistants=v2"}
NEVER = "3600"
"""A pace so slow that nothing comes after the first event."""
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}},
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    },
}
CLOCK: Any = {"type": "function", "function": {"name": "clock"}}
ANSWERED = [
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
]
BEGUN = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
CALLED = ["thread.run.step.created", "thread.run.step.in_progress", "thread.run.step.delta"]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    # The client is strict: each answer must have every field that the package's types require.
    with openai.OpenAI(
        base_url=server.base_url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
async def async_client(server: EmbeddedServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        yield client


def asking(text: str) -> Any:
    """Return a new thread with this message of a user."""
    return {"messages": [{"role": "user", "content": text}]}


def streamed(client: openai.OpenAI, text: str, **more: Any) -> list[Any]:
    """Return the events of a run in a new thread."""
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking(text), **more
    ) as stream:
        return list(stream)


def names(events: list[Any]) -> list[str]:
    """Return the names of events; equal neighbours count once."""
    found = [event.event for event in events]
    return [name for place, name in enumerate(found) if found[place - 1 : place] != [name]]


def outputs(run: Run, output: str = "fine") -> Any:
    """Return an output for each call that a run waits for."""
    assert run.status == "requires_action"
    assert run.required_action is not None
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [{"tool_call_id": call.id, "output": output} for call in calls]


def steps(client: openai.OpenAI, run: Run) -> list[RunStep]:
    """Return a run's steps, the oldest first."""
    return list(client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc"))


def text_of(message: Message) -> str:
    """Return the text of a message's blocks."""
    return "".join(block.text.value for block in message.content if block.type == "text")


# Streams


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


# Functions


def test_a_function_is_called_with_arguments_of_its_schema(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m", tools=[WEATHER])
    thread = client.beta.threads.create(messages=asking("Will it rain?")["messages"])
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        events: list[Any] = list(stream)
    assert names(events) == [*BEGUN, *CALLED, "thread.run.requires_action"]
    run: Run = events[-1].data
    assert run.required_action is not None
    [call] = run.required_action.submit_tool_outputs.tool_calls
    arguments = json.loads(call.function.arguments)
    assert call.function.name == "weather"
    assert arguments.keys() == {"city", "days"}
    assert arguments["days"] >= 3
    deltas = [
        delta
        for event in events
        if event.event == "thread.run.step.delta"
        for delta in event.data.delta.step_details.tool_calls
    ]
    assert deltas[0].id == call.id
    assert "".join(delta.function.arguments for delta in deltas) == call.function.arguments
    with client.beta.threads.runs.submit_tool_outputs_stream(
        run_id=run.id, thread_id=thread.id, tool_outputs=outputs(run)
    ) as stream:
        events = list(stream)
    assert names(events) == [
        "thread.run.step.completed",
        "thread.run.queued",
        "thread.run.in_progress",
        *ANSWERED,
        "thread.run.completed",
    ]
    [answered] = events[0].data.step_details.tool_calls
    assert (answered.function.arguments, answered.function.output) == (
        call.function.arguments,
        "fine",
    )
    assert events[0].data.usage.completion_tokens == len(deltas)


def test_a_run_requires_action_twice_in_a_row(client: openai.OpenAI) -> None:
    run = client.beta.threads.create_and_run_poll(
        assistant_id="any", thread=asking("[[function_twice]]"), tools=[WEATHER, CLOCK]
    )
    called: list[str] = []
    while run.required_action is not None:
        [call] = run.required_action.submit_tool_outputs.tool_calls
        called.append(call.function.name)
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run)
        )
    assert called == ["weather", "clock"]
    assert run.status == "completed"
    assert [step.type for step in steps(client, run)] == [
        "tool_calls",
        "tool_calls",
        "message_creation",
    ]


def test_functions_are_called_in_parallel(client: openai.OpenAI) -> None:
    run = streamed(client, "Hi", tools=[WEATHER, CLOCK])[-1].data
    assert len(outputs(run)) == 2
    run = streamed(client, "Hi", tools=[WEATHER, CLOCK], parallel_tool_calls=False)[-1].data
    assert len(outputs(run)) == 1


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", []),
        ("required", ["weather", "clock"]),
        ({"type": "function", "function": {"name": "clock"}}, ["clock"]),
        ({"type": "code_interpreter"}, []),
    ],
)
def test_the_tool_choice_decides(client: openai.OpenAI, choice: Any, called: list[str]) -> None:
    run = client.beta.threads.create_and_run_poll(
        assistant_id="any",
        thread=asking("Hi"),
        tools=[WEATHER, CLOCK, {"type": "code_interpreter"}],
        tool_choice=choice,
    )
    action = run.required_action
    calls = action.submit_tool_outputs.tool_calls if action else []
    assert [call.function.name for call in calls] == called
    kinds = [
        call.type
        for step in steps(client, run)
        if step.step_details.type == "tool_calls"
        for call in step.step_details.tool_calls
    ]
    assert ("code_interpreter" in kinds) == (choice == {"type": "code_interpreter"})


def test_all_kinds_of_tools_can_be_in_one_step(client: openai.OpenAI) -> None:
    run = client.beta.threads.create_and_run_poll(
        assistant_id="any", thread=asking("[[all_tools]]")
    )
    assert len(outputs(run)) == 1
    run = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run)
    )
    assert run.status == "completed"
    details = steps(client, run)[0].step_details
    assert details.type == "tool_calls"
    assert [call.type for call in details.tool_calls] == [
        "code_interpreter",
        "file_search",
        "function",
    ]
    assert len(client.beta.threads.messages.list(run.thread_id, run_id=run.id).data) == 2


def test_outputs_must_answer_each_call_of_a_waiting_run(client: openai.OpenAI) -> None:
    run = streamed(client, "[[function]]")[-1].data
    submit = client.beta.threads.runs.submit_tool_outputs
    with pytest.raises(openai.BadRequestError, match="Expected tool outputs for call_ids"):
        submit(run.id, thread_id=run.thread_id, tool_outputs=[])
    submit(run.id, thread_id=run.thread_id, tool_outputs=outputs(run))
    with pytest.raises(openai.BadRequestError, match='status "queued" do not accept tool outputs'):
        submit(run.id, thread_id=run.thread_id, tool_outputs=outputs(run))


def test_a_schema_that_no_value_fits_fails_the_run(client: openai.OpenAI) -> None:
    impossible: Any = {
        "type": "function",
        "function": {
            "name": "f",
            "parameters": {"properties": {"a": {"enum": []}}, "required": ["a"]},
        },
    }
    run = client.beta.threads.create_and_run_poll(
        assistant_id="any", thread=asking("Hi"), tools=[impossible]
    )
    assert run.status == "failed"
    assert run.last_error is not None
    assert "Invalid schema for function 'f'" in run.last_error.message


def test_a_response_format_is_kept_to(client: openai.OpenAI) -> None:
    wanted: Any = {
        "type": "json_schema",
        "json_schema": {
            "name": "place",
            "schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    with client.beta.threads.create_and_run_stream(
        assistant_id="any", thread=asking("Where?"), response_format=wanted
    ) as stream:
        said = "".join(stream.text_deltas)
    assert isinstance(json.loads(said), dict)


# Polls


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


# Cancelling


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


# Scenarios


def test_a_scenario_is_named_in_four_ways(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m", metadata={"scenario": "expired"})
    asked: list[dict[str, Any]] = [
        {"metadata": {"scenario": "failed"}, "thread": asking("[[incomplete]]")},
        {"thread": asking("[[nothing]] and [[incomplete]]"), "model": "scenario:cancelled"},
        {"thread": asking("Hi"), "model": "scenario:cancelled"},
        {"thread": asking("Hi")},
    ]
    ends = [
        client.beta.threads.create_and_run_poll(assistant_id=assistant.id, **more).status
        for more in asked
    ]
    assert ends == ["failed", "incomplete", "cancelled", "expired"]


@pytest.mark.parametrize("more", [{"metadata": {"scenario": "x"}}, {"model": "scenario:x"}])
def test_a_scenario_must_exist(client: openai.OpenAI, more: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="There is no scenario 'x'"):
        client.beta.threads.create_and_run(assistant_id="any", **more)


def test_a_server_is_given_scenarios_as_data() -> None:
    scenarios = {
        "greet": {
            "steps": [
                {
                    "type": "tool_calls",
                    "calls": [{"type": "function", "name": "wave", "arguments": {"hands": 2}}],
                },
                {
                    "type": "message",
                    "content": [
                        {"type": "text", "text": ""},
                        {"type": "text", "text": "Hello"},
                        {"type": "refusal", "refusal": "No."},
                    ],
                },
            ]
        }
    }
    with (
        EmbeddedServer(scenarios=scenarios) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as client,
    ):
        run = client.beta.threads.create_and_run_poll(
            assistant_id="any", thread=asking("[[greet]]")
        )
        assert run.required_action is not None
        [call] = run.required_action.submit_tool_outputs.tool_calls
        assert (call.function.name, call.function.arguments) == ("wave", '{"hands":2}')
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run)
        )
        [message] = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    blocks = [block.to_dict() for block in message.content]
    assert [block["type"] for block in blocks] == ["text", "text", "refusal"]
    assert text_of(message) == "Hello"
    assert blocks[2]["refusal"] == "No."


@pytest.mark.parametrize(
    "scenario", [{}, {"steps": [{"type": "dance"}]}, {"steps": [], "end": "never"}]
)
def test_what_is_no_scenario_is_refused(scenario: Any) -> None:
    with pytest.raises(ValueError, match=r"steps|dance|never"):
        EmbeddedServer(scenarios={"x": scenario})
