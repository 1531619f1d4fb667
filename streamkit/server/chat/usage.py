"""The usage of a request: the tokens of its prompt and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.chat.request import text_of
from streamkit.server.tokens import Size, count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.server.chat.answer import Answer
    from streamkit.server.chat.request import ChatRequest


def usage(request: ChatRequest, answers: Iterable[Answer], size: Size) -> dict[str, Any]:
    """Return the usage of a request and its answers, with ``size`` characters in a token."""
    asked = sum(count(text_of(message), size) + 3 for message in request.messages)
    for definition in (request.tools, request.response_format):
        if definition is not None:
            asked += count(msgspec.json.encode(definition).decode(), size)
    answered = sum(count(text, size) for answer in answers for text in _texts(answer))
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
