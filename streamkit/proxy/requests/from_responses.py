"""A request for a response as one for a chat completion.

Source: https://platform.openai.com/docs/api-reference/responses/create.
"""

from __future__ import annotations

from typing import Any, cast

from streamkit.proxy.requests.refusal import (
    Object,
    RequestError,
    mapping,
    no_others,
    objects,
    refuse,
    text,
)
from streamkit.proxy.requests.shared_words import CALLS, SAME

__all__ = ["from_responses"]

_OTHERS = (
    "background",
    "input",
    "instructions",
    "max_output_tokens",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
)
_HINTS = ("include", "store", "stream", "stream_options", "truncation")


def from_responses(body: Object) -> Object:
    """Return the parameters of a chat completion for those of a response.

    Reasoning of earlier answers is not sent, because chat completions have no place for it.
    """
    no_others(body, (*SAME, *_OTHERS), _HINTS, "chat completions")
    if body.get("background"):
        raise RequestError("background must be false: see --keep", param="background")
    params: Object = {name: body[name] for name in SAME if body.get(name) is not None}
    messages: list[Object] = []
    if body.get("instructions") is not None:
        content = text(body["instructions"], "instructions")
        messages.append({"role": "system", "content": content})
    params["messages"] = [*messages, *_messages(body.get("input"))]
    if body.get("max_output_tokens") is not None:
        params["max_completion_tokens"] = body["max_output_tokens"]
    if body.get("top_logprobs"):
        params["logprobs"] = True
    reasoning = mapping(body.get("reasoning") or {}, "reasoning")
    if reasoning.get("effort") is not None:
        params["reasoning_effort"] = reasoning["effort"]
    return params | _format(mapping(body.get("text") or {}, "text")) | _tools(body)


def _messages(given: object) -> list[Object]:
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    messages: list[Object] = []
    for where, item in objects(given, "input"):
        kind = item.get("type", "message")
        if kind == "message":
            messages.append(_message(item, where))
        elif kind in _CALLS:
            _add_call(messages, _call(item, kind, where))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            call_id = text(item.get("call_id"), f"{where}.call_id")
            output = _content(item.get("output"), f"{where}.output")
            messages.append({"role": "tool", "tool_call_id": call_id, "content": output})
        elif kind != "reasoning":
            refuse(f"{where}.type", "a message, a call, its output or reasoning", kind)
    if not messages:
        raise RequestError("input must have one message at least", param="input")
    return messages


def _message(item: Object, where: str) -> Object:
    role = item.get("role")
    if role not in ("user", "assistant", "system", "developer"):
        refuse(f"{where}.role", "user, assistant, system or developer", role)
    content = _content(item.get("content"), f"{where}.content")
    return {"role": role, "content": content}


def _add_call(messages: list[Object], call: Object) -> None:
    """Add a call to the answer before it, or to a new one: calls at once are one message."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    messages[-1].setdefault("tool_calls", []).append(call)


_CALLS = {item: (kind, field) for kind, item, field in CALLS}


def _call(item: Object, kind: str, where: str) -> Object:
    type_, field = _CALLS[kind]
    called = {name: text(item.get(name), f"{where}.{name}") for name in ("name", field)}
    return {"id": text(item.get("call_id"), f"{where}.call_id"), "type": type_, type_: called}


def _content(content: object, where: str) -> str | list[Object]:
    if isinstance(content, str):
        return content
    parts = [_part(part, place) for place, part in objects(content, where)]
    if all(part["type"] == "text" for part in parts):
        return "".join(part["text"] for part in parts)
    return parts


def _part(part: Object, where: str) -> Object:
    kind = part.get("type")
    if kind in ("input_text", "output_text", "text"):
        return {"type": "text", "text": text(part.get("text"), f"{where}.text")}
    if kind == "refusal":
        return {"type": "text", "text": text(part.get("refusal"), f"{where}.refusal")}
    if kind == "input_image":
        url = text(part.get("image_url"), f"{where}.image_url")
        detail = {"detail": part["detail"]} if part.get("detail") else {}
        return {"type": "image_url", "image_url": {"url": url, **detail}}
    if kind == "input_file" and part.get("file_url") is None:
        names = ("filename", "file_data", "file_id")
        return {"type": "file", "file": {name: part[name] for name in names if part.get(name)}}
    return refuse(f"{where}.type", "a text, an image or a file that is included", kind)


def _format(config: Object) -> Object:
    params: Object = {}
    if config.get("verbosity") is not None:
        params["verbosity"] = config["verbosity"]
    format_ = mapping(config.get("format") or {"type": "text"}, "text.format")
    if format_.get("type") == "json_schema":
        schema = {name: value for name, value in format_.items() if name != "type"}
        params["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif format_.get("type") != "text":
        params["response_format"] = format_
    return params


def _tools(body: Object) -> Object:
    tools: list[Any] = []
    for where, tool in objects(body.get("tools"), "tools"):
        kind = tool.get("type")
        if kind not in ("function", "custom"):
            refuse(f"{where}.type", "function or custom, which clients run", kind)
        tools.append({"type": kind, kind: {k: v for k, v in tool.items() if k != "type"}})
    if not tools:
        return {}
    choice: object = body.get("tool_choice")
    if isinstance(choice, dict):
        chosen = cast("Object", choice)
        kind = chosen.get("type")
        if kind not in ("function", "custom"):
            refuse("tool_choice.type", "function or custom", kind)
        choice = {"type": kind, kind: {"name": chosen.get("name")}}
    return {"tools": tools, **({} if choice is None else {"tool_choice": choice})}
