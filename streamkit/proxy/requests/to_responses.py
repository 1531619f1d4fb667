"""A request for a chat completion as one for a response.

Source: https://platform.openai.com/docs/api-reference/responses/create.
"""

from __future__ import annotations

from typing import Any, cast

from streamkit.proxy.requests.refusal import (
    Object,
    RequestError,
    items,
    mapping,
    no_others,
    objects,
    refuse,
    text,
)
from streamkit.proxy.requests.shared_words import CALLS, SAME

__all__ = ["to_responses"]

_OTHERS = (
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "n",
    "reasoning_effort",
    "response_format",
    "store",
    "tool_choice",
    "tools",
    "verbosity",
)
_HINTS = ("seed", "stream", "stream_options")


def to_responses(body: Object) -> Object:
    """Return the parameters of a response for those of a chat completion.

    The response is not stored unless the request says so, as it is with chat completions.
    """
    no_others(body, (*SAME, *_OTHERS), _HINTS, "Responses")
    if body.get("n") not in (None, 1):
        raise RequestError("n must be 1: a response is one answer", param="n")
    params: Object = {name: body[name] for name in SAME if body.get(name) is not None}
    params["input"] = [
        item
        for where, message in objects(body.get("messages"), "messages")
        for item in _items(message, where)
    ]
    params["store"] = body.get("store") is True
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if limit is not None:
        params["max_output_tokens"] = limit
    if body.get("reasoning_effort") is not None:
        params["reasoning"] = {"effort": body["reasoning_effort"]}
    if body.get("logprobs"):
        params["include"] = ["message.output_text.logprobs"]
    return params | _text(body) | _tools(body)


def _items(message: Object, where: str) -> list[Object]:
    role = message.get("role")
    content = message.get("content")
    if role == "tool":
        call_id = text(message.get("tool_call_id"), f"{where}.tool_call_id")
        output = _content(content, f"{where}.content")
        return [{"type": "function_call_output", "call_id": call_id, "output": output}]
    if role not in ("user", "assistant", "system", "developer"):
        refuse(f"{where}.role", "system, developer, user, assistant or tool", role)
    said: list[Object] = []
    if content is not None:
        is_answer = role == "assistant"
        parts = _content(content, f"{where}.content", is_answer=is_answer)
        said.append({"type": "message", "role": role, "content": parts})
    calls = items(message.get("tool_calls"), f"{where}.tool_calls")
    return [*said, *(_call(mapping(call, where), where) for call in calls)]


def _call(call: Object, where: str) -> Object:
    call_id = text(call.get("id"), f"{where}.tool_calls.id")
    for kind, type_, field in CALLS:
        if kind in call:
            called = mapping(call[kind], f"{where}.tool_calls.{kind}")
            names = ("name", field)
            said = {name: text(called.get(name), f"{where}.tool_calls.{name}") for name in names}
            return {"type": type_, "call_id": call_id, **said}
    return refuse(f"{where}.tool_calls", "calls of functions or custom tools", call.get("type"))


def _content(content: object, where: str, *, is_answer: bool = False) -> str | list[Object]:
    if isinstance(content, str):
        return content
    parts: list[Object] = []
    for place, part in objects(content, where):
        kind = part.get("type")
        if kind == "text":
            said = text(part.get("text"), f"{place}.text")
            parts.append({"type": "output_text" if is_answer else "input_text", "text": said})
        elif kind == "refusal" and is_answer:
            parts.append(part)
        elif kind == "image_url":
            image = mapping(part.get("image_url"), f"{place}.image_url")
            url = text(image.get("url"), f"{place}.image_url.url")
            detail = image.get("detail") or "auto"
            parts.append({"type": "input_image", "image_url": url, "detail": detail})
        elif kind == "file":
            parts.append({"type": "input_file", **mapping(part.get("file"), f"{place}.file")})
        else:
            refuse(f"{place}.type", "text, image_url or file", kind)
    return parts


def _text(body: Object) -> Object:
    config: Object = {}
    if body.get("verbosity") is not None:
        config["verbosity"] = body["verbosity"]
    if body.get("response_format") is not None:
        format_ = mapping(body["response_format"], "response_format")
        if format_.get("type") == "json_schema":
            schema = mapping(format_.get("json_schema"), "response_format.json_schema")
            format_ = {"type": "json_schema", **schema}
        config["format"] = format_
    return {"text": config} if config else {}


def _tools(body: Object) -> Object:
    tools: list[Any] = []
    for where, tool in objects(body.get("tools"), "tools"):
        kind = tool.get("type")
        if kind not in ("function", "custom"):
            refuse(f"{where}.type", "function or custom", kind)
        # Chat completions take a tool that does not say so for one that is not strict.
        loose = {"strict": False} if kind == "function" else {}
        tools.append({"type": kind, **loose, **mapping(tool.get(kind), f"{where}.{kind}")})
    if not tools:
        return {}
    choice: object = body.get("tool_choice")
    if isinstance(choice, dict):
        chosen = cast("Object", choice)
        kind = str(chosen.get("type"))
        choice = {"type": kind, **mapping(chosen.get(kind), f"tool_choice.{kind}")}
    return {"tools": tools, **({} if choice is None else {"tool_choice": choice})}
