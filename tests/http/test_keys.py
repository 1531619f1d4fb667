"""A key comes from the configuration or a function, and is shown to the server alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from rich.pretty import pretty_repr

from streamkit import errors
from streamkit._http.config import ClientConfig
from streamkit._http.request import Request
from tests.exchange import KEY, AsyncApi, Connect
from tests.http.requests import BUSY, OK, POST
from tests.http.traces import everything_shown
from tests.http_server import Do, ScriptedServer, response

pytestmark = pytest.mark.diagonal


def test_a_key_may_come_from_a_function_that_is_asked_before_each_attempt(connect: Connect) -> None:
    keys = iter(["first", "second"])
    with ScriptedServer([BUSY], [OK]) as server:
        connect(server.url, api_key=lambda: next(keys)).send(POST)
        sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer first", "Bearer second"]


def test_an_async_client_may_await_its_key() -> None:
    async def key() -> str:
        return "awaited"

    with ScriptedServer([OK]) as server:
        api = AsyncApi(httpx, server.url, api_key=key)
        api.send(POST)
        api.close()
        assert server.requests[0].headers["authorization"] == "Bearer awaited"


def test_a_function_that_returns_no_key_is_named(connect: Connect) -> None:
    api = connect("http://127.0.0.1:1/v1", api_key=lambda: None)
    with pytest.raises(errors.OpenAIError, match=r"api_key\(\) returned NoneType"):
        api.send(POST)


def test_an_empty_key_sends_none(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, api_key="").send(POST)
        assert "authorization" not in server.requests[0].headers


def test_line_breaks_around_a_key_are_no_part_of_it(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, api_key=f" {KEY}\r\n").send(POST)
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}\x00", f"{KEY}é"])
def test_a_key_that_http_cannot_carry_is_refused_at_once_without_being_quoted(key: str) -> None:
    with pytest.raises(errors.OpenAIError, match="Authorization") as caught:
        ClientConfig(api_key=key)
    assert KEY not in everything_shown(caught.value)


def test_no_repr_shows_a_secret() -> None:
    config = ClientConfig(
        api_key=KEY, default_headers={"X-Token": KEY}, default_query={"token": KEY}
    )
    request = Request(method="GET", path="/x", headers={"X": KEY}, json=[KEY], query={"q": KEY})
    assert KEY not in repr(config) + repr(request) + str(config) + str(request)
    assert KEY not in pretty_repr(config) + pretty_repr(request)


@pytest.mark.parametrize(
    "script",
    [[response(401)], [Do.HANG_UP], [response(200, b"no gzip", [("Content-Encoding", "gzip")])]],
    ids=["status", "connection", "garbled"],
)
def test_no_error_carries_the_key(connect: Connect, script: list[Any]) -> None:
    with ScriptedServer(script) as server:
        with pytest.raises(errors.APIError) as caught:
            connect(server.url, default_headers={"X-Token": KEY}).send(POST)
        assert KEY in server.requests[0].headers["x-token"]
    assert KEY not in everything_shown(caught.value)
