"""The messages of ``useChat`` as those of a chat completion.

Source: the package ``ai``, versions 5 to 7, ``UIMessage`` and ``DefaultChatTransport``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streamkit.proxy.requests.refusal import (
    Object,
    RequestError,
    items,
    mapping,
    objects,
    refuse,
    text,
)

__all__ = ["from_ui_message"]


def from_ui_message(body: Object) -> Object:
    """Return the parameters of a chat completion for the body of ``useChat``'s request.

    Thoughts, sources and data are not sent to the model, and neither are calls without a result,
    which no API takes.
    """
    messages: list[Object] = []
    for where, message in objects(body.get("messages"), "messages"):
        parts = items(message.get("parts"), f"{where}.parts")
        role = message.get("role")
        if role == "assistant":
            messages += _assistant(parts, where)
        elif role == "user":
            content = _content(parts, where)
            messages += [{"role": "user", "content": content}] if content else []
        elif role == "system":
            said = "".join(_texts(parts, where))
            messages += [{"role": "system", "content": said}] if said else []
        else:
            refuse(f"{where}.role", "system, user or assistant", role)
    if not messages:
        raise RequestError("messages must have one at least", param="messages")
    return {"messages": messages}


def _assistant(parts: list[Any], where: str) -> list[Object]:
    """Return the messages of an answer: for each of its steps the answer, then the results."""
    messages: list[Object] = []
    step: list[Object] = []
    for _, part in objects(parts, f"{where}.parts"):
        if part.get("type") == "step-start":
            messages += _step(step, where)
            step = []
        else:
            step.append(part)
    return [*messages, *_step(step, where)]


def _step(parts: list[Object], where: str) -> list[Object]:
    said = "".join(_texts(parts, where))
    calls: list[Object] = []
    results: list[Object] = []
    for part in parts:
        name = _tool_name(part)
        state = part.get("state")
        if name is None or state not in ("output-available", "output-error"):
            continue
        call_id = text(part.get("toolCallId"), f"{where}.toolCallId")
        given = part.get("input", part.get("rawInput"))
        arguments = given if isinstance(given, str) else _json({} if given is None else given)
        calls.append(
            {
                "id": call_id,
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
        )
        output = part.get("output") if state == "output-available" else part.get("errorText")
        content = output if isinstance(output, str) else _json(output)
        results.append({"role": "tool", "tool_call_id": call_id, "content": content})
    if not said and not calls:
        return []
    called = {"tool_calls": calls} if calls else {}
    return [{"role": "assistant", "content": said or None, **called}, *results]


def _tool_name(part: Object) -> str | None:
    """Return the tool of a part; None for other parts, and for tools of the model's server."""
    kind = part.get("type")
    if not isinstance(kind, str):
        return None
    if kind == "dynamic-tool" and not part.get("providerExecuted"):
        name = part.get("toolName")
        return name if isinstance(name, str) else None
    return kind.removeprefix("tool-") if kind.startswith("tool-") else None


def _texts(parts: list[Any], where: str) -> list[str]:
    given = [mapping(part, f"{where}.parts") for part in parts]
    return [text(part.get("text"), f"{where}.text") for part in given if part.get("type") == "text"]


def _content(parts: list[Any], where: str) -> str | list[Object]:
    content: list[Object] = []
    for place, part in objects(parts, f"{where}.parts"):
        if part.get("type") == "text":
            content.append({"type": "text", "text": text(part.get("text"), f"{place}.text")})
        elif part.get("type") == "file":
            content.append(_file(part, place))
    if all(part["type"] == "text" for part in content):
        return "".join(part["text"] for part in content)
    return content


def _file(part: Object, where: str) -> Object:
    url = text(part.get("url"), f"{where}.url")
    if text(part.get("mediaType"), f"{where}.mediaType").startswith("image/"):
        return {"type": "image_url", "image_url": {"url": url}}
    if not url.startswith("data:"):
        refuse(f"{where}.url", "a data: URL, unless the file is an image", url)
    name = part.get("filename")
    filename = name if isinstance(name, str) else "file"
    return {"type": "file", "file": {"filename": filename, "file_data": url}}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
