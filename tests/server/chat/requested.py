"""Requests for chat completions to the embedded server, and their chunks."""

from __future__ import annotations

import json
from typing import Any

import httpx
from openai.types.chat import (
    ChatCompletionMessageParam,
)

from streamkit.server import EmbeddedServer

ASK: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Tell me about the rivers of France"}
]
REFUSE: list[ChatCompletionMessageParam] = [{"role": "user", "content": "[[refuse]] to help"}]


def post(server: EmbeddedServer, headers: Any = None, **body: Any) -> bytes:
    """Request a completion, and return the body of the response."""
    url = server.base_url + "/chat/completions"
    response = httpx.post(url, json={"model": "m", "messages": ASK, **body}, headers=headers)
    assert response.status_code == 200, response.text
    return response.content


def chunks_of(body: bytes) -> list[dict[str, Any]]:
    """Return the chunks of an event stream, which must be exactly as the API writes one."""
    *events, end = body.decode().removesuffix("\n\n").split("\n\n")
    assert end == "data: [DONE]"
    assert all(event.startswith("data: {") and "\n" not in event for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


def joined(chunks: list[dict[str, Any]], channel: str, index: int = 0) -> str:
    """Return the joined pieces of one choice in a channel."""
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return "".join(c["delta"].get(channel) or "" for c in choices if c["index"] == index)
