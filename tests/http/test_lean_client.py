"""What our own HTTP clients leave out of httpx's work changes nothing that is sent or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit._http.cookie_jar import new_jar
from streamkit._http.lean_client import LeanAsyncClient, LeanClient
from streamkit._http.request import Request
from tests.exchange import KINDS, ApiType
from tests.http.requests import OK
from tests.http_server import ScriptedServer, head

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

POST = Request(method="POST", path="/x", json={})
SETS_A_COOKIE = head(headers=[("Content-Length", "2"), ("Set-Cookie", "a=b")]) + b"{}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_cookie_that_a_server_sets_is_sent_with_the_next_request(kind: ApiType) -> None:
    with ScriptedServer([SETS_A_COOKIE], [OK]) as server:
        api = kind(None, server.url)
        for _ in range(3):
            api.send(POST)
        api.close()
        cookies = [request.headers.get("cookie") for request in server.requests]
    assert cookies == [None, "a=b", "a=b"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_request_has_no_header_of_httpx_but_that_of_the_connection(kind: ApiType) -> None:
    left_out = dict.fromkeys(("Accept", "Accept-Encoding", "User-Agent"))
    with ScriptedServer([OK]) as server:
        api = kind(None, server.url, default_headers=left_out)
        api.send(POST)
        api.close()
        (request,) = server.requests
    names = {"host", "connection", "content-length", "content-type", "authorization"}
    assert request.headers.keys() == names


class Asked:
    """A jar that notes the responses that it is asked to look at."""

    def __init__(self) -> None:
        self.responses: list[Any] = []

    def extract_cookies(self, response: Any, request: Any) -> None:
        self.responses.append((response, request))


@pytest.mark.parametrize("kind", [LeanClient, LeanAsyncClient])
def test_a_jar_is_asked_only_about_a_response_that_sets_a_cookie(kind: Any) -> None:
    client, jar = kind(cookies=new_jar()), Asked()
    client.cookies.jar = jar
    request = httpx.Request("GET", "http://host/")
    for headers in ({}, {"x": "set-cookie"}, {"Set-Cookie": "a=b"}):
        client.cookies.extract_cookies(httpx.Response(200, headers=headers, request=request))
    assert len(jar.responses) == 1


def cookies_of(client: Any) -> httpx.Cookies:
    cookies: httpx.Cookies = client.cookies
    return cookies


@pytest.mark.parametrize("kind", [LeanClient, LeanAsyncClient])
def test_a_jar_that_is_set_is_the_one_that_is_used(kind: Any) -> None:
    jar: CookieJar = new_jar()
    client = kind(cookies=new_jar())
    client.cookies = jar
    cookies = cookies_of(client)
    assert cookies.jar is jar
    cookies.set("a", "b", domain="example.org")
    assert client.build_request("GET", "http://example.org/").headers["cookie"] == "a=b"
