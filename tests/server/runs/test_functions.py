"""A run of the embedded server calls functions, and takes their outputs."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest

from tests.server.runs.requested import (
    ANSWERED,
    BEGUN,
    CALLED,
    CLOCK,
    WEATHER,
    asking,
    names,
    outputs,
    steps,
    streamed,
)

if TYPE_CHECKING:  # these imports take long
    from openai.types.beta.threads import Run

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)


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
