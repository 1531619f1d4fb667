"""The requests about runs, such as to create, poll and cancel them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from streamkit.server.api_error import ApiError
from streamkit.server.call import not_found
from streamkit.server.pages import page
from streamkit.server.threads.activity import active_run, advance, finish
from streamkit.server.threads.context import prompt_of
from streamkit.server.threads.endings import unfinished
from streamkit.server.threads.event_stream import event_stream
from streamkit.server.threads.messages import new_message
from streamkit.server.threads.plan import scenario_for
from streamkit.server.threads.requests import (
    Changed,
    NewRun,
    NewThread,
    NewThreadAndRun,
    Outputs,
    RunFields,
)
from streamkit.server.threads.threads import new_thread
from streamkit.server.threads.tools import check, resources

if TYPE_CHECKING:
    from starlette.responses import Response

    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record
    from streamkit.server.threads.endings import Event

KIND = "thread.run"
LIFETIME = 600
"""The seconds in a run's ``expires_at``; no clock is read, so only a scenario lets a run expire."""


def create(call: Call) -> Document | Response:
    """Begin a run in a thread."""
    thread = call.find("thread", "thread")
    asked = call.read(NewRun)
    if run := active_run(call.store, thread.id):
        raise ApiError(f"Thread {thread.id} already has an active run {run.id}.")
    for message in call.body.get("additional_messages") or ():
        new_message(call, thread, message)
    return _begun(call, thread, asked, asked.additional_instructions, [])


def create_with_thread(call: Call) -> Document | Response:
    """Begin a run in a new thread."""
    asked = call.read(NewThreadAndRun)
    wanted = NewThread() if asked.thread is UNSET else asked.thread
    thread = new_thread(call, wanted, call.body.get("thread") or {})
    if asked.tool_resources is not None:
        thread.document["tool_resources"] = resources(call, asked.tool_resources)
        call.store.save(thread)
    return _begun(call, thread, asked, None, [("thread.created", thread.document)])


def show(call: Call) -> Document:
    """Show a run, which counts as a poll."""
    return advance(call.desk, _found(call)).document


def show_page(call: Call) -> Document:
    """List a thread's runs."""
    return page(call, KIND, owner=call.find("thread", "thread").id)


def change(call: Call) -> Document:
    """Change a run's metadata."""
    run = _found(call)
    run.document["metadata"] = call.read(Changed).metadata or {}
    call.store.save(run)
    return run.document


def cancel(call: Call) -> Document:
    """Cancel a run; its next poll or its stream carries that out."""
    run = _found(call)
    status = run.document["status"]
    if status not in {"queued", "in_progress", "requires_action"}:
        raise ApiError(f"Cannot cancel run with status '{status}'.")
    run.document["status"] = "cancelling"
    call.store.save(run)
    if called := call.desk.streaming.get(run.id):
        called.set()
    return run.document


def submit(call: Call) -> Document | Response:
    """Go on with a run that waits for the outputs of its functions."""
    run = _found(call)
    asked = call.read(Outputs)
    status = run.document["status"]
    if status != "requires_action":
        raise ApiError(f'Runs in status "{status}" do not accept tool outputs.')
    outputs = {output.tool_call_id: output.output for output in asked.tool_outputs}
    events = [_answered(call, step, outputs) for step in _open_steps(call, run, outputs)]
    run.document.update(status="queued", required_action=None)
    run.private.update(_pace(call))
    call.store.save(run)
    queued: Event = ("thread.run.queued", run.document)
    return _moving(call, run, [*events, queued], stream=asked.stream)


def _begun(
    call: Call,
    thread: Record,
    asked: RunFields,
    additional_instructions: str | None,
    events: list[Event],
) -> Document | Response:
    assistant = _assistant(call, asked.assistant_id)
    check(asked.tools, asked.response_format)
    document = _document(call, thread, asked, assistant)
    if additional_instructions:
        document["instructions"] += "\n" + additional_instructions
    scenario = scenario_for(
        document,
        assistant=assistant["metadata"],
        prompt=prompt_of(call.store, thread.id),
        scenarios=call.desk.scenarios,
    )
    call.desk.serve(document["model"])
    private = {"scenario": msgspec.to_builtins(scenario), "next": 0, "said": 0, **_pace(call)}
    run = call.store.add(KIND, "run_", document, owner=thread.id, private=private)
    created: Event = ("thread.run.created", run.document)
    queued: Event = ("thread.run.queued", run.document)
    return _moving(call, run, [*events, created, queued], stream=asked.stream)


def _moving(
    call: Call, run: Record, opening: list[Event], *, stream: bool | None
) -> Document | Response:
    """Return the response to a request that starts a run or lets it go on."""
    if stream:
        return event_stream(call.desk, run, opening, call.settings.pace)
    if run.private["polls"] == 0:
        return finish(call.desk, run).document
    return run.document


def _pace(call: Call) -> dict[str, Any]:
    """Return the settings of the request for the progress of its run."""
    return {"polls": call.settings.polls, "token_size": call.settings.token_size}


def _assistant(call: Call, id: str) -> Document:
    record = call.store.find("assistant", id)
    if record is not None:
        return record.document
    if not call.desk.any_assistant:
        raise not_found("assistant", id)
    return {
        "model": "streamkit",
        "instructions": "",
        "tools": list[Any](),
        "metadata": dict[str, str](),
        "temperature": 1.0,
        "top_p": 1.0,
        "response_format": "auto",
    }


def _document(call: Call, thread: Record, asked: RunFields, assistant: Document) -> Document:
    def chosen(name: str) -> Any:
        given = call.body.get(name)
        return assistant[name] if given is None else given

    parallel = asked.parallel_tool_calls
    return {
        "thread_id": thread.id,
        "assistant_id": asked.assistant_id,
        "status": "queued",
        "started_at": None,
        "expires_at": call.store.now + LIFETIME,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "required_action": None,
        "last_error": None,
        "incomplete_details": None,
        "model": chosen("model"),
        "instructions": chosen("instructions") or "",
        "tools": chosen("tools"),
        "metadata": asked.metadata or {},
        "temperature": chosen("temperature"),
        "top_p": chosen("top_p"),
        "max_completion_tokens": asked.max_completion_tokens,
        "max_prompt_tokens": asked.max_prompt_tokens,
        "truncation_strategy": call.body.get("truncation_strategy")
        or {"type": "auto", "last_messages": None},
        "response_format": chosen("response_format"),
        "tool_choice": call.body.get("tool_choice") or "auto",
        "parallel_tool_calls": True if parallel is None else parallel,
        "usage": None,
    }


def _found(call: Call) -> Record:
    thread = call.find("thread", "thread")
    return call.find(KIND, "run", owner=thread.id)


def _open_steps(call: Call, run: Record, outputs: dict[str, str]) -> list[Record]:
    """Return the steps whose calls the outputs answer.

    Raises:
        ApiError: The outputs are not for exactly the open calls.
    """
    steps = unfinished(call.store, run, "thread.run.step")
    wanted = [
        each["id"] for each in run.document["required_action"]["submit_tool_outputs"]["tool_calls"]
    ]
    if sorted(outputs) != sorted(wanted):
        raise ApiError(f"Expected tool outputs for call_ids {wanted}, got {list(outputs)}")
    return steps


def _answered(call: Call, step: Record, outputs: dict[str, str]) -> Event:
    for each in step.document["step_details"]["tool_calls"]:
        if each["type"] == "function":
            each["function"]["output"] = outputs[each["id"]]
    usage = step.private["usage"]
    step.document.update(status="completed", completed_at=call.store.now, usage=usage)
    call.store.save(step)
    return "thread.run.step.completed", step.document


ROUTES = (
    ("POST", "/threads/runs", create_with_thread),
    ("POST", "/threads/{thread}/runs", create),
    ("GET", "/threads/{thread}/runs", show_page),
    ("GET", "/threads/{thread}/runs/{run}", show),
    ("POST", "/threads/{thread}/runs/{run}", change),
    ("POST", "/threads/{thread}/runs/{run}/cancel", cancel),
    ("POST", "/threads/{thread}/runs/{run}/submit_tool_outputs", submit),
)
