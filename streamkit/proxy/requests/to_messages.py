"""A request for a chat completion as one for a message.

Source: https://docs.anthropic.com/en/api/messages.
"""

from __future__ import annotations

import re
from typing import cast

import msgspec

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

__all__ = ["MAX_TOKENS", "to_messages"]

MAX_TOKENS = 4096
"""The ``max_tokens`` of a message whose request says nothing of it, as its API requires it."""

_SAME = ("model", "temperature", "top_p")
_OTHERS = (
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "n",
    "parallel_tool_calls",
    "reasoning_effort",
    "response_format",
    "stop",
    "tool_choice",
    "tools",
    "user",
)
_HINTS = (
    "metadata",
    "prompt_cache_key",
    "safety_identifier",
    "seed",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "verbosity",
)


def to_messages(body: Object) -> Object:
    """Return the parameters of a message for those of a chat completion.

    System messages are joined, wherever they stand.
    """
    no_others(body, (*_SAME, *_OTHERS), _HINTS, "Messages")
    if body.get("n") not in (None, 1):
        raise RequestError("n must be 1: a message is one answer", param="n")
    params: Object = {name: body[name] for name in _SAME if body.get(name) is not None}
    params["max_tokens"] = body.get("max_completion_tokens") or body.get("max_tokens") or MAX_TOKENS
    system, params["messages"] = _conversation(body.get("messages"))
    if system:
        params["system"] = system
    if body.get("stop"):
        stop = body["stop"]
        params["stop_sequences"] = [stop] if isinstance(stop, str) else items(stop, "stop")
    if isinstance(body.get("user"), str):
        params["metadata"] = {"user_id": body["user"]}
    return params | _output(body) | _tools(body)


def _conversation(given: object) -> tuple[str, list[Object]]:
    system: list[str] = []
    messages: list[Object] = []
    for where, message in objects(given, "messages"):
        role = message.get("role")
        content = message.get("content")
        if role in ("system", "developer"):
            system.append("".join(part["text"] for part in _blocks(content, where, only_text=True)))
            continue
        if role == "tool":
            blocks = [_result(message, where)]
        elif role == "user":
            blocks = _blocks(content, where)
        elif role == "assistant":
            blocks = [] if content is None else _blocks(content, where, only_text=True)
            calls = items(message.get("tool_calls"), f"{where}.tool_calls")
            blocks += [_call(mapping(call, where), where) for call in calls]
        else:
            refuse(f"{where}.role", "system, developer, user, assistant or tool", role)
        role = "assistant" if role == "assistant" else "user"
        if messages and messages[-1]["role"] == role:  # results at once are one message
            messages[-1]["content"] += blocks
        elif blocks:
            messages.append({"role": role, "content": blocks})
    if not messages:
        raise RequestError("messages must have one of the user at least", param="messages")
    return "\n\n".join(system), messages


def _blocks(content: object, where: str, *, only_text: bool = False) -> list[Object]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    blocks: list[Object] = []
    for place, part in objects(content, f"{where}.content"):
        kind = part.get("type")
        if kind in ("text", "refusal"):
            blocks.append({"type": "text", "text": text(part.get(kind), f"{place}.{kind}")})
        elif kind == "image_url" and not only_text:
            image = mapping(part.get("image_url"), f"{place}.image_url")
            url = text(image.get("url"), f"{place}.image_url.url")
            blocks.append({"type": "image", "source": _source(url)})
        elif kind == "file" and not only_text:
            file = mapping(part.get("file"), f"{place}.file")
            data = text(file.get("file_data"), f"{place}.file.file_data")
            blocks.append({"type": "document", "source": _source(data)})
        else:
            refuse(f"{place}.type", "text" if only_text else "text, image_url or file", kind)
    return blocks


def _source(url: str) -> Object:
    found = _DATA_URL.fullmatch(url)
    if found is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": found[1], "data": found[2]}


_DATA_URL = re.compile(r"data:([^;,]+);base64,(.*)", re.DOTALL)


def _result(message: Object, where: str) -> Object:
    call_id = text(message.get("tool_call_id"), f"{where}.tool_call_id")
    blocks = _blocks(message.get("content"), where)
    return {"type": "tool_result", "tool_use_id": call_id, "content": blocks}


def _call(call: Object, where: str) -> Object:
    if not isinstance(call.get("function"), dict):
        refuse(f"{where}.tool_calls", "calls of functions", call.get("type"))
    function = mapping(call["function"], f"{where}.tool_calls.function")
    place = f"{where}.tool_calls.function.arguments"
    arguments = text(function.get("arguments"), place)
    try:
        given = msgspec.json.decode(arguments or "{}")
    except ValueError:
        refuse(place, "the JSON of an object", arguments)
    return {
        "type": "tool_use",
        "id": text(call.get("id"), f"{where}.tool_calls.id"),
        "name": text(function.get("name"), f"{where}.tool_calls.function.name"),
        "input": mapping(given, place),
    }


def _output(body: Object) -> Object:
    config: Object = {}
    effort = body.get("reasoning_effort")
    if effort not in (None, "none"):
        config["effort"] = "low" if effort == "minimal" else effort
    format_ = mapping(body.get("response_format") or {"type": "text"}, "response_format")
    if format_.get("type") == "json_schema":
        schema = mapping(format_.get("json_schema"), "response_format.json_schema")
        config["format"] = {"type": "json_schema", "schema": schema.get("schema")}
    elif format_.get("type") != "text":
        refuse("response_format.type", "text or json_schema with this API", format_.get("type"))
    return {"output_config": config} if config else {}


def _tools(body: Object) -> Object:
    tools: list[Object] = []
    for where, tool in objects(body.get("tools"), "tools"):
        if tool.get("type") != "function":
            refuse(f"{where}.type", "function", tool.get("type"))
        function = mapping(tool.get("function"), f"{where}.function")
        schema: Object = function.get("parameters") or {"type": "object", "properties": {}}
        same = {name: function[name] for name in _OF_TOOLS if function.get(name) is not None}
        tools.append({**same, "input_schema": schema})
    if not tools:
        return {}
    choice = _choice(body.get("tool_choice"))
    if body.get("parallel_tool_calls") is False and choice["type"] != "none":
        choice["disable_parallel_tool_use"] = True
    return {"tools": tools, "tool_choice": choice}


_OF_TOOLS = ("name", "description", "strict")
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def _choice(given: object) -> Object:
    if given is None:
        return {"type": "auto"}
    if isinstance(given, str) and given in _CHOICES:
        return {"type": _CHOICES[given]}
    if isinstance(given, dict):
        function = cast("Object", given).get("function")
        return {"type": "tool", "name": mapping(function, "tool_choice.function").get("name")}
    return refuse("tool_choice", "auto, none, required or a function", given)
