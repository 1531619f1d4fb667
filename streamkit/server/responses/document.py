"""The ``response`` object, begun and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.responses.conversation import text_of
from streamkit.server.tokens import Size, count

if TYPE_CHECKING:
    from streamkit.server.responses.answer import Answer
    from streamkit.server.responses.conversation import Conversation
    from streamkit.server.responses.request import ResponseRequest
    from streamkit.server.store import Document


def begun(request: ResponseRequest) -> Document:
    """Return a response without its id and creation time, as it is before its first item."""
    asked = msgspec.to_builtins(request)
    text: Document = asked["text"] or {}
    reasoning: Document = asked["reasoning"] or {}
    return {
        "status": "queued" if request.background else "in_progress",
        "background": bool(request.background),
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "instructions": request.instructions,
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": request.max_tool_calls,
        "model": request.model,
        "output": [],
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "previous_response_id": request.previous_response_id,
        "prompt_cache_key": request.prompt_cache_key,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "safety_identifier": request.safety_identifier,
        "service_tier": "default"
        if request.service_tier in {None, "auto"}
        else request.service_tier,
        "store": request.store is not False,
        "temperature": 1.0 if request.temperature is None else request.temperature,
        "text": {
            "format": text.get("format") or {"type": "text"},
            "verbosity": text.get("verbosity") or "medium",
        },
        "tool_choice": asked["tool_choice"] or "auto",
        "tools": [_tool(tool) for tool in asked["tools"] or ()],
        "top_logprobs": request.top_logprobs or 0,
        "top_p": 1.0 if request.top_p is None else request.top_p,
        "truncation": request.truncation or "disabled",
        "usage": None,
        "user": request.user,
        "metadata": request.metadata or {},
    }


def ended(
    response: Document, request: ResponseRequest, said: Conversation, made: Answer, size: Size
) -> Document:
    """Return a begun response with its answer; ``size`` is the number of characters in a token."""
    completed = made.status == "completed"
    return {
        **response,
        "status": made.status,
        "completed_at": response["created_at"] if completed else None,
        "error": _FAILURE if made.status == "failed" else None,
        "incomplete_details": {"reason": made.reason} if made.reason else None,
        "output": made.items,
        "usage": None if made.status == "failed" else _usage(request, said, made, size),
    }


def _usage(
    request: ResponseRequest, said: Conversation, made: Answer, size: Size
) -> dict[str, Any]:
    asked = count(request.instructions or "", size)
    for item in said.items:
        content = item.get("content") or item.get("output") or item.get("arguments") or ""
        asked += count(text_of(content), size) + 3
    for definition in (request.tools, request.text):
        if definition is not None:
            asked += count(msgspec.json.encode(definition).decode(), size)
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": made.answer_tokens,
        "output_tokens_details": {"reasoning_tokens": made.reasoning_tokens},
        "total_tokens": asked + made.answer_tokens,
    }


def _tool(tool: Document) -> Document:
    """Return a tool as the API shows it: with every field, and strict unless it says otherwise."""
    if tool["type"] != "function":
        return {name: value for name, value in tool.items() if value is not None}
    return {**tool, "strict": tool["strict"] is not False}


_FAILURE = {"code": "server_error", "message": "The model failed in the middle of its answer."}
