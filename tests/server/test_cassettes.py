"""The server answers from a cassette as the recorded server did."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import streamkit
from streamkit.recording import Cassette, Failure, Read, Recording, record
from streamkit.server import EmbeddedServer
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed
from tests.recording.clients import ROADS, Road

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://api.test/v1/chat"


def recorded(**more: Any) -> Cassette:
    options: dict[str, Any] = {"request": {"model": "any"}, "url": URL, **more}
    return Cassette((Recording(**options),))


@pytest.mark.parametrize("name", ["ours", "openai", "anthropic, async"])
def test_a_client_hears_the_same_from_the_cassette(name: str, tmp_path: Path) -> None:
    road: Road = ROADS[name]
    path = tmp_path / "made.jsonl"
    with EmbeddedServer(seed=3) as server:
        client = road.client(server.url)
        with record(client, path):
            said = road.text(client)
    with EmbeddedServer(cassette=path) as server:
        assert road.text(road.client(server.url)) == said
        (exchange,) = server.exchanges
        assert exchange.body == Cassette.load(path).recordings[0].request


def test_bytes_status_and_headers_are_those_of_the_recording() -> None:
    cassette = recorded(
        status=429,
        reads=(Read(0, b"\xff"), Read(0, b"2")),
        headers=(("Retry-After", "3"), ("content-length", "99"), ("x-secret", "[redacted]")),
    )
    with EmbeddedServer(cassette=cassette) as server:
        answer = httpx.post(server.url + "/v1/chat", json={"model": "any"})
    assert (answer.status_code, answer.content) == (429, b"\xff2")
    assert answer.headers["retry-after"] == "3"
    assert "x-secret" not in answer.headers


@pytest.mark.parametrize(
    "end",
    [
        {"end": "error", "failure": Failure("ReadError")},
        {"end": "unknown"},
        {"end": "left"},
    ],
    ids=str,
)
def test_a_cut_is_a_cut(end: dict[str, Any]) -> None:
    cassette = recorded(reads=(Read(0, b"data: 1\n\n"),), **end)
    pieces: list[bytes] = []
    with EmbeddedServer(cassette=cassette) as server, httpx.Client() as client:
        with client.stream("POST", server.url + "/v1/chat", json={"model": "any"}) as answer:
            with pytest.raises(httpx.RemoteProtocolError):
                pieces.extend(answer.iter_raw())
    assert pieces == [b"data: 1\n\n"]


def test_a_connection_that_failed_fails() -> None:
    failed = recorded(status=None, end="error", failure=Failure("ConnectError", "refused"))
    with EmbeddedServer(cassette=failed) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(server.url + "/v1/chat", json={"model": "any"})


def test_a_miss_says_what_differs() -> None:
    with EmbeddedServer(cassette=recorded()) as server:
        with streamkit.OpenAI(base_url=server.base_url, api_key="any") as client:
            with pytest.raises(streamkit.NotFoundError, match="recorded was POST /v1/chat"):
                client.models.list()
        answer = httpx.post(server.url + "/v1/chat", json={"model": "other"})
    error = answer.json()["error"]
    assert error["code"] == "not_in_cassette"
    assert 'body.model is "other", and was recorded as "any"' in error["message"]


def test_a_file_that_is_no_cassette_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("no cassette\n")
    with pytest.raises(ValueError, match=r"some\.txt is no cassette"):
        EmbeddedServer(cassette=path)
    ran = invoke(["serve", "--cassette", str(path)])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "some.txt is no cassette" in unboxed(ran.stderr)


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_the_command_serves_a_cassette(tmp_path: Path) -> None:
    path = tmp_path / "made.jsonl"
    recorded(reads=(Read(0, b"data: 1\n\n"),)).save(path)
    command = [*COMMAND, "serve", "--port", "0", "--cassette", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        found = re.match(r"Serving made\.jsonl at (\S+) ", served.stdout.readline())
        assert found
        answer = httpx.post(found[1] + "/v1/chat", json={"model": "any"})
        interrupted(served)
    assert answer.content == b"data: 1\n\n"
