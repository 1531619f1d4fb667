"""The server refuses too many requests, cuts endless ones, and never opens a file for a path."""

from __future__ import annotations

import http.client
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from streamkit.server import EmbeddedServer, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = {"x-streamkit-pace": "3600"}
"""Pacing by which nothing comes after the first chunk."""


BETA = {"OpenAI-Beta": "assistants=v2"}


def body(**more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "Hello"}], **more}


def test_a_request_too_many_is_refused_until_there_is_room_again() -> None:
    with EmbeddedServer(max_requests=1) as server, httpx.Client(base_url=server.base_url) as client:
        slow = client.build_request(
            "POST", "/chat/completions", json=body(stream=True), headers=SLOW
        )
        first = client.send(slow, stream=True)
        refused = client.get("/models")
        first.close()
        assert server.exchanges[0].wait(10) == "cut"
        served = client.get("/models")
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["x-request-id"].startswith("req_")
    assert served.status_code == 200


def test_an_answer_that_takes_too_long_is_cut() -> None:
    with EmbeddedServer(request_seconds=0.05) as server:
        with httpx.Client(base_url=server.base_url) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("/chat/completions", json=body(stream=True), headers=SLOW)
        assert server.exchanges[0].wait(10) == "cut"


def test_a_request_that_does_not_end_is_answered_with_an_error() -> None:
    with EmbeddedServer(request_seconds=0.05) as server:

        def content() -> Iterator[bytes]:
            yield b'{"model": '
            while not server.exchanges:
                pass
            server.exchanges[0].wait(10)

        assert (
            httpx.post(server.base_url + "/chat/completions", content=content()).status_code == 504
        )


@pytest.mark.parametrize("options", [{"max_requests": 0}, {"request_seconds": 0}])
def test_a_bound_that_nothing_can_keep_is_an_error(options: Any) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        create_app(**options)


_watching: list[list[str]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"open", "os.listdir", "os.scandir", "sqlite3.connect"}:
        for opened in _watching:
            opened.append(f"{event} {arguments[0]}")


sys.addaudithook(_note)

ODD = [
    "..",
    "../../etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "recording:..%2f..%2fpyproject",
    "recording:%2fetc%2fpasswd",
    "name%00.json",
    "%ff%fe",
    "a" * 8000,
]


@pytest.mark.diagonal
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:20])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models/{}"),
        ("GET", "/v1/files/{}"),
        ("GET", "/v1/files/{}/content"),
        ("DELETE", "/v1/files/{}"),
        ("GET", "/v1/threads/{}"),
        ("GET", "/v1/threads/{}/runs/{}"),
        ("GET", "/v1/vector_stores/{}/files/{}"),
        ("GET", "/{}"),
    ],
)
def test_no_path_of_a_request_reaches_the_file_system(
    server: EmbeddedServer, method: str, path: str, odd: str
) -> None:
    opened, status = asked(server, method, path.replace("{}", odd), headers=BETA)
    assert opened == []
    assert status in {200, 404, 405}
    assert status != 200 or path == "/v1/models/{}"  # a model may have any name


@pytest.mark.parametrize("odd", ["recording:../../pyproject", "recording:/etc/passwd"])
def test_no_model_s_name_reaches_the_file_system(server: EmbeddedServer, odd: str) -> None:
    content = httpx.Response(200, json=body(model=odd)).content
    opened, status = asked(server, "POST", "/v1/chat/completions", content)
    assert (opened, status) == ([], 404)


def test_the_name_of_an_upload_is_no_path(server: EmbeddedServer) -> None:
    odd = "../../tmp/streamkit-upload"
    form = httpx.Request(
        "POST",
        server.base_url + "/files",
        files={"file": (odd, b"content")},
        data={"purpose": "assistants"},
    )
    opened, status = asked(server, "POST", "/v1/files", form.read(), dict(form.headers))
    assert status == 200
    assert not [name for name in opened if "streamkit-upload" in name]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        for method, path in [("GET", "/v1/models/m"), ("POST", "/v1/chat/completions")]:
            asked(server, method, path)  # late imports happen now
        yield server


def asked(
    server: EmbeddedServer,
    method: str,
    path: str,
    content: bytes = b"",
    headers: dict[str, str] | None = None,
) -> tuple[list[str], int]:
    """Return the files that were opened meanwhile, and the status; the path is sent as it is."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    opened: list[str] = []
    _watching.append(opened)
    try:
        connection.request(method, path, content, headers or {})
        answer = connection.getresponse()
        answer.read()
    finally:
        _watching.remove(opened)
        connection.close()
    return opened, answer.status
