"""The input of an AG-UI run as a chat completion.

Source: https://docs.ag-ui.com/concepts/messages, and the package ``@ag-ui/core`` 1.0.
"""

from __future__ import annotations

from typing import Any

from streamkit.proxy.requests.refusal import (
    Object,
    RequestError,
    items,
    mapping,
    objects,
    refuse,
    text,
)

__all__ = ["from_ag_ui"]


def from_ag_ui(body: Object) -> Object:
    """Return the parameters of a chat completion for a ``RunAgentInput``.

    The context of the run is a system message. Thoughts and activities are not sent to the model.
    """
    messages = _context(items(body.get("context"), "context"))
    given = [
        each
        for number, message in enumerate(items(body.get("messages"), "messages"))
        for each in _message(message, f"messages[{number}]")
    ]
    if not given:
        raise RequestError("messages must have one at least", param="messages")
    tools = [
        _tool(tool, f"tools[{number}]")
        for number, tool in enumerate(items(body.get("tools"), "tools"))
    ]
    return {"messages": [*messages, *given], **({"tools": tools} if tools else {})}


def _context(context: list[Any]) -> list[Object]:
    lines: list[str] = []
    for where, fields in objects(context, "context"):
        about, value = (text(fields.get(name), f"{where}.{name}") for name in _OF_CONTEXT)
        lines.append(f"{about}: {value}")
    return [{"role": "system", "content": "\n".join(lines)}] if lines else []


_OF_CONTEXT = ("description", "value")


def _message(given: object, where: str) -> list[Object]:
    message = mapping(given, where)
    role = message.get("role")
    content = message.get("content")
    if role in ("system", "developer"):
        return [{"role": role, "content": text(content, f"{where}.content")}]
    if role == "user":
        return [{"role": "user", "content": _content(content, f"{where}.content")}]
    if role == "tool":
        call_id = text(message.get("toolCallId"), f"{where}.toolCallId")
        said = _content(content, f"{where}.content")
        return [{"role": "tool", "tool_call_id": call_id, "content": said}]
    if role in ("reasoning", "activity"):
        return []
    if role != "assistant":
        refuse(f"{where}.role", "developer, system, user, assistant or tool", role)
    calls = items(message.get("toolCalls"), f"{where}.toolCalls")
    answer = None if content is None else text(content, f"{where}.content")
    if not calls and not answer:
        return []
    # Their calls have the form of a chat completion's.
    called = {"tool_calls": calls} if calls else {}
    return [{"role": "assistant", "content": answer or None, **called}]


def _content(content: object, where: str) -> str | list[Object]:
    if isinstance(content, str):
        return content
    parts: list[Object] = []
    for place, part in objects(content, where):
        if part.get("type") == "text":
            parts.append({"type": "text", "text": text(part.get("text"), f"{place}.text")})
        else:
            parts.append({"type": "image_url", "image_url": {"url": _image(part, place)}})
    return parts


def _image(part: Object, where: str) -> str:
    """Return the address of an image, in the form of version 1.0 or in the ``binary`` of before."""
    if part.get("type") == "image":
        part = mapping(part.get("source"), f"{where}.source")
        kind, value = part.get("mimeType"), text(part.get("value"), f"{where}.source.value")
        return value if part.get("type") == "url" else f"data:{kind or 'image/png'};base64,{value}"
    kind = part.get("mimeType")
    if part.get("type") != "binary" or not str(kind).startswith("image/"):
        refuse(where, "a text or an image", part.get("type"))
    if isinstance(part.get("url"), str):
        return str(part["url"])
    return f"data:{kind};base64,{text(part.get('data'), f'{where}.data')}"


def _tool(given: object, where: str) -> Object:
    tool = mapping(given, where)
    function: Object = {"name": text(tool.get("name"), f"{where}.name")}
    if isinstance(tool.get("description"), str):
        function["description"] = tool["description"]
    if isinstance(tool.get("parameters"), dict):
        function["parameters"] = tool["parameters"]
    return {"type": "function", "function": function}
