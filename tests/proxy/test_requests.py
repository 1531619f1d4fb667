"""Requests of each protocol as those of another."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from streamkit.proxy.requests import (
    RequestError,
    from_ag_ui,
    from_responses,
    from_ui_message,
    to_messages,
    to_responses,
)

CALL: Any = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
RESULT: Any = {"role": "tool", "tool_call_id": "c", "content": "r"}
PNG = "data:image/png;base64,AAAA"
PDF = "data:application/pdf;base64,BBBB"
PARTS: Any = [
    {"type": "text", "text": "look"},
    {"type": "image_url", "image_url": {"url": PNG}},
    {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
    {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}},
]
CHAT: Any = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": PARTS},
        {"role": "assistant", "content": "a", "tool_calls": [CALL]},
        RESULT,
        {"role": "user", "content": "u"},
    ],
}
SCHEMA: Any = {"type": "object", "properties": {}}


def ui(*parts: Any, role: str = "user") -> Any:
    return {"id": "m", "role": role, "parts": [*parts]}


def test_messages_of_use_chat_are_those_of_a_chat() -> None:
    body = {
        "messages": [
            ui({"type": "text", "text": "s"}, role="system"),
            ui(
                {"type": "text", "text": "look"},
                {"type": "file", "mediaType": "image/png", "url": PNG},
                {"type": "file", "mediaType": "application/pdf", "url": PDF, "filename": "a.pdf"},
                {"type": "data-odd", "data": 1},
            ),
            ui(
                {"type": "step-start"},
                {"type": "reasoning", "text": "hm", "state": "done"},
                {"type": "text", "text": "Wait."},
                {
                    "type": "tool-f",
                    "toolCallId": "c",
                    "state": "output-available",
                    "input": {"a": 1},
                    "output": {"b": None},
                },
                {"type": "tool-g", "toolCallId": "d", "state": "input-available", "input": {}},
                {
                    "type": "dynamic-tool",
                    "toolName": "h",
                    "toolCallId": "e",
                    "state": "output-error",
                    "input": {},
                    "errorText": "no",
                },
                {
                    "type": "dynamic-tool",
                    "toolName": "web_search",
                    "toolCallId": "w",
                    "state": "output-available",
                    "providerExecuted": True,
                    "input": {},
                    "output": {},
                },
                {"type": "step-start"},
                {"type": "text", "text": "Done."},
                role="assistant",
            ),
            ui({"type": "text", "text": "thanks"}),
        ]
    }
    system, user, first, *results, second, last = from_ui_message(body)["messages"]
    assert system == {"role": "system", "content": "s"}
    assert user["content"] == [PARTS[0], PARTS[1], PARTS[3]]
    assert first["content"] == "Wait."
    assert [call["function"] for call in first["tool_calls"]] == [
        {"name": "f", "arguments": '{"a":1}'},
        {"name": "h", "arguments": "{}"},
    ]
    assert [(each["tool_call_id"], each["content"]) for each in results] == [
        ("c", '{"b":null}'),
        ("e", "no"),
    ]
    assert second == {"role": "assistant", "content": "Done."}
    assert last == {"role": "user", "content": "thanks"}


def test_the_input_of_a_run_is_a_chat() -> None:
    tool = {"name": "f", "description": "d", "parameters": SCHEMA}
    body = {
        "messages": [
            {"id": "1", "role": "developer", "content": "s"},
            {
                "id": "2",
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {"type": "binary", "mimeType": "image/png", "data": "AAAA"},
                    {"type": "image", "source": {"type": "url", "value": "https://a.example"}},
                    {"type": "image", "source": {"type": "data", "value": "AAAA"}},
                ],
            },
            {"id": "3", "role": "reasoning", "content": "hm"},
            {"id": "4", "role": "assistant", "toolCalls": [CALL]},
            {"id": "5", "role": "tool", "toolCallId": "c", "content": "r"},
            {"id": "6", "role": "assistant", "content": ""},
        ],
        "tools": [tool],
        "context": [],
    }
    params = from_ag_ui(body)
    system, user, answer, result = params["messages"]
    assert system == {"role": "developer", "content": "s"}
    urls = [part["image_url"]["url"] for part in user["content"][1:]]
    assert urls == [PNG, "https://a.example", PNG]
    assert answer == {"role": "assistant", "content": None, "tool_calls": [CALL]}
    assert result == RESULT
    assert params["tools"] == [{"type": "function", "function": tool}]


def test_a_chat_is_a_response_and_back() -> None:
    chat = CHAT | {
        "max_completion_tokens": 9,
        "temperature": 0.5,
        "reasoning_effort": "low",
        "verbosity": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
        "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "parallel_tool_calls": False,
    }
    response = to_responses(chat)
    assert response["store"] is False
    assert response["tools"] == [
        {"type": "function", "strict": False, "name": "f", "parameters": SCHEMA}
    ]
    assert response["tool_choice"] == {"type": "function", "name": "f"}
    assert response["text"]["format"] == {"type": "json_schema", "name": "n", "schema": SCHEMA}
    assert [item.get("role", item["type"]) for item in response["input"]] == [
        "system", "user", "assistant", "function_call", "function_call_output", "user",
    ]  # fmt: skip
    back = from_responses(response)
    tool = chat["tools"][0]["function"] | {"strict": False}
    assert back == chat | {
        "messages": [
            chat["messages"][0],
            {
                "role": "user",
                "content": [
                    PARTS[0],
                    *(
                        {**part, "image_url": {**part["image_url"], "detail": "auto"}}
                        for part in PARTS[1:3]
                    ),
                    PARTS[3],
                ],
            },
            *chat["messages"][2:],
        ],
        "tools": [{"type": "function", "function": tool}],
    }


def test_instructions_are_a_system_message() -> None:
    params = from_responses({"model": "m", "instructions": "s", "input": "hi"})
    assert params["messages"] == [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "hi"},
    ]


def test_calls_at_once_are_of_one_answer() -> None:
    calls = [
        {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"}
        for call_id in "cd"
    ]
    custom = {"type": "custom_tool_call", "call_id": "e", "name": "sh", "input": "ls"}
    given: Any = [{"role": "user", "content": "hi"}, {"type": "reasoning"}, *calls, custom]
    *_, answer = from_responses({"model": "m", "input": given})["messages"]
    assert [call["id"] for call in answer["tool_calls"]] == ["c", "d", "e"]
    assert answer["tool_calls"][2]["custom"] == {"name": "sh", "input": "ls"}


def test_a_chat_is_a_message() -> None:
    chat = CHAT | {
        "stop": "end",
        "user": "u",
        "seed": 1,
        "reasoning_effort": "minimal",
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": "required",
        "parallel_tool_calls": False,
    }
    assert to_messages(chat) == {
        "model": "m",
        "max_tokens": 4096,
        "system": "s",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
                    },
                    {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
                    {
                        "type": "document",
                        "source": {
                            "type": "base64",
                            "media_type": "application/pdf",
                            "data": "BBBB",
                        },
                    },
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "a"},
                    {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "c",
                        "content": [{"type": "text", "text": "r"}],
                    },
                    {"type": "text", "text": "u"},
                ],
            },
        ],
        "stop_sequences": ["end"],
        "metadata": {"user_id": "u"},
        "output_config": {
            "effort": "low",
            "format": {"type": "json_schema", "schema": SCHEMA},
        },
        "tools": [{"name": "f", "input_schema": SCHEMA}],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    }


HI: Any = [{"role": "user", "content": "hi"}]
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "a parameter of one API": (to_messages, {"messages": HI, "logit_bias": {}}, "logit_bias"),
    "choices of a message": (to_messages, {"messages": HI, "n": 2}, "n must be 1"),
    "choices of a response": (to_responses, {"messages": HI, "n": 2}, "n must be 1"),
    "a stop of a response": (to_responses, {"messages": HI, "stop": "x"}, "stop"),
    "a memory": (from_responses, {"input": "hi", "previous_response_id": "r"}, "previous_resp"),
    "work in the background": (from_responses, {"input": "hi", "background": True}, "--keep"),
    "a hosted tool": (from_responses, {"input": "hi", "tools": [{"type": "mcp"}]}, "tools.0..type"),
    "an item by its id": (from_responses, {"input": [{"type": "item_reference"}]}, "input.0..type"),
    "no input": (from_responses, {}, "input must have"),
    "no messages": (to_messages, {"messages": []}, "messages must have"),
    "arguments that are no JSON": (
        to_messages,
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}],
                }
            ]
        },
        "JSON of an object",
    ),
    "json_object of a message": (
        to_messages,
        {"messages": HI, "response_format": {"type": "json_object"}},
        "response_format",
    ),
    "a role of a chat": (to_messages, {"messages": [{"role": "bot"}]}, "role must be"),
    "a role of a run": (from_ag_ui, {"messages": [{"role": "bot"}]}, "role must be"),
    "a role of useChat": (from_ui_message, {"messages": [ui(role="bot")]}, "role must be"),
    "a file elsewhere": (
        from_ui_message,
        {"messages": [ui({"type": "file", "mediaType": "a/b", "url": "https://a.example"})]},
        "data: URL",
    ),
}


@pytest.mark.parametrize(("convert", "given", "about"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_equal_is_refused(convert: Any, given: Any, about: str) -> None:
    with pytest.raises(RequestError, match=about):
        convert(given)


ODD: tuple[Any, ...] = (None, True, 3, "x", [], [3], {}, {"a": 1}, [None], [{}], [{"type": 3}])
FIELDS = {
    from_ui_message: ("messages",),
    from_ag_ui: ("messages", "tools", "context"),
    from_responses: ("input", "tools", "text", "reasoning", "tool_choice", "instructions"),
    to_responses: ("messages", "tools", "response_format", "tool_choice"),
    to_messages: ("messages", "tools", "response_format", "tool_choice", "stop"),
}


@pytest.mark.parametrize("convert", FIELDS, ids=lambda each: each.__name__)
def test_no_odd_value_is_an_error_of_the_proxy(convert: Any) -> None:
    good: Any = {
        "messages": [ui({"type": "text", "text": "hi"})] if convert is from_ui_message else HI
    }
    if convert is from_responses:
        good = {"input": "hi", "tools": [{"type": "function", "name": "f"}]}
    for field in FIELDS[convert]:
        for odd in (*ODD, *([{"role": r, p: o}] for r in ROLES for p in PARTS_OF for o in ODD)):
            with contextlib.suppress(RequestError):
                convert({**good, field: odd})


ROLES = ("user", "assistant", "tool", "system")
PARTS_OF = ("content", "parts", "tool_calls", "toolCalls")
