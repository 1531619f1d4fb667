"""The embedded server answers its own hosts and allowed origins, and browsers learn which."""

from __future__ import annotations

import http.client
import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from streamkit.server import EmbeddedServer, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

Headers = list[tuple[str, str]]
PAGE = "https://page.example"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def open_server() -> Iterator[EmbeddedServer]:
    hosts = ["Box.local", "10.0.0.7", "fe80::7"]
    with EmbeddedServer(allowed_hosts=hosts, allowed_origins=[PAGE, "null"]) as server:
        yield server


def ask(server: EmbeddedServer, headers: Headers, method: str = "GET") -> http.client.HTTPResponse:
    """Return the answer to a request with these headers alone."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.putrequest(method, "/v1/models", skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def status(server: EmbeddedServer, *, host: str = "localhost", origin: str | None = None) -> int:
    given = [("Host", host)] + ([] if origin is None else [("Origin", origin)])
    return ask(server, given).status


LOOPBACK = ["localhost", "LocalHost:1", "localhost.", "127.0.0.1:8000", "127.9.9.9", "[::1]:80"]
ELSEWHERE = [
    "evil.example",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example:127",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",  # noqa: S104 - it is refused
    "[::]",
    "[::ffff:10.0.0.1]",
    "192.168.0.1",
    "localhost evil.example",
    "localhost, evil.example",
    "localhost/evil.example",
    "",
    "[::1",
    "box.local",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_every_name_of_loopback_is_served(server: EmbeddedServer, host: str) -> None:
    assert status(server, host=host) == 200


@pytest.mark.parametrize("host", ELSEWHERE)
def test_another_host_is_refused(server: EmbeddedServer, host: str) -> None:
    assert status(server, host=host) in {400, 403}  # the parser refuses an invalid header


def test_the_second_of_two_hosts_counts_as_the_first(server: EmbeddedServer) -> None:
    headers = [("Host", "localhost"), ("Host", "evil.example")]
    assert ask(server, headers).status in {400, 403}


@pytest.mark.parametrize(
    "host", ["box.local", "BOX.LOCAL:80", "10.0.0.7", "[fe80::7]:1", "localhost"]
)
def test_an_allowed_host_is_served(open_server: EmbeddedServer, host: str) -> None:
    assert status(open_server, host=host) == 200


def test_any_host_is_served_where_any_is_allowed() -> None:
    with EmbeddedServer(allowed_hosts=["*"], allowed_origins=["*"]) as server:
        assert status(server, host="evil.example", origin="https://evil.example") == 200


def test_the_host_that_it_listens_at_is_its_own() -> None:
    with EmbeddedServer(host="127.0.0.2", api_key="k") as server:
        answer = httpx.get(server.base_url + "/models", headers={"Authorization": "Bearer k"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "https://localhost", "http://127.0.0.1", "http://[::1]:5173"],
)
def test_a_page_of_this_machine_is_served(server: EmbeddedServer, origin: str) -> None:
    assert status(server, origin=origin) == 200


@pytest.mark.diagonal
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://evil.example#localhost",
        "null",
        "file://",
        "chrome-extension://localhost",
        "http://0.0.0.0",
        "http://localhost, https://evil.example",
        "localhost",
        "",
        PAGE,
    ],
)
@pytest.mark.parametrize("path", ["/chat/completions", "/threads", "/files", "/nowhere"])
def test_a_page_from_elsewhere_is_refused(server: EmbeddedServer, origin: str, path: str) -> None:
    before = len(server.exchanges)
    answer = httpx.post(server.base_url + path, json={}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "origin_not_allowed"
    assert "access-control-allow-origin" not in answer.headers
    assert len(server.exchanges) == before + 1


@pytest.mark.parametrize("origin", [PAGE, PAGE.upper(), "null", "http://localhost:1"])
def test_a_page_that_may_ask_may_read(open_server: EmbeddedServer, origin: str) -> None:
    answer = httpx.get(open_server.base_url + "/models", headers={"Origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"].lower() == "origin"


@pytest.mark.parametrize("origin", [PAGE + ":8443", "http://page.example", PAGE + ".evil.example"])
def test_an_allowed_origin_is_that_one_alone(open_server: EmbeddedServer, origin: str) -> None:
    assert status(open_server, origin=origin) == 403


def test_a_browser_learns_what_a_page_may_send() -> None:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
    with EmbeddedServer(api_key="k", allowed_origins=[PAGE]) as server:
        url = server.base_url + "/chat/completions"
        answer = httpx.options(url, headers={"Origin": PAGE, **wanted})
        refused = httpx.options(url, headers={"Origin": "https://evil.example", **wanted})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-headers"] == "x-a"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "options",
    [
        {"allowed_hosts": ["http://a"]},
        {"allowed_hosts": [""]},
        {"allowed_hosts": ["a b"]},
        {"allowed_origins": ["a.example"]},
        {"allowed_origins": ["https://a.example/path"]},
        {"allowed_origins": [""]},
    ],
    ids=str,
)
def test_what_is_no_host_or_origin_is_an_error(options: Any) -> None:
    with pytest.raises(ValueError, match=r"is no (host|origin)"):
        create_app(**options)


# The log of requests


def test_requests_are_logged_when_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "SECRET"}]}
    key = {"Authorization": "Bearer sk-SECRET"}
    with EmbeddedServer(log_requests=True, api_key="sk-SECRET") as server:
        httpx.post(server.base_url + "/chat/completions?key=SECRET", json=body, headers=key)
        httpx.get(server.base_url + "/models/a%1b%5b2J%0d%0a%e2%80%ae", headers=key)
        asked = [exchange.request_id for exchange in server.exchanges]
        assert all(exchange.wait(10) for exchange in server.exchanges)
    first, second = [
        record.getMessage() for record in caplog.records if record.name == "streamkit.server"
    ]
    number = r"\d+ pieces, \d+\.\d{3} s"
    assert re.fullmatch(rf"POST /v1/chat/completions 200 completed, {number}, {asked[0]}", first)
    assert r"GET /v1/models/a\x1b[2J\r\n\u202e 404 completed" in second
    assert "SECRET" not in first + second


def test_no_request_is_logged_unasked(
    caplog: pytest.LogCaptureFixture, server: EmbeddedServer
) -> None:
    caplog.set_level(logging.INFO)
    httpx.get(server.base_url + "/models")
    assert not [record for record in caplog.records if record.name == "streamkit.server"]
