"""Servers of messages for tests: scripts of answers, and what a client is given."""

from __future__ import annotations

import json
from typing import Any

from tests.http_server import Do, ScriptedServer, response
from tests.message_streams import frames

KEY = "sk-ant-" + "k3y" * 12
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": '{"city": "Rome"}'}],
    "model": "m",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 2},
}


def streamed(events: Any) -> list[Any]:
    """Return the script of a response with a stream, whose connection then closes."""
    body = events if isinstance(events, bytes) else frames(events)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_head\r\n"
    return [head + b"connection: close\r\n\r\n" + body, Do.HANG_UP]


def answered(value: Any, status: int = 200) -> list[Any]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [response(status, body, [("request-id", "req_head")])]


def base(server: ScriptedServer) -> str:
    return server.url.removesuffix("/v1")
