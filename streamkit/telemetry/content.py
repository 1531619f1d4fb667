"""Messages as the GenAI conventions write them: each has a role and parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

from streamkit._core.serialization import json_default
from streamkit.telemetry.facts import member

__all__ = ["content_of_answer", "content_of_request"]


def content_of_request(path: str, body: Any) -> dict[str, str]:
    """Return the attributes of what a request says to the model."""
    said = member(body, "input" if path.endswith("/responses") else "messages")
    if path.startswith("/threads/"):
        said = member(body, "additional_messages") or member(body, "thread", "messages")
    messages = [{"role": "user", "content": said}] if isinstance(said, str) else _items(said)
    system = member(body, "instructions") or member(body, "system")
    facts = {
        "gen_ai.input.messages": [_message(message) for message in messages],
        "gen_ai.system_instructions": _parts(system),
        "gen_ai.tool.definitions": _items(member(body, "tools")),
    }
    return {name: _json(value) for name, value in facts.items() if value}


def content_of_answer(path: str, answer: Any) -> dict[str, str]:
    """Return the attribute of what the model answered, a message for each choice."""
    if path.endswith("/chat/completions"):
        messages = [
            _message(member(choice, "message")) for choice in _items(member(answer, "choices"))
        ]
    elif path.startswith("/threads/"):
        messages = [_message(message) for message in _items(member(answer, "messages"))]
    else:
        said = member(answer, "output" if path.endswith("/responses") else "content")
        messages = [{"role": "assistant", "parts": _parts(said)}]
    messages = [message for message in messages if message["parts"]]
    return {"gen_ai.output.messages": _json(messages)} if messages else {}


def _message(message: Any) -> dict[str, Any]:
    role = member(message, "role")
    if role is None:  # an item of Responses that is no message
        return {"role": "assistant", "parts": _parts([message])}
    if role == "tool":
        result = member(message, "content")
        part = {"type": "tool_call_response", "response": result}
        return {"role": role, "parts": [{**part, "id": member(message, "tool_call_id")}]}
    reasoning = member(message, "reasoning_content") or member(message, "reasoning")
    parts = [{"type": "reasoning", "content": reasoning}] if isinstance(reasoning, str) else []
    parts += _parts(member(message, "content"))
    parts += _parts(member(message, "refusal"))
    parts += [_part(call) for call in _items(member(message, "tool_calls"))]
    return {"role": role, "parts": parts}


def _parts(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}] if content else []
    return [_part(part) for part in _items(content)]


def _part(part: Any) -> dict[str, Any]:
    kind = member(part, "type")
    match kind:
        case "message":
            texts = [one["content"] for one in _parts(member(part, "content")) if "content" in one]
            return {"type": "text", "content": "".join(texts)}
        case "function" | "custom":
            called = member(part, kind)
            given = member(called, "arguments" if kind == "function" else "input")
            return _call(member(part, "id"), member(called, "name"), given)
        case "function_call":
            return _call(member(part, "call_id"), member(part, "name"), member(part, "arguments"))
        case "tool_use":
            return _call(member(part, "id"), member(part, "name"), member(part, "input"))
        case "tool_result" | "function_call_output":
            id_ = member(part, "tool_use_id") or member(part, "call_id")
            result = member(part, "content" if kind == "tool_result" else "output")
            return {"type": "tool_call_response", "id": id_, "response": result}
        case "thinking" | "reasoning":
            summary = [member(one, "text") or "" for one in _items(member(part, "summary"))]
            return {"type": "reasoning", "content": member(part, "thinking") or "".join(summary)}
        case _:
            said = member(part, "text") or member(part, "refusal")
            said = member(said, "value") or said  # that of a thread has annotations beside it
            if isinstance(said, str):
                return {"type": "text", "content": said}
            return {"type": str(kind)}  # an image or a file, whose bytes are no telemetry


def _call(id_: Any, name: Any, arguments: Any) -> dict[str, Any]:
    if isinstance(arguments, str):
        with suppress(ValueError):  # a call that was cut keeps its text
            arguments = json.loads(arguments)
    return {"type": "tool_call", "id": id_, "name": name, "arguments": arguments}


def _items(value: Any) -> list[Any]:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return [*cast("Iterable[Any]", value)]
    return []


def _json(value: Any) -> str:
    return json.dumps(value, default=json_default, ensure_ascii=False)
