"""The embedded server refuses bad requests for messages, in the words of the API."""

# ruff: noqa: E501 - each row of the tables is a case, and a message is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import pytest

from streamkit.server import EmbeddedServer

HEADERS = {"anthropic-version": "2023-06-01", "x-api-key": "k"}
ASK: list[Any] = [{"role": "user", "content": "Hi"}]
TOOL: dict[str, Any] = {"name": "f", "input_schema": {"type": "object"}}
USE: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(api_key="k", models=["m"]) as server:
        yield server


@pytest.fixture(scope="module")
def http(server: EmbeddedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=HEADERS) as client:
        yield client


def said(*messages: Any) -> dict[str, Any]:
    return {"messages": [*ASK, *messages]}


def formatted(schema: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def of(role: str, *blocks: Any) -> dict[str, Any]:
    return {"role": role, "content": [*blocks]}


CASES: list[tuple[dict[str, Any], str]] = [
    ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
    ({"temperature": 1.5}, "temperature: Input should be less than or equal to 1"),
    ({"stream": 1}, "stream: Input should be a valid boolean"),
    ({"system": 7}, "system: Input should be a valid string or a valid list"),
    ({"foo": 1}, "foo: Extra inputs are not permitted"),
    ({"service_tier": "bogus"}, "service_tier: Input should be 'auto' or 'standard_only'"),
    ({"messages": []}, "messages: at least one message is required"),
    (said({"role": "bogus", "content": "x"}), "messages.1.role: Input should be 'user', 'assistant' or 'system'"),
    (said({"role": "user"}), "messages.1.content: Field required"),
    (said({"role": "user", "content": ""}), "messages.1: all messages must have non-empty content except for the optional final assistant message"),
    (said(of("user", {"type": "text", "text": ""})), "messages: text content blocks must be non-empty"),
    (said(of("user", {"type": "bogus"})), "messages.1.content.0: Input tag 'bogus' found using 'type' does not match any of the expected tags: 'document', 'image', 'redacted_thinking', 'search_result', 'text', 'thinking', 'tool_result', 'tool_use'"),
    (said(of("assistant", {"type": "text", "text": "x", "parsed_output": None})), "messages.1.content.0.parsed_output: Extra inputs are not permitted"),
    (said(of("user", RESULT)), "messages.1.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."),
    (said(of("assistant", USE), *ASK), "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message."),
    (said(of("assistant", USE)), "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message."),
    ({"thinking": {"type": "bogus"}}, "thinking: Input tag 'bogus' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'"),
    ({"thinking": {"type": "enabled", "budget_tokens": 10}}, "thinking.budget_tokens: Input should be greater than or equal to 1024"),
    ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "`max_tokens` must be greater than `thinking.budget_tokens`."),
    ({"thinking": {"type": "adaptive"}, "tools": [TOOL], "tool_choice": {"type": "any"}}, "Thinking may not be enabled when tool_choice forces tool use."),
    ({"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
    ({"tool_choice": {"type": "any"}}, "tool_choice: tool_choice may only be specified while providing tools."),
    ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "g"}}, "Tool 'g' not found in provided tools"),
    ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
    ({"tools": [{**TOOL, "name": "a b"}]}, "tools.0.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
    ({"tools": [{**TOOL, "input_schema": {}}]}, "tools.0.custom.input_schema.type: Input should be 'object'"),
    ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0.type: Input should be 'custom'"),
    ({"output_config": {"format": {"type": "json_object"}}}, "output_config.format.type: Input should be 'json_schema'"),
    (formatted({"type": "object"}), "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"),
    (formatted({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 2}}), "output_config.format.schema: For 'integer' type, properties maximum, minimum are not supported"),
    (formatted({"$defs": {"a": {"type": "string", "minLength": 1}}, "$ref": "#/$defs/a"}), "output_config.format.schema: For 'string' type, properties minLength are not supported"),
    (formatted({"anyOf": [{"type": "null"}, {"type": "array", "minItems": 2}]}), "output_config.format.schema: For 'array' type, 'minItems' values other than 0 or 1 are not supported"),
    ({"tools": [{**TOOL, "strict": True}]}, "tools.0.custom.input_schema: For 'object' type, 'additionalProperties' must be explicitly set to false"),
    (formatted({"type": "bogus"}), "Invalid schema for output_config.format.schema: In context=('type',), 'bogus' is not valid under any of the given schemas."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "message"), CASES)
def test_a_bad_request_is_refused_as_by_the_api(
    http: httpx.Client, fields: dict[str, Any], message: str
) -> None:
    body = {"model": "m", "max_tokens": 100, "messages": ASK, **fields}
    response = http.post("/messages", json=body)
    assert (response.status_code, response.json()) == (
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": message},
            "request_id": response.headers["request-id"],
        },
    )


@pytest.mark.parametrize("name", ["model", "max_tokens", "messages"])
def test_what_is_required_must_be_there(http: httpx.Client, name: str) -> None:
    body = {"model": "m", "max_tokens": 100, "messages": ASK}
    del body[name]
    response = http.post("/messages", json=body)
    assert response.json()["error"]["message"] == f"{name}: Field required"


def test_the_version_is_required(server: EmbeddedServer) -> None:
    response = httpx.post(f"{server.base_url}/messages", json={}, headers={"x-api-key": "k"})
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "anthropic-version: header is required"


@pytest.mark.parametrize(("version", "status"), [("2023-06-01", 200), ("2026-10-21", 400)])
def test_newer_versions_take_no_temperature(http: httpx.Client, version: str, status: int) -> None:
    body = {"model": "m", "max_tokens": 100, "messages": ASK, "temperature": 0.5}
    response = http.post("/messages", json=body, headers={"anthropic-version": version})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"x-api-key": "wrong"}, "invalid x-api-key"),
        ({"authorization": "Bearer wrong"}, "invalid x-api-key"),
    ],
)
def test_a_key_is_required(server: EmbeddedServer, headers: dict[str, str], message: str) -> None:
    response = httpx.post(f"{server.base_url}/messages", json={}, headers=headers)
    assert response.status_code == 401
    error = response.json()["error"]
    assert error == {"type": "authentication_error", "message": message}


@pytest.mark.parametrize("headers", [{"x-api-key": "k"}, {"authorization": "Bearer k"}])
def test_the_key_may_come_in_either_header(server: EmbeddedServer, headers: dict[str, str]) -> None:
    body = {"model": "m", "max_tokens": 100, "messages": ASK}
    version = {"anthropic-version": "2023-06-01"}
    url = f"{server.base_url}/messages"
    assert httpx.post(url, json=body, headers={**version, **headers}).status_code == 200


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"model": "other"}, anthropic.NotFoundError),
        ({"max_tokens": -1}, anthropic.BadRequestError),
        ({"extra_headers": {"x-api-key": "z"}}, anthropic.AuthenticationError),
        ({"extra_headers": {"host": "evil.example"}}, anthropic.PermissionDeniedError),
    ],
)
def test_the_package_raises_the_class_of_each_error(
    server: EmbeddedServer, params: dict[str, Any], error: type[Exception]
) -> None:
    asked: Any = {"model": "m", "max_tokens": 9, "messages": ASK, **params}
    with anthropic.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:
        with pytest.raises(error) as caught:
            client.messages.create(**asked)
    assert getattr(caught.value, "request_id", "").startswith("req_")
