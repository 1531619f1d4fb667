"""Wrong requests for responses are refused by the embedded server with the API's errors."""

# ruff: noqa: E501 - each row of the tables is a case, and a message is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from streamkit.server import EmbeddedServer

CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "ok"}
TOOL: dict[str, Any] = {"type": "function", "name": "f", "parameters": {}}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with EmbeddedServer() as server, httpx.Client(base_url=server.base_url) as client:
        yield client


def schema(**fields: Any) -> dict[str, Any]:
    return {"text": {"format": {"type": "json_schema", "name": "thing", "strict": True, **fields}}}


Case = tuple[dict[str, Any], str | None, str | None, str]

# Each row: the fields of the request, the named parameter, the code, and the message.
CASES: list[Case] = [
    ({"model": None}, "model", "missing_required_parameter", "Missing required parameter: 'model'."),
    ({"input": None}, "input", "missing_required_parameter", "Missing required parameter: 'input'."),
    ({"input": 7}, "input", "invalid_type", "Invalid type for 'input': expected one of a string or an array, but got an integer instead."),
    ({"input": [7]}, "input[0]", "invalid_type", "Invalid type for 'input[0]': expected an object, but got an integer instead."),
    ({"input": [{"role": "bogus", "content": ""}]}, "input[0].role", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'assistant', 'system', 'developer', and 'user'."),
    ({"input": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "input[0].content[0].type", "invalid_value", "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', 'input_file', 'output_text', and 'refusal'."),
    ({"input": [{"role": "user", "content": "", "parsed": 1}]}, "input[0].parsed", "unknown_parameter", "Unknown parameter: 'input[0].parsed'."),
    ({"messages": []}, "messages", "unknown_parameter", "Unknown parameter: 'messages'."),
    ({"max_output_tokens": 15}, "max_output_tokens", "integer_below_min_value", "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead."),
    ({"temperature": 2.5}, "temperature", "decimal_above_max_value", "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead."),
    ({"reasoning": {"effort": "bogus"}}, "reasoning.effort", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'."),
    ({"conversation": "conv_1"}, "conversation", "unsupported_parameter", "Unsupported parameter: 'conversation' is not supported with this model."),
    ({"stream_options": {}}, "stream_options", None, "The 'stream_options' parameter is only allowed when 'stream' is enabled."),
    ({"background": True, "store": False}, "background", None, "Background responses must be stored: 'store' must not be false."),
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools[0].name", "missing_required_parameter", "Missing required parameter: 'tools[0].name'."),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type", "invalid_value", "Invalid value: 'web_search'. Supported values are: 'function', and 'custom'."),
    ({"tools": [{"type": "custom", "name": "c", "format": {"type": "grammar"}}]}, "tools[0].format.type", "unsupported_value", "Unsupported value: 'tools[0].format.type' does not support 'grammar' with this model. Supported values are: 'text'."),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "name": "g"}}, "tool_choice", None, "Tool choice 'function' 'g' not found in 'tools' parameter."),
    ({"tools": [TOOL], "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "custom", "name": "f"}]}}, "tool_choice", None, "Tool choice 'custom' 'f' not found in 'tools' parameter."),
    ({"tool_choice": "required"}, None, None, "Tool choice 'required' must be specified with 'tools' parameter."),
    ({"tools": [{**TOOL, "strict": True}]}, "tools[0].parameters", "invalid_function_parameters", "Invalid schema for function 'f': In context=(), schema must be a JSON Schema of 'type: \"object\"', got 'type: null'."),
    (schema(), "text.format.schema", "missing_required_parameter", "Missing required parameter: 'text.format.schema'."),
    (schema(schema={"type": "object"}), "text.format.schema", "invalid_json_schema", "Invalid schema for response_format 'thing': In context=(), 'additionalProperties' is required to be supplied and to be false (no dict has free keys)."),
    (schema(schema={"type": "array", "items": False, "minItems": 1}, strict=False), "text.format.schema", "invalid_json_schema", "Invalid schema for response_format 'thing': no value was found that it allows."),
    ({"text": {"format": {"type": "json_object"}}}, "input", None, "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."),
    ({"input": [OUTPUT]}, "input", None, "No tool call found for function call output with call_id c1."),
    ({"input": [CALL]}, "input", None, "No tool output found for function call c1."),
    ({"input": [{**CALL, "type": "custom_tool_call", "arguments": None, "input": ""}, OUTPUT]}, "input[0].arguments", "unknown_parameter", "Unknown parameter: 'input[0].arguments'."),
    ({"previous_response_id": "resp_none"}, "previous_response_id", "previous_response_not_found", "Previous response with id 'resp_none' not found."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "param", "code", "message"), CASES)
def test_a_bad_request_is_refused_as_by_the_api(
    http: httpx.Client, fields: dict[str, Any], param: str | None, code: str | None, message: str
) -> None:
    response = http.post("/responses", json={"model": "m", "input": "Hi", **fields})
    assert (response.status_code, response.json()["error"]) == (
        400,
        {"message": message, "type": "invalid_request_error", "param": param, "code": code},
    )


def test_an_item_that_does_not_exist_is_not_found(http: httpx.Client) -> None:
    reference = {"type": "item_reference", "id": "msg_none"}
    response = http.post("/responses", json={"model": "m", "input": [reference]})
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Item with id 'msg_none' not found."


@pytest.mark.parametrize("query", ["stream=maybe", "stream=true&starting_after=x"])
def test_a_bad_query_is_refused(http: httpx.Client, query: str) -> None:
    id = http.post("/responses", json={"model": "m", "input": "Hi"}).json()["id"]
    assert http.get(f"/responses/{id}?{query}").status_code == 400
