"""Answers, and the server-sent events of each protocol that carry them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from streamkit import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ANSWERS", "Answer", "Person", "as_chat", "as_message", "as_response", "in_letters"]


class Person(BaseModel):
    """The format of structured answers, and the arguments of the tool ``greet``."""

    name: str


@dataclass(frozen=True)
class Answer:
    """An answer of a model, in the pieces in which it comes."""

    reasoning: Sequence[str] = ()
    text: Sequence[str] = ()
    refusal: str = ""
    calls: dict[str, Sequence[str]] = field(default_factory=dict[str, "Sequence[str]"])
    """The pieces of the arguments of each call, by its id."""
    reason: str = "stop"
    usage: Usage = field(default_factory=lambda: Usage(10, 4, 6, 2))

    @property
    def content(self) -> str:
        return "".join(self.text)


ANSWERS = {
    "text": Answer(text=["Good ", "day", "!"]),
    "structured": Answer(text=['{"name": ', '"Ada', '"}']),
    "calls": Answer(
        calls={"call_1": ['{"name": "A', 'da"}'], "call_2": ['{"name": "Bo"}']},
        reason="tool_calls",
    ),
    "reasoning": Answer(reasoning=["Let me ", "think."], text=["Well."]),
    "refusal": Answer(refusal="I will not."),
    "cut short": Answer(text=['{"name": "A'], reason="length"),
}


def in_letters(answer: Answer) -> Answer:
    """Return an answer that comes a character at a time."""
    calls: dict[str, Sequence[str]] = {}
    for id, pieces in answer.calls.items():
        calls[id] = [*"".join(pieces)]
    return replace(
        answer, reasoning=[*"".join(answer.reasoning)], text=[*answer.content], calls=calls
    )


def sse(data: Any, event: str | None = None) -> bytes:
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()


# Chat completions


def as_chat(answer: Answer) -> Iterator[bytes]:
    """Yield an answer as the chunks of a chat completion."""

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return sse(
            {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        )

    yield chunk({"role": "assistant"})
    for piece in answer.reasoning:
        yield chunk({"reasoning_content": piece})
    for piece in answer.text:
        yield chunk({"content": piece})
    if answer.refusal:
        yield chunk({"refusal": answer.refusal})
    for index, (id, pieces) in enumerate(answer.calls.items()):
        head = {"index": index, "id": id, "type": "function"}
        yield chunk({"tool_calls": [head | {"function": {"name": "greet", "arguments": ""}}]})
        for piece in pieces:
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, answer.reason)
    usage = answer.usage
    yield sse(
        {
            "choices": [],
            "usage": {
                "prompt_tokens": usage.input_tokens,
                "completion_tokens": usage.output_tokens,
                "total_tokens": usage.input_tokens + usage.output_tokens,
                "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
                "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
            },
        }
    )
    yield b"data: [DONE]\n\n"


# Responses


def as_response(answer: Answer) -> Iterator[bytes]:
    """Yield an answer as the events of a response."""
    response: dict[str, Any] = {"id": "r", "object": "response", "model": "m", "output": []}

    def event(type: str, **fields: Any) -> bytes:
        return sse({"type": type, **fields}, type)

    yield event("response.created", response=response | {"status": "in_progress"})
    items = list(_items(answer))
    for place, (item, deltas) in enumerate(items):
        begun = item | {"status": "in_progress"} | _emptied(item)
        yield event("response.output_item.added", output_index=place, item=begun)
        for type, fields in deltas:
            yield event(type, output_index=place, item_id=item["id"], **fields)
        yield event("response.output_item.done", output_index=place, item=item)
    usage = answer.usage
    whole = response | {
        "status": "incomplete" if answer.reason == "length" else "completed",
        "output": [item for item, _ in items],
        "usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "input_tokens_details": {"cached_tokens": usage.cached_tokens},
            "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        },
    }
    if answer.reason == "length":
        whole["incomplete_details"] = {"reason": "max_output_tokens"}
    yield event(f"response.{whole['status']}", response=whole)


def _items(
    answer: Answer,
) -> Iterator[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]]:
    """Yield each item of the output with the events of its growth."""
    if answer.reasoning:
        content = [{"type": "reasoning_text", "text": "".join(answer.reasoning)}]
        item = {"id": "rs", "type": "reasoning", "summary": [], "content": content}
        yield item, _grown("response.reasoning_text", "text", answer.reasoning)
    parts: list[dict[str, Any]] = []
    grown: list[tuple[str, dict[str, Any]]] = []
    if answer.text:
        parts.append({"type": "output_text", "text": answer.content, "annotations": []})
        grown += _grown("response.output_text", "text", answer.text)
    if answer.refusal:
        grown += _grown("response.refusal", "refusal", [answer.refusal], len(parts))
        parts.append({"type": "refusal", "refusal": answer.refusal})
    if parts:
        yield {"id": "msg", "type": "message", "role": "assistant", "content": parts}, grown
    for id, pieces in answer.calls.items():
        arguments = "".join(pieces)
        item = {"id": f"fc_{id}", "type": "function_call", "call_id": id, "name": "greet"}
        type = "response.function_call_arguments"
        deltas = [(f"{type}.delta", {"delta": piece}) for piece in pieces]
        yield item | {"arguments": arguments}, [*deltas, (f"{type}.done", {"arguments": arguments})]


def _grown(
    type: str, name: str, pieces: Sequence[str], index: int = 0
) -> list[tuple[str, dict[str, Any]]]:
    place = {"content_index": index}
    deltas = [(f"{type}.delta", {**place, "delta": piece}) for piece in pieces]
    return [*deltas, (f"{type}.done", {**place, name: "".join(pieces)})]


def _emptied(item: dict[str, Any]) -> dict[str, Any]:
    return {"arguments": ""} if "arguments" in item else {"content": []}


# Messages


def as_message(answer: Answer) -> Iterator[bytes]:
    """Yield an answer as the events of a message."""

    def event(type: str, **fields: Any) -> bytes:
        return sse({"type": type, **fields}, type)

    usage = answer.usage
    counts = {
        "input_tokens": usage.input_tokens - usage.cached_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": 1,
    }
    begun: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
    }
    yield event("message_start", message=begun | {"usage": counts})
    for place, (block, deltas) in enumerate(_blocks(answer)):
        yield event("content_block_start", index=place, content_block=block)
        for delta in deltas:
            yield event("content_block_delta", index=place, delta=delta)
        yield event("content_block_stop", index=place)
    reason = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}[answer.reason]
    stopped: dict[str, Any] = {"stop_reason": "refusal" if answer.refusal else reason}
    if answer.refusal:
        stopped["stop_details"] = {"type": "refusal", "explanation": answer.refusal}
    spent = {
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }
    yield event("message_delta", delta=stopped, usage=spent)
    yield event("message_stop")


def _blocks(answer: Answer) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each block of the content with its deltas."""
    if answer.reasoning:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in answer.reasoning]
        yield {"type": "thinking", "thinking": "", "signature": ""}, deltas
    if answer.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in answer.text]
        yield {"type": "text", "text": ""}, deltas
    for id, pieces in answer.calls.items():
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        yield {"type": "tool_use", "id": id, "name": "greet", "input": {}}, deltas
