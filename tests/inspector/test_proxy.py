"""A recording proxy changes nothing that passes, and shows it while it passes."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from streamkit import OpenAI
from streamkit.inspector import Inspector
from streamkit.recording import Cassette, replay
from streamkit.server import EmbeddedServer
from tests.http_server import Do, ScriptedServer, response
from tests.inspector.watching import shown_when
from tests.trace.test_trace import chunk

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-do-not-show-me"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
ASKED: dict[str, Any] = {
    "model": "m",
    "stream": True,
    "messages": [{"role": "user", "content": "Hi"}],
}


def piece(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_traffic_is_shown_while_it_passes_and_kept_without_secrets(tmp_path: Path) -> None:
    goes_on = threading.Event()
    first, last = chunk(content="The"), chunk("stop") + b"data: [DONE]\n\n"
    script: list[Any] = [HEAD, piece(first), goes_on, piece(last), b"0\r\n\r\n"]
    path = tmp_path / "live.jsonl"
    with ScriptedServer(script) as api, Inspector() as inspector:
        base_url, kept = inspector.proxy(api.url, cassette=path)
        assert base_url.endswith("/v1")
        assert kept == path
        headers = {"authorization": f"Bearer {SECRET}"}
        with (
            httpx.Client(base_url=inspector.url) as http,
            httpx.stream(
                "POST", f"{base_url}/chat/completions", json=ASKED, headers=headers
            ) as answer,
        ):
            reads = answer.iter_raw()
            assert next(reads) == first
            (row,) = http.get("api/streams").json()["rows"]
            assert (row["status"], row["asked"], row["model"]) == ("live", "Hi", "m")
            state = http.get(f"api/streams/{row['key']}/moment", params={"n": 9}).json()
            assert state["parts"][0]["text"] == "The"
            goes_on.set()
            assert b"".join(reads) == last
            (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
            assert (row["status"], row["finish"]) == ("done", {"0": "stop"})
            assert SECRET not in http.get(f"api/streams/{row['key']}").text
        assert api.requests[0].headers["authorization"] == f"Bearer {SECRET}"
        assert msgspec.json.decode(api.requests[0].body) == ASKED
        assert api.requests[0].headers["host"] == api.host
    (recording,) = Cassette.load(path).recordings
    assert (recording.end, recording.body) == ("complete", first + last)
    assert SECRET not in path.read_text()


@pytest.mark.thorough
def test_what_passes_can_be_replayed(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    with EmbeddedServer() as server, Inspector() as inspector:
        base_url, _ = inspector.proxy(server.base_url, cassette=path)
        with OpenAI(base_url=base_url, api_key=SECRET) as client:
            said = client.chat.completions.create(model="any", messages=ASKED["messages"])
    with httpx.Client(transport=replay(path)) as http:
        with OpenAI(api_key="any", base_url="http://x.test/v1", http_client=http) as client:
            again = client.chat.completions.create(model="any", messages=ASKED["messages"])
    assert again == said


def test_a_cut_of_the_api_is_one_for_the_client() -> None:
    script: list[bytes | Do] = [HEAD, piece(chunk(content="The")), Do.HANG_UP]
    with ScriptedServer(script) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(f"{base_url}/chat/completions", json=ASKED)
        with httpx.Client(base_url=inspector.url) as http:
            (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
    assert row["status"] == "cut"


def test_a_client_that_leaves_lets_go_of_the_api() -> None:
    script: list[bytes | Do] = [HEAD, piece(chunk(content="The")), Do.HOLD]
    with ScriptedServer(script) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        url = f"{base_url}/chat/completions"
        with httpx.stream("POST", url, json=ASKED) as answer:
            next(answer.iter_raw())
        assert api.hung_up.wait(10)
        with httpx.Client(base_url=inspector.url) as http:
            (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
    assert row["status"] == "cut"


def test_a_client_that_leaves_before_the_answer_lets_go_of_the_api() -> None:
    with ScriptedServer([Do.HOLD]) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        host, _, port = base_url.removeprefix("http://").partition("/")[0].partition(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            assert api.asked.wait(10)
        assert api.hung_up.wait(10)
        with httpx.Client(base_url=inspector.url) as http:
            (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
    assert (row["status"], row["error"]) == ("cut", "the client left here")


@pytest.mark.thorough
def test_a_proxy_stops_while_the_api_says_nothing() -> None:
    with ScriptedServer([Do.HOLD]) as api, socket.socket() as client:
        with Inspector() as inspector:
            base_url, _ = inspector.proxy(api.url)
            host, _, port = base_url.removeprefix("http://").partition("/")[0].partition(":")
            client.connect((host, int(port)))
            client.sendall(b"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            assert api.asked.wait(10)
        assert api.hung_up.wait(10)


@pytest.mark.thorough
def test_an_api_that_is_away_is_an_error_of_the_gateway() -> None:
    with Inspector() as inspector:
        base_url, _ = inspector.proxy("http://127.0.0.1:1/v1")
        answer = httpx.post(f"{base_url}/chat/completions", json=ASKED)
        assert answer.status_code == 502
        assert answer.json()["error"]["message"] == "The API cannot be reached: ConnectError"
        (row,) = httpx.get(f"{inspector.url}api/streams").json()["rows"]
    assert row["status"] == "error"
    assert row["error"].startswith("ConnectError")


@pytest.mark.thorough
def test_codings_queries_and_uploads_pass_as_they_are() -> None:
    packed = gzip.compress(b'{"ok": true}')
    script = [response(200, packed, [("Content-Encoding", "gzip"), ("X-Own", "1")])]
    with ScriptedServer(script) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        answer = httpx.post(f"{base_url}/files?purpose=x&a=%2Fb", files={"file": b"\xff\x00"})
        assert answer.json() == {"ok": True}
        assert (answer.headers["content-encoding"], answer.headers["x-own"]) == ("gzip", "1")
        assert httpx.get(f"{base_url}/models").status_code == 200
    upload, listed = api.requests
    assert upload.target == "/v1/files?purpose=x&a=%2Fb"
    assert b"\xff\x00" in upload.body
    assert (listed.method, listed.body) == ("GET", b"")
    assert "content-length" not in listed.headers


def test_the_proxy_refuses_foreign_hosts_and_pages() -> None:
    with ScriptedServer([b""]) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
            assert httpx.get(f"{base_url}/models", headers=headers).status_code == 403
        assert api.requests == []


@pytest.mark.parametrize("api", ["", "api.test/v1", "ftp://api.test", "http://", "http://a:b c"])
def test_an_address_that_is_none_is_refused(api: str) -> None:
    with pytest.raises(ValueError, match="address of an API"):
        Inspector().proxy(api)
