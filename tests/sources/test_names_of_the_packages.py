"""A program that comes from the packages finds the names that it imports; the others are listed."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from typing import Any

import anthropic
import httpx
import openai
import pytest

import streamkit
from streamkit import Anthropic, OpenAI, RetryableError
from streamkit.errors import APIStatusError
from streamkit.errors._by_code import BY_CODE, of_code
from tests.http_server import ScriptedServer, response
from tests.message_server import base
from tests.message_streams import ASKED

BY_CODE_ALSO: Any = import_module("anthropic._error_classes").ERROR_CLASSES

# What a program gets elsewhere, or cannot have here.
ABSENT = {
    openai: """
        AsyncBedrockOpenAI AsyncClient AsyncComputerDriver AsyncComputerToolset BaseModel
        BedrockOpenAI Client ComputerDriver ComputerToolset DEFAULT_CONNECTION_LIMITS
        DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT DataResidency NoneType ProxiesTypes ReconnectingEvent
        ReconnectingOverrides RequestOptions Transport __title__ file_from_path
    """,
    anthropic: """
        APIRequest AsyncCallNext AsyncClient AsyncMiddlewareCallable BaseModel BetaFallbackState
        BetaRefusalFallbackMiddleware CallNext Client DEFAULT_CONNECTION_LIMITS DEFAULT_MAX_RETRIES
        DEFAULT_TIMEOUT Middleware MiddlewareCallable MiddlewareInput NoneType
        OpenTelemetryClientOption OpenTelemetryOptions OpenTelemetryTraces RequestOptions
        ResolvedOpenTelemetryOptions ResolvedOpenTelemetryTraces beta_async_tool beta_tool
        __title__ file_from_path transform_schema
    """,
}


@pytest.mark.parametrize("package", ABSENT, ids=lambda package: package.__name__)
def test_all_names_of_a_package_are_here_but_those_of_a_list(package: Any) -> None:
    missing = {name for name in package.__all__ if not hasattr(streamkit, name)}
    assert missing == {*ABSENT[package].split()}


@pytest.mark.parametrize("package", ABSENT, ids=lambda package: package.__name__)
def test_no_error_of_a_package_is_missing_and_each_is_one_of_ours(package: Any) -> None:
    for name in package.__all__:
        error: Any = getattr(package, name)
        if inspect.isclass(error) and issubclass(error, Exception):
            assert issubclass(getattr(streamkit, name), streamkit.OpenAIError), name


def test_an_error_of_a_code_has_the_bases_that_it_has_in_the_package() -> None:
    named = {
        name for name in anthropic.__all__ if getattr(streamkit, name, None) in {*BY_CODE.values()}
    }
    assert {error.__name__ for error in BY_CODE.values()} == named
    for (_, code), theirs in BY_CODE_ALSO.items():
        if code in BY_CODE:
            ours = [each.__name__ for each in BY_CODE[code].__mro__]
            assert ours[:3] == [each.__name__ for each in theirs.__mro__][:3]


@pytest.mark.parametrize("code", BY_CODE)
def test_an_error_of_a_code_is_raised_as_the_package_raises_it(code: str) -> None:
    [status] = [status for status, each in BY_CODE_ALSO if each == code]
    error = {"type": "api_error", "message": "no", "details": {"error_code": code}}
    body = json.dumps({"type": "error", "error": error}).encode()
    with ScriptedServer([response(status, body)]) as server:
        options: Any = {"api_key": "k", "base_url": base(server), "max_retries": 0}
        with Anthropic(**options) as client, pytest.raises(APIStatusError) as raised:
            client.messages.create(**ASKED)
    assert type(raised.value) is BY_CODE[code]
    assert (raised.value.status_code, raised.value.error_code) == (status, code)


def test_a_code_that_does_not_belong_to_the_status_changes_nothing() -> None:
    assert of_code(streamkit.NotFoundError, "ramp_limit_exceeded") is streamkit.NotFoundError
    assert of_code(streamkit.RateLimitError, "new") is streamkit.RateLimitError


@pytest.mark.parametrize("make", [OpenAI, Anthropic])
def test_a_client_without_a_key_says_so_by_a_class(
    make: type[OpenAI], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(streamkit.CredentialsError, match="An API key is needed"):
        make()


def test_a_retryable_error_of_a_hook_has_the_request_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[httpx.Request] = []

    def hook(request: httpx.Request) -> None:
        sent.append(request)
        if len(sent) < 3:
            raise RetryableError("not yet")

    monkeypatch.setattr("streamkit._http.backoff.FIRST_DELAY", 0.0)

    answer = response(200, b'{"object": "list", "data": []}')
    with (
        ScriptedServer([answer]) as server,
        httpx.Client(event_hooks={"request": [hook]}) as http_client,
    ):
        client = OpenAI(api_key="k", base_url=server.url, http_client=http_client)
        client.models.list()
    assert len(sent) == 3
