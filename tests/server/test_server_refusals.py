"""Wrong requests are refused by the embedded server with the API's errors and texts."""

# ruff: noqa: E501 - each row of the tables is a case, and a message is one line

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import openai
import pytest

from streamkit.server import EmbeddedServer
from streamkit.server.complaint import complaint
from streamkit.server.reading import BODY_LIMIT

ASK: list[Any] = [{"role": "user", "content": "Tell me about rivers"}]
TOOL: dict[str, Any] = {"type": "function", "function": {"name": "f", "parameters": {}}}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def http(server: EmbeddedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url) as client:
        yield client


def refusal(http: httpx.Client, body: Any) -> dict[str, Any]:
    """Return the error that refuses a body with status 400."""
    response = http.post("/chat/completions", json=body)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"].startswith("req_")
    error: dict[str, Any] = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return error


def structured(schema: Any, **more: Any) -> dict[str, Any]:
    """Return the response format of a request."""
    named = {"name": "thing", "strict": True, "schema": schema, **more}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


Case = tuple[dict[str, Any], str | None, str | None, str]

# Each row: the fields of the request, the named parameter, the code, and the message.
TYPES: list[Case] = [
    ({"n": "2"}, "n", "invalid_type", "Invalid type for 'n': expected an integer, but got a string instead."),
    ({"seed": 1.5}, "seed", "invalid_type", "Invalid type for 'seed': expected an integer, but got a decimal instead."),
    ({"temperature": "hot"}, "temperature", "invalid_type", "Invalid type for 'temperature': expected a decimal, but got a string instead."),
    ({"store": "yes"}, "store", "invalid_type", "Invalid type for 'store': expected a boolean, but got a string instead."),
    ({"user": {"a": 1}}, "user", "invalid_type", "Invalid type for 'user': expected a string, but got an object instead."),
    ({"metadata": {"k": 7}}, "metadata", "invalid_type", "Invalid type for 'metadata': expected a string, but got an integer instead."),
    ({"messages": [{"role": None}]}, "messages[0].role", "invalid_type", "Invalid type for 'messages[0].role': expected a string, but got null instead."),
    ({"messages": "ping"}, "messages", "invalid_type", "Invalid type for 'messages': expected an array, but got a string instead."),
    ({"messages": ["ping"]}, "messages[0]", "invalid_type", "Invalid type for 'messages[0]': expected an object, but got a string instead."),
    ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_type", "Invalid type for 'messages[0].content': expected one of a string or an array, but got an integer instead."),
    ({"response_format": "json"}, "response_format", "invalid_type", "Invalid type for 'response_format': expected an object, but got a string instead."),
]  # fmt: skip
VALUES: list[Case] = [
    ({"n": 0}, "n", "integer_below_min_value", "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead."),
    ({"n": 129}, "n", "integer_above_max_value", "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead."),
    ({"temperature": 2.5}, "temperature", "decimal_above_max_value", "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead."),
    ({"top_p": -0.5}, "top_p", "decimal_below_min_value", "Invalid 'top_p': decimal below minimum value. Expected a value >= 0, but got -0.5 instead."),
    ({"logit_bias": {"7": 101}}, "logit_bias", "decimal_above_max_value", "Invalid 'logit_bias': decimal above maximum value. Expected a value <= 100."),
    ({"messages": []}, "messages", "empty_array", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_above_max_length", "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead."),
    ({"metadata": {f"k{i}": "v" for i in range(17)}}, "metadata", "object_above_max_properties", "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead."),
    (structured(OBJECT, name="n" * 65), "response_format.json_schema.name", "string_above_max_length", "Invalid 'response_format.json_schema.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead."),
    (structured(OBJECT, name="a[b]"), "response_format.json_schema.name", "invalid_value", "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."),
    ({"messages": [{"role": "bogus", "content": ""}]}, "messages[0].role", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'."),
    ({"verbosity": "bogus"}, "verbosity", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'low', 'medium', and 'high'."),
    ({"response_format": {"type": "bogus"}}, "response_format.type", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'json_object', 'json_schema', and 'text'."),
    ({"tools": [TOOL], "tool_choice": "bogus"}, "tool_choice", "invalid_value", "Invalid value: 'bogus'. Supported values are: 'none', 'auto', and 'required'."),
]  # fmt: skip
FIELDS: list[Case] = [
    ({"foo": 1}, "foo", "unknown_parameter", "Unknown parameter: 'foo'."),
    ({"messages": [{**ASK[0], "parsed": None}]}, "messages[0].parsed", "unknown_parameter", "Unknown parameter: 'messages[0].parsed'."),
    ({"response_format": {}}, "response_format.type", "missing_required_parameter", "Missing required parameter: 'response_format.type'."),
    ({"messages": [{"content": "ping"}]}, "messages[0].role", "missing_required_parameter", "Missing required parameter: 'messages[0].role'."),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter", "Missing required parameter: 'tools[0].function'."),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}}, "response_format.json_schema.schema", "missing_required_parameter", "Missing required parameter: 'response_format.json_schema.schema'."),
]  # fmt: skip
COMBINATIONS: list[Case] = [
    ({"top_logprobs": 1}, "top_logprobs", None, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."),
    ({"stream_options": {}}, "stream_options", None, "The 'stream_options' parameter is only allowed when 'stream' is enabled."),
    ({"max_tokens": 1, "max_completion_tokens": 1}, None, "invalid_parameter_combination", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."),
    ({"tool_choice": "auto"}, "tool_choice", None, "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."),
    ({"parallel_tool_calls": True}, "parallel_tool_calls", None, "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", None, "Tool choice 'function' 'g' not found in 'tools' parameter."),
    ({"tools": [TOOL], "tool_choice": {"type": "custom", "custom": {"name": "f"}}}, "tool_choice", None, "Tool choice 'custom' 'f' not found in 'tools' parameter."),
    ({"response_format": {"type": "json_object"}}, "messages", None, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."),
    ({"messages": [*ASK, {"role": "tool", "tool_call_id": "1", "content": ""}]}, "messages.[1].role", None, "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'."),
    ({"messages": [*ASK, {"role": "assistant", "tool_calls": [CALL]}, *ASK]}, "messages.[2].role", None, "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: 1"),
    ({"messages": [*ASK, {"role": "assistant", "tool_calls": [CALL]}]}, "messages.[2].role", None, "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: 1"),
]  # fmt: skip
NOT_SERVED: list[Case] = [
    ({"functions": [{"name": "f"}]}, "functions", "unsupported_parameter", "Unsupported parameter: 'functions' is not supported with this model."),
    ({"modalities": ["text", "audio"]}, "modalities", "unsupported_parameter", "Unsupported parameter: 'modalities' is not supported with this model."),
    ({"tools": [{"type": "custom", "custom": {"name": "c", "format": {"type": "grammar"}}}]}, "tools[0].custom.format.type", "unsupported_value", "Unsupported value: 'tools[0].custom.format.type' does not support 'grammar' with this model. Supported values are: 'text'."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "param", "code", "message"), TYPES + VALUES + FIELDS + COMBINATIONS + NOT_SERVED
)
def test_a_bad_request_is_refused_in_the_apis_words(
    http: httpx.Client, fields: dict[str, Any], param: str | None, code: str | None, message: str
) -> None:
    error = refusal(http, {"model": "m", "messages": ASK, **fields})
    assert (error["param"], error["code"], error["message"]) == (param, code, message)


def test_what_msgspec_may_say_one_day_is_passed_on() -> None:
    error = complaint(msgspec.ValidationError("Something new - at `$.n`"), {"n": 1}, supported={})
    assert (error.message, error.param) == ("Invalid value for 'n': Something new.", "n")


# Of several faults the error names the one that the API names first.
@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        ({}, None, "you must provide a model parameter"),
        ([], None, "you must provide a model parameter"),
        ({"foo": 1, "messages": ASK}, None, "you must provide a model parameter"),
        ({"model": "m", "foo": 1}, "messages", "Missing required parameter: 'messages'."),
        ({"model": "m", "n": "x", "foo": 1, "messages": []}, "foo", "Unknown parameter: 'foo'."),
    ],
)
def test_faults_are_found_in_the_apis_order(
    http: httpx.Client, body: Any, param: str | None, message: str
) -> None:
    error = refusal(http, body)
    assert (error["param"], error["message"]) == (param, message)


NOT_STRICT: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({**OBJECT, "additionalProperties": True}, (), "additionalProperties"),
    (
        {**OBJECT, "properties": {"x": {"type": "object"}}, "required": ["x"]},
        ("properties", "x"),
        "additionalProperties",
    ),
    ({**OBJECT, "properties": {"x": {"type": "string"}}}, (), "required"),
    (
        {
            **OBJECT,
            "properties": {"x": {"type": "array", "items": {"oneOf": [{"type": "null"}]}}},
            "required": ["x"],
        },
        ("properties", "x", "items"),
        "oneOf",
    ),
    (
        {
            **OBJECT,
            "properties": {
                "x": {"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "object"}]}
            },
            "required": ["x"],
        },
        ("properties", "x", "anyOf", "2"),
        "additionalProperties",
    ),
    (
        {**OBJECT, "$defs": {"A": {"type": "object"}}},
        ("$defs", "A"),
        "additionalProperties",
    ),
]


@pytest.mark.parametrize(("schema", "context", "keyword"), NOT_STRICT)
def test_a_schema_that_is_not_strict_is_refused_with_its_place(
    http: httpx.Client, schema: dict[str, Any], context: tuple[str, ...], keyword: str
) -> None:
    error = refusal(http, {"model": "m", "messages": ASK, **structured(schema)})
    assert (error["param"], error["code"]) == ("response_format", None)
    start = f"Invalid schema for response_format 'thing': In context={context!r}, "
    assert error["message"].startswith(start)
    assert keyword in error["message"]
    function = {"name": "f", "strict": True, "parameters": schema}
    tools: list[Any] = [TOOL, {"type": "function", "function": function}]
    error = refusal(http, {"model": "m", "messages": ASK, "tools": tools})
    assert error["param"] == "tools[1].function.parameters"
    assert error["code"] == "invalid_function_parameters"
    assert error["message"].startswith(f"Invalid schema for function 'f': In context={context!r}, ")


@pytest.mark.parametrize(("schema", "_context", "_keyword"), NOT_STRICT)
def test_a_schema_need_not_be_strict_if_it_does_not_say_so(
    http: httpx.Client, schema: dict[str, Any], _context: object, _keyword: object
) -> None:
    body = {"model": "m", "messages": ASK, **structured(schema, strict=False)}
    response = http.post("/chat/completions", json=body)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strng"}, "In context=('type',), 'strng' is not valid under any of the given schemas."),
        ({"minLength": "3"}, "In context=('minLength',), '3' is not of type 'integer'."),
        ({"$ref": "https://example.com/"}, "In context=(), reference 'https://example.com/' is not inside the schema."),
        ({"$ref": "#/$defs/A"}, "reference '#/$defs/A' leads nowhere."),
        ({"$ref": "#"}, "reference '#' leads to itself."),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "no number lies within the bounds."),
        ({"type": "string", "pattern": "("}, "no text for '(': a group is not closed."),
        ({"type": "string", "pattern": "(?<y>a)"}, "no text for '(?<y>a)': "),
        ({"anyOf": [{"type": "string", "pattern": "(?<y>a)"}, {"type": "string"}]}, "no text for '(?<y>a)': unknown extension"),
        ({"type": "string", "pattern": "(?!)a"}, "no text for '(?!)a' was found."),
        ({"type": "string", "minLength": 30_000}, "a text of 30000 characters is too long."),
        ({"anyOf": [False, False]}, "false allows nothing."),
        ({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1}, "no number lies within the bounds."),
        ({"type": "array", "minItems": 30_000}, "it demands more than 20000 values."),
        ({"enum": [1], "type": "string"}, "none of [1] is allowed."),
        ({"not": {}}, "no value was found that it allows."),
    ],
)  # fmt: skip
def test_a_schema_that_no_answer_fits_is_refused(
    http: httpx.Client, schema: dict[str, Any], message: str
) -> None:
    body = {"model": "m", "messages": ASK, **structured(schema, strict=False)}
    error = refusal(http, body)
    assert error["message"].startswith(f"Invalid schema for response_format 'thing': {message}")


def test_a_schema_nested_too_deeply_is_refused(http: httpx.Client) -> None:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(300):
        schema = {"anyOf": [schema]}
    body = {"model": "m", "messages": ASK, **structured(schema, strict=False)}
    assert refusal(http, body)["message"].endswith("it is nested too deeply.")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"a": "\\ud800"}', b"\xff", b"[" * 100_000]
)
def test_a_body_that_is_no_json_is_refused(http: httpx.Client, body: bytes) -> None:
    response = http.post("/chat/completions", content=body)
    assert response.status_code == 400
    assert "could not parse the JSON body" in response.json()["error"]["message"]


def test_a_body_that_is_too_large_is_refused(http: httpx.Client) -> None:
    response = http.post("/chat/completions", content=b" " * (BODY_LIMIT + 1))
    assert response.status_code == 413
    assert str(BODY_LIMIT) in response.json()["error"]["message"]
    assert http.get("/models").status_code == 200


def test_an_unknown_path_is_refused(http: httpx.Client) -> None:
    response = http.post("/nothing")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Invalid URL (POST /v1/nothing)"
    assert response.headers["x-request-id"].startswith("req_")
    assert http.get("/models/").status_code == 404


def test_a_wrong_method_is_refused(http: httpx.Client) -> None:
    response = http.get("/chat/completions")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["error"]["message"] == "Not allowed to GET on /v1/chat/completions."


def test_a_key_is_asked_for_when_there_is_one() -> None:
    with EmbeddedServer(api_key="sk-right") as server:
        url = server.base_url + "/models"
        for headers in ({}, {"authorization": "Basic abc"}, {"authorization": "Bearer"}):
            error = httpx.get(url, headers=headers)
            assert error.status_code == 401
            assert "You didn't provide an API key" in error.json()["error"]["message"]
        wrong = httpx.get(url, headers={"authorization": "Bearer sk-wrong"})
        assert wrong.status_code == 401
        assert wrong.json()["error"]["code"] == "invalid_api_key"
        assert "sk-" not in wrong.text
        assert httpx.get(url, headers={"authorization": "Bearer sk-right"}).status_code == 200


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        ({"model": "unknown"}, openai.NotFoundError),
        ({"model": "m", "n": 0}, openai.BadRequestError),
        ({"model": "m", "extra_headers": {"Authorization": "Bearer no"}}, openai.AuthenticationError),
    ],
)  # fmt: skip
def test_the_openai_package_raises_the_error_of_the_status(
    ask: dict[str, Any], kind: type[openai.APIStatusError]
) -> None:
    with (
        EmbeddedServer(api_key="k", models=["m"]) as server,
        openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client,
        pytest.raises(kind) as caught,
    ):
        client.chat.completions.create(messages=ASK, **ask)
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id == server.exchanges[-1].request_id
    assert json.dumps(caught.value.body)


def test_a_fault_of_the_servers_own_is_worded_like_the_apis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streamkit.server.chat.response.completion", None)
    with EmbeddedServer() as server:
        url = server.base_url + "/chat/completions"
        response = httpx.post(url, json={"model": "m", "messages": ASK})
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert response.headers["x-request-id"].startswith("req_")
