"""What a request says: its messages, its turn, and the results of tools that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["asked_of", "messages_of", "results_of", "turn_of"]

MESSAGES = 100
"""The most messages that are shown of a request: the last ones."""
TEXT = 4000
"""The most characters that are shown of a message."""


def messages_of(body: Any) -> list[dict[str, Any]]:
    """Return the messages of a request of any protocol, in a form that can be shown."""
    shown = [_shown(message) for message in _raw(body)[-MESSAGES:]]
    return [message for message in shown if message["text"] or message["calls"]]


def asked_of(body: Any) -> str:
    """Return the last text of a user in a request; empty if there is none."""
    for message in reversed(_raw(body)):
        if _member(message, "role") == "user" and (text := _text(message)):
            return text[:TEXT]
    return ""


def turn_of(body: Any) -> int:
    """Return which turn a request asks for: 1, and one more for each round of tools before."""
    turn = 1
    was_result = False
    for message in _raw(body):
        is_result = any(True for _ in _results(message))
        if is_result and not was_result:
            turn += 1
        elif not is_result and _member(message, "role") == "user":
            turn = 1
        was_result = is_result
    return turn


def results_of(body: Any) -> dict[str, str]:
    """Return the results of tools in a request, by the id of the call."""
    return {key: text[:TEXT] for message in _raw(body) for key, text in _results(message)}


def _raw(body: Any) -> list[Any]:
    """Return the messages of chat and Messages, or the items of Responses."""
    if not isinstance(body, dict):
        return []
    members = cast("dict[str, Any]", body)
    found: list[Any] = [
        {"role": "system", "content": members[name]}
        for name in ("system", "instructions")
        if members.get(name)
    ]
    for name in ("messages", "input"):
        value = members.get(name)
        if isinstance(value, str):
            found.append({"role": "user", "content": value})
        elif isinstance(value, list):
            found += cast("list[Any]", value)
    return found


def _shown(message: Any) -> dict[str, Any]:
    kind = _member(message, "type")
    role = _member(message, "role") or ("assistant" if kind in _CALLS else "tool")
    results = [*_results(message)]
    if results and role == "user":
        role = "tool"
    text = "\n".join(text for _, text in results) if results else _text(message)
    calls = [*_calls(message)]
    return {
        "role": role[:20],
        "text": text[:TEXT],
        "length": len(text),
        "calls": calls,
        "answers": results[0][0] if results else None,
    }


def _text(message: Any) -> str:
    content = _member(message, "content", None)
    if content is None:
        return (
            "" if _member(message, "role") or _member(message, "type") in _CALLS else _json(message)
        )
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return _json(content)
    pieces = (_of_block(block) for block in cast("list[Any]", content))
    return "\n".join(piece for piece in pieces if piece)


def _of_block(block: Any) -> str:
    text = _member(block, "text", None)
    if isinstance(text, str):
        return text
    kind = _member(block, "type")
    return "" if kind in {"tool_use", "tool_result"} else f"[{kind or 'part'}]"


def _calls(message: Any) -> Iterator[dict[str, str]]:
    listed = _member(message, "tool_calls", [])
    content = _member(message, "content", [])
    blocks = cast("list[Any]", content) if isinstance(content, list) else []
    named = cast("list[Any]", listed) if isinstance(listed, list) else []
    for each in (*named, *blocks, message):
        kind = _member(each, "type")
        if isinstance(_member(each, "function", None), dict):
            function = _member(each, "function", {})
            yield _call(_member(each, "id"), _member(function, "name"), function, "arguments")
        elif kind == "tool_use":
            yield _call(_member(each, "id"), _member(each, "name"), each, "input")
        elif kind in _CALLS:
            member = "arguments" if kind == "function_call" else "input"
            yield _call(_member(each, "call_id"), _member(each, "name"), each, member)


def _call(key: Any, name: Any, holder: Any, member: str) -> dict[str, str]:
    arguments = _member(holder, member)
    text = arguments if isinstance(arguments, str) else _json(arguments)
    return {"id": str(key)[:200], "name": str(name)[:200], "arguments": text[:TEXT]}


def _results(message: Any) -> Iterator[tuple[str, str]]:
    """Yield the id of the call and the text of each result of a tool in a message."""
    if _member(message, "role") == "tool":
        yield str(_member(message, "tool_call_id")), _text(message)
    elif str(_member(message, "type")).endswith("_call_output"):
        output = _member(message, "output")
        yield str(_member(message, "call_id")), output if isinstance(output, str) else _json(output)
    else:
        content = _member(message, "content", [])
        for block in cast("list[Any]", content) if isinstance(content, list) else []:
            if _member(block, "type") == "tool_result":
                yield str(_member(block, "tool_use_id")), _text(block)


def _member(value: Any, name: str, default: Any = "") -> Any:
    """Return a member of an object; the default, too, where a value is no object, or null."""
    if not isinstance(value, dict):
        return default
    found = cast("dict[str, Any]", value).get(name)
    if found is None or (
        isinstance(default, str) and name in _NAMES and not isinstance(found, str)
    ):
        return default
    return found


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return repr(value)


_CALLS = {"function_call", "custom_tool_call"}
_NAMES = {"role", "type", "id", "name", "call_id", "tool_call_id", "tool_use_id"}
"""The members that are names, and nothing if they are no strings."""
