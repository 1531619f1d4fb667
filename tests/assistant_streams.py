"""Events of runs in a short notation: as sent, as decoded, and as emitted.

``m:new`` is a message that begins, ``m:0+Hi`` a piece of the text at index 0, ``m:1@f`` the image
``f`` at index 1, ``m:=Hi`` the end of the message with its whole text. ``s:new``, ``s:0+1`` and
``s:=1`` are the same of a step that runs code. ``r:completed`` is a state of the run. Names that
begin with m are messages, with s steps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from reactivex import operators as rx

from streamkit.families.assistants.events import AssistantEvent
from streamkit.types.beta import AssistantStreamEvent
from streamkit.types.beta.assistant_stream_event import stream_event

Said: TypeAlias = tuple[str, dict[str, Any]]
"""The name and the data of an event."""

DONE = b"event: done\ndata: [DONE]\n\n"


def said(short: str) -> Said:
    """Return the API's event for a short notation."""
    name, _, what = short.partition(":")
    if name.startswith("r"):
        return run(what)
    kind = message if name.startswith("m") else step
    if what == "new":
        return kind(name, "created")
    if what.startswith("="):
        return kind(name, "completed", what[1:])
    match = re.fullmatch(r"(\d+)([+@])(.*)", what)
    assert match is not None, short
    index, sign, piece = int(match[1]), match[2], match[3]
    if kind is step:
        return step_delta(name, code(index, piece))
    return message_delta(name, text(index, piece) if sign == "+" else image(index, piece))


def run(status: str, **fields: Any) -> Said:
    """Return the event of the run in a state."""
    data = {"id": "run_1", "thread_id": "thread_1", "status": status} | fields
    return f"thread.run.{status}", data


def requires_action(*ids: str) -> Said:
    """Return the event of the run in the state in which it waits for the outputs of calls."""
    calls = [
        {"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}} for id in ids
    ]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return run("requires_action", required_action=action)


def message(id: str, what: str, *texts: str, **fields: Any) -> Said:
    """Return the event of a message with texts."""
    content: list[Any] = [
        {"type": "text", "text": {"value": text, "annotations": []}} for text in texts
    ]
    data: dict[str, Any] = {
        "id": id,
        "role": "assistant",
        "run_id": "run_1",
        "content": content,
    } | fields
    return f"thread.message.{what}", data


def message_delta(id: str, *blocks: dict[str, Any]) -> Said:
    """Return the event that adds blocks to a message."""
    return "thread.message.delta", {"id": id, "delta": {"content": list(blocks)}}


def text(index: int, value: str, **fields: Any) -> dict[str, Any]:
    """Return a piece of a text."""
    return {"index": index, "type": "text", "text": {"value": value} | fields}


def image(index: int, file_id: str) -> dict[str, Any]:
    """Return an image."""
    return {"index": index, "type": "image_file", "image_file": {"file_id": file_id}}


def step(id: str, what: str, *inputs: str, **fields: Any) -> Said:
    """Return the event of a step that runs code."""
    calls = [
        {"id": f"{id}{at}", "type": "code_interpreter", "code_interpreter": {"input": input}}
        for at, input in enumerate(inputs)
    ]
    details = {"type": "tool_calls", "tool_calls": calls}
    data = {"id": id, "run_id": "run_1", "type": "tool_calls", "step_details": details} | fields
    return f"thread.run.step.{what}", data


def step_delta(id: str, *calls: dict[str, Any]) -> Said:
    """Return the event that adds to the calls of a step."""
    details = {"type": "tool_calls", "tool_calls": list(calls)}
    return "thread.run.step.delta", {"id": id, "delta": {"step_details": details}}


def code(index: int | None, input: str, **fields: Any) -> dict[str, Any]:
    """Return a piece of code."""
    call = {"index": index, "type": "code_interpreter", "code_interpreter": {"input": input}}
    return call | fields


def function(index: int | None, arguments: object, **fields: Any) -> dict[str, Any]:
    """Return a piece of a function call."""
    return {"index": index, "type": "function", "function": {"arguments": arguments}} | fields


def read(event: Said | str) -> AssistantStreamEvent:
    """Return an event as a program reads it."""
    name, data = said(event) if isinstance(event, str) else event
    return stream_event(name, json.dumps(data))


def frame(event: Said | str) -> bytes:
    """Return an event as a server sends it."""
    name, data = said(event) if isinstance(event, str) else event
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def body(*events: Said | str, done: bool = True) -> bytes:
    """Return the body of a response with the events."""
    return b"".join(map(frame, events)) + (DONE if done else b"")


_SHORT = {
    "run": "r:{0.status}",
    "message.created": "{0.message_id}:new",
    "message.delta": "{0.message_id}:+",
    "message.done": "{0.message_id}:done",
    "text.created": "{0.message_id}:{0.index}new",
    "text.delta": "{0.message_id}:{0.index}+{0.delta.value}",
    "text.done": "{0.message_id}:{0.index}={0.text.value}",
    "image_file.done": "{0.message_id}:{0.index}@{0.image_file.file_id}",
    "run_step.created": "{0.run_step_id}:new",
    "run_step.delta": "{0.run_step_id}:+",
    "run_step.done": "{0.run_step_id}:done",
    "tool_call.created": "{0.run_step_id}:{0.index}new",
    "tool_call.delta": "{0.run_step_id}:{0.index}+{0.delta.code_interpreter.input}",
    "tool_call.done": "{0.run_step_id}:{0.index}={0.tool_call.code_interpreter.input}",
}


def emitted(event: AssistantEvent) -> str:
    """Return the short notation of an emitted event."""
    return _SHORT[event.type].format(event)


def all_emitted(machine: Any, events: Iterable[Said | str]) -> list[str]:
    """Return the short notations of a machine's outputs for the events and their end."""
    outputs = [output for event in events for output in machine.feed(read(event))]
    return [emitted(output) for output in (*outputs, *machine.close())]


READ = rx.map(read)
"""An operator for diagrams, from the short notation to decoded events."""

EMITTED = rx.map(emitted)
"""An operator for diagrams, from emitted events to the short notation."""
