"""What was said is on a span when it is asked for, as messages of parts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import OpenAI
from streamkit.telemetry.content import content_of_answer, content_of_request
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream
from tests.telemetry.exporting import exported

CHAT, RESPONSES, MESSAGES = "/chat/completions", "/responses", "/v1/messages"
CALL = {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}
RESULT = {"type": "tool_call_response", "response": "sunny", "id": "c"}


def text(content: str) -> dict[str, str]:
    return {"type": "text", "content": content}


def said(path: str, body: Any) -> dict[str, Any]:
    return {
        name.removeprefix("gen_ai."): json.loads(value)
        for name, value in content_of_request(path, body).items()
    }


REQUESTS: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]] = {
    "texts": (
        CHAT,
        {"messages": [{"role": "user", "content": "Hi"}]},
        [{"role": "user", "parts": [text("Hi")]}],
    ),
    "parts": (
        CHAT,
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "Hi"}, {"type": "image_url"}],
                }
            ]
        },
        [{"role": "user", "parts": [text("Hi"), {"type": "image_url"}]}],
    ),
    "calls of a chat": (
        CHAT,
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "c",
                            "type": "function",
                            "function": {"name": "f", "arguments": '{"a": 1}'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c", "content": "sunny"},
            ]
        },
        [{"role": "assistant", "parts": [CALL]}, {"role": "tool", "parts": [RESULT]}],
    ),
    "a text for Responses": (
        RESPONSES,
        {"input": "Hi"},
        [{"role": "user", "parts": [text("Hi")]}],
    ),
    "a call of Responses": (
        RESPONSES,
        {
            "input": [
                {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"a": 1}'}
            ]
        },
        [{"role": "assistant", "parts": [CALL]}],
    ),
    "a call of Messages": (
        MESSAGES,
        {
            "messages": [
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}}],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "c", "content": "sunny"}],
                },
            ]
        },
        [{"role": "assistant", "parts": [CALL]}, {"role": "user", "parts": [RESULT]}],
    ),
}


@pytest.mark.parametrize(("path", "body", "messages"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_messages(
    path: str, body: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    assert said(path, body) == {"input.messages": messages}


@pytest.mark.parametrize(
    "body",
    [None, {}, {"messages": 7}, {"messages": [None, 7, {"content": [None]}]}],
    ids=["none", "nothing", "a number", "odd items"],
)
@pytest.mark.parametrize("path", [CHAT, RESPONSES, MESSAGES])
def test_an_odd_body_is_no_error(path: str, body: Any) -> None:
    content_of_request(path, body)
    content_of_answer(path, body)


def test_instructions_and_tools_stand_apart() -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert said(RESPONSES, {"instructions": "Be brief.", "tools": tools}) == {
        "system_instructions": [text("Be brief.")],
        "tool.definitions": tools,
    }


ANSWERS: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]] = {
    "choices": (
        CHAT,
        {"choices": [{"message": {"role": "assistant", "content": one}} for one in "ab"]},
        [{"role": "assistant", "parts": [text(one)]} for one in "ab"],
    ),
    "a response": (
        RESPONSES,
        {
            "output": [
                {"type": "reasoning", "summary": [{"text": "hm"}]},
                {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
            ]
        },
        [{"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, text("Hi")]}],
    ),
    "a message": (
        MESSAGES,
        {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}]},
        [{"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, text("Hi")]}],
    ),
}


@pytest.mark.parametrize(("path", "answer", "messages"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_a_message_for_each_choice(
    path: str, answer: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    assert json.loads(content_of_answer(path, answer)["gen_ai.output.messages"]) == messages


@pytest.mark.parametrize(
    ("asked", "environment", "is_there"),
    [
        (None, "", False),
        (None, "span_only", True),
        (None, "true", True),
        (None, "event_only", False),
        (True, "", True),
        (False, "true", False),
    ],
)
def test_content_is_on_a_span_only_when_asked_for(
    asked: bool | None, environment: str, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", environment)
    with ScriptedServer(stream(part("secret"), part(None, "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with exported(client, content=asked) as out:
                messages: Any = [{"role": "user", "content": "hush"}]
                with client.chat.completions.stream(model="m", messages=messages) as events:
                    events.until_done()
    written = out.span.to_json()
    assert ("secret" in written) is is_there
    assert ("hush" in written) is is_there
