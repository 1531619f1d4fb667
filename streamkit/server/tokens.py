"""Text as tokens, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.chat.request import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.server.chat.answer import Answer
    from streamkit.server.chat.request import ChatRequest


def tokens(text: str, size: int) -> list[str]:
    """The text in pieces of ``size`` characters; the last may be shorter."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def usage(request: ChatRequest, answers: Iterable[Answer], size: int) -> dict[str, Any]:
    """What the request and its answers count for."""
    asked = sum(_count(text_of(message), size) + 3 for message in request.messages)
    for definition in (request.tools, request.response_format):
        if definition is not None:
            asked += _count(msgspec.json.encode(definition).decode(), size)
    answered = sum(_count(text, size) for answer in answers for text in _texts(answer))
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _texts(answer: Answer) -> Iterable[str]:
    yield answer.content or ""
    yield answer.refusal or ""
    for call in answer.calls:
        yield call.text


def _count(text: str, size: int) -> int:
    return -(-len(text) // size)
