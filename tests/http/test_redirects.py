"""A redirected request goes to the right place, and takes along only what that server may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

from streamkit import errors
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.config import ClientConfig
from streamkit._http.exchange import SyncExchange
from streamkit._http.redirects import Redirects
from streamkit._http.request import Request
from tests.exchange import KEY, AsyncApi, SyncApi
from tests.http_server import ScriptedServer, response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange import Api

OK = response()
BODY = {"model": "m"}
POST = Request(method="POST", path="/x", json=BODY)
GET = Request(method="GET", path="/x", headers={"X-Goog-Api-Key": KEY})


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[SyncApi | AsyncApi]:
    return SyncApi if request.param == "sync" else AsyncApi


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    with ScriptedServer([OK]) as server:
        yield server


def moved(status: int, to: str) -> bytes:
    return response(status, headers=[("Location", to), ("x-request-id", "req_1")])


def send(kind: type[SyncApi | AsyncApi], url: str, request: Request, **config: Any) -> None:
    api: Api = kind(None, url, **config)
    try:
        api.send(request)
    finally:
        api.close()


@pytest.mark.parametrize("status", [307, 308])
def test_on_the_same_server_all_goes_along(kind: type[SyncApi | AsyncApi], status: int) -> None:
    with ScriptedServer([moved(status, "/v1/new")], [OK]) as server:
        send(kind, server.url, POST, default_headers={"api-key": KEY})
        first, second = server.requests
    assert (second.method, second.target, second.body) == ("POST", "/v1/new", first.body)
    assert second.headers == first.headers
    assert server.connections == 1


@pytest.mark.parametrize("status", [307, 308])
def test_another_server_is_not_sent_a_body(
    kind: type[SyncApi | AsyncApi], other: ScriptedServer, status: int
) -> None:
    away = moved(status, f"http://{other.host}/v1/new?token=t")
    with ScriptedServer([away]) as server:
        with pytest.raises(errors.APIError, match=f"redirects to {other.host}") as caught:
            send(kind, server.url, POST)
    assert caught.value.request_id == "req_1"
    assert other.requests == []


@pytest.mark.diagonal
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_server_is_sent_no_credentials(
    kind: type[SyncApi | AsyncApi], other: ScriptedServer, status: int
) -> None:
    away = moved(status, f"http://{other.host}/file")
    config = {"default_headers": {"api-key": KEY, "Cookie": KEY}, "organization": "org"}
    with ScriptedServer([away]) as server:
        send(kind, server.url, GET, **config)
        assert KEY in server.requests[0].headers["x-goog-api-key"]
    [got] = other.requests
    assert got.target == "/file"
    assert got.headers["host"] == other.host
    assert got.headers.keys() == {"accept", "accept-encoding", "connection", "host", "user-agent"}


def test_what_was_taken_away_is_not_given_back_on_the_way_home(
    kind: type[SyncApi | AsyncApi],
) -> None:
    first_script: list[bytes] = []
    with ScriptedServer(first_script, [OK]) as home:
        with ScriptedServer([moved(302, f"http://{home.host}/v1/x")]) as away:
            first_script.append(moved(302, f"http://{away.host}/"))
            send(kind, home.url, GET)
        first, second = home.requests
    assert "authorization" in first.headers
    assert "authorization" not in second.headers


def test_a_client_s_own_credentials_stay_at_home_too(other: ScriptedServer) -> None:
    away = moved(302, f"http://{other.host}/file")
    with (
        ScriptedServer([away]) as server,
        httpx.Client(auth=("user", KEY), follow_redirects=True) as http,
    ):
        config = ClientConfig(api_key=KEY, base_url=server.url)
        SyncExchange(SyncTransport(config, http), GET).send()
        assert "authorization" in server.requests[0].headers
    assert "authorization" not in other.requests[0].headers


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_client_that_does_not_follow_redirects_is_left_to_that(library: Any) -> None:
    with ScriptedServer([moved(307, "/v1/new")]) as server:
        api = SyncApi(library, server.url)
        with pytest.raises(errors.APIStatusError, match="307"):
            api.send(POST)
        api.close()
        assert len(server.requests) == 1


def test_going_round_in_circles_ends(kind: type[SyncApi | AsyncApi]) -> None:
    with ScriptedServer([moved(307, "/v1/again")]) as server:
        with pytest.raises(errors.APIError, match="TooManyRedirects"):
            send(kind, server.url, POST)
        assert len(server.requests) == 21


@pytest.mark.parametrize(
    ("origin", "to", "is_home"),
    [
        ("http://api.test/v1", "https://api.test/v1", True),
        ("https://api.test/v1", "https://api.test:443/v1", True),
        ("https://api.test/v1", "http://api.test/v1", False),
        ("http://api.test/v1", "https://api.test:8443/v1", False),
        ("https://api.test/v1", "https://api.test.evil/v1", False),
        ("https://api.test/v1", "https://api.test@evil/v1", False),
        ("http://api.test:8000/v1", "http://api.test:8001/v1", False),
    ],
)
def test_a_server_is_its_scheme_host_and_port(origin: str, to: str, is_home: bool) -> None:
    with httpx.Client(follow_redirects=True) as client:
        request = httpx.Request("GET", origin, headers={"api-key": KEY})
        following = httpx.Request("GET", to, headers={"api-key": KEY})
        answer = httpx.Response(302, request=request)
        answer.next_request = following
        assert Redirects(client, request).after(answer) is following
    assert ("api-key" in following.headers) is is_home
