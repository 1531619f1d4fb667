"""The target and the headers of a request are as the client and the caller say."""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest

from streamkit import errors
from streamkit._http.config import ClientConfig
from streamkit._http.request import Request, headers
from tests.exchange import KEY, Connect
from tests.http.requests import OK, POST
from tests.http.traces import everything_shown
from tests.http_server import ScriptedServer

pytestmark = pytest.mark.diagonal


def test_a_request_arrives_whole(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, organization="org", project="proj").send(POST)
        [got] = server.requests
    assert (got.method, got.target) == ("POST", "/v1/chat/completions")
    assert json.loads(got.body) == {"model": "m"}
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["accept"] == "application/json"
    assert got.headers["openai-organization"] == "org"
    assert got.headers["openai-project"] == "proj"
    assert got.headers["user-agent"].startswith("streamkit/")


def test_a_stream_asks_for_server_sent_events(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url).send(Request(method="POST", path="/x", json={}, stream=True))
        assert server.requests[0].headers["accept"] == "text/event-stream"


def test_a_request_without_a_body_has_no_content_type(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url).send(Request(method="GET", path="files"))
        assert "content-type" not in server.requests[0].headers
        assert server.requests[0].target == "/v1/files"


def test_the_request_s_headers_beat_the_client_s_which_beat_ours(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url, default_headers={"X-A": "client", "X-B": "b", "accept": "a/b"})
        api.send(Request(method="GET", path="/x", headers={"x-a": "request"}))
        headers = server.requests[0].headers
    assert (headers["x-a"], headers["x-b"], headers["accept"]) == ("request", "b", "a/b")


def test_a_header_that_is_no_string_is_not_sent(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, default_headers={"Authorization": None, "X-A": "a"}).send(
            Request(method="GET", path="/x", headers={"x-a": None, "User-Agent": msgspec.UNSET})
        )
        headers = server.requests[0].headers
    assert headers.keys().isdisjoint({"authorization", "x-a", "user-agent"})


def test_query_parameters_merge_and_none_is_left_out(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, default_query={"api-version": "1", "a": "x", "b": 1}).send(
            Request(method="GET", path="/x", query={"a": None, "b": 2, "include[]": ["p", "q"]})
        )
        target = server.requests[0].target
    assert httpx.URL(target).params.multi_items() == [
        ("api-version", "1"),
        ("b", "2"),
        ("include[]", "p"),
        ("include[]", "q"),
    ]


def test_a_header_that_http_cannot_carry_is_refused_without_being_quoted(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        with pytest.raises(errors.OpenAIError, match="x-token") as caught:
            api.send(Request(method="GET", path="/x", headers={"X-Token": f"{KEY}\nX: y"}))
    assert KEY not in everything_shown(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("name", ["X\r\nY", "X Y", "X:", "", "Zürich"])
def test_a_header_s_name_that_http_cannot_carry_is_refused(connect: Connect, name: str) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        with pytest.raises(errors.OpenAIError, match="a name that HTTP cannot carry"):
            api.send(Request(method="GET", path="/x", headers={name: "value"}))
    assert server.requests == []


@pytest.mark.parametrize("host", ["xn--", "xn--a-", "ü..x"])
def test_a_host_that_cannot_be_written_is_no_raw_exception(connect: Connect, host: str) -> None:
    with pytest.raises(errors.OpenAIError) as caught:
        connect(f"http://{host}/v1").send(POST)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_the_name_of_a_header_is_a_string() -> None:
    odd: Any = {5: "x"}
    request = Request(method="GET", path="/x", headers=odd)
    with pytest.raises(errors.OpenAIError, match="is a string, not int"):
        headers(request, ClientConfig(api_key=KEY), KEY)
