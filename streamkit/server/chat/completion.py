"""Answers as one ``chat.completion`` object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.chat.logprobs import logprobs
from streamkit.server.chat.usage import usage
from streamkit.server.tokens import Size, tokens

if TYPE_CHECKING:
    from streamkit.server.chat.answer import Answer, Call
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.identity import Identity


def completion(
    request: ChatRequest, answers: list[Answer], identity: Identity, *, token_size: Size
) -> dict[str, Any]:
    """Return the body of a response that is not streamed."""
    return {
        **head(request, identity, "chat.completion"),
        "choices": [_choice(request, answer, identity, token_size) for answer in answers],
        "usage": usage(request, answers, token_size),
    }


def head(request: ChatRequest, identity: Identity, kind: str) -> dict[str, Any]:
    """Return the fields that a completion or each chunk begins with."""
    tier = request.service_tier
    return {
        "id": identity.completion_id,
        "object": kind,
        "created": identity.created,
        "model": request.model,
        "service_tier": "default" if tier in {None, "auto"} else tier,
        "system_fingerprint": identity.fingerprint,
    }


def _choice(
    request: ChatRequest, answer: Answer, identity: Identity, token_size: Size
) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.content,
        "refusal": answer.refusal,
        "annotations": [],
    }
    if answer.calls:
        message["tool_calls"] = [_call(call) for call in answer.calls]
    lists: dict[str, Any] | None = None
    if request.logprobs and not answer.calls:
        random = identity.random(f"logprobs {answer.index}")
        lists = {
            channel: None
            if text is None
            else logprobs(tokens(text, token_size), request.top_logprobs or 0, random)
            for channel, text in (("content", answer.content), ("refusal", answer.refusal))
        }
    return {
        "index": answer.index,
        "message": message,
        "logprobs": lists,
        "finish_reason": answer.finish_reason,
    }


def _call(call: Call) -> dict[str, Any]:
    if call.custom:
        custom = {"name": call.name, "input": call.text}
        return {"id": call.id, "type": "custom", "custom": custom}
    function = {"name": call.name, "arguments": call.text}
    return {"id": call.id, "type": "function", "function": function}
