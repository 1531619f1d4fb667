"""Requests for runs to the embedded server, with the openai package, and what comes back."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai

if TYPE_CHECKING:  # these imports take long
    from openai.types.beta.threads import Message, Run
    from openai.types.beta.threads.runs import RunStep

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
