"""The server in a thread: its life, its clients, and its journal of their requests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest

from streamkit.recording import Read, Recording, shipped, shipped_names
from streamkit.server import EmbeddedServer, create_app

PATIENCE = 10.0
"""The seconds after which a wait is given up; only a failing test gets there."""
NEVER = "3600"
"""A pace so slow that nothing comes after the first chunk."""


def body(**more: Any) -> dict[str, Any]:
    """Return a request for a completion."""
    return {"model": "m", "messages": [{"role": "user", "content": "Tell me more"}], **more}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


# Starting and stopping


def test_it_listens_on_the_loopback_interface_while_it_runs() -> None:
    server = EmbeddedServer()
    before = threading.enumerate()
    with server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.base_url == server.url + "/v1"
        url = server.base_url + "/models"
        assert httpx.get(url).status_code == 200
    assert threading.enumerate() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url


def test_it_runs_as_often_as_one_likes() -> None:
    server = EmbeddedServer()
    for _ in range(3):
        with server:
            assert httpx.get(server.base_url + "/models").status_code == 200


def test_its_port_is_free_again_at_once() -> None:
    with EmbeddedServer() as first:
        port = int(first.url.rpartition(":")[2])
        assert httpx.post(first.base_url + "/chat/completions", json=body()).status_code == 200
    with EmbeddedServer(port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"
        assert httpx.get(second.base_url + "/models").status_code == 200


def test_several_run_side_by_side() -> None:
    with EmbeddedServer() as one, EmbeddedServer() as two:
        assert one.url != two.url
        assert (
            httpx.get(one.base_url + "/models").json() == httpx.get(two.base_url + "/models").json()
        )


def test_it_stops_while_an_answer_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    server = EmbeddedServer(pace=3600).start()
    with (
        httpx.Client() as client,
        client.stream(
            "POST", server.base_url + "/chat/completions", json=body(stream=True)
        ) as answer,
    ):
        events = answer.iter_raw()
        assert next(events).startswith(b"data: ")
        server.stop()
        with pytest.raises(httpx.TransportError):
            next(events)
    assert server.exchanges[0].outcome == "cut"
    assert not caplog.records


def test_stopping_twice_is_stopping_once() -> None:
    server = EmbeddedServer().start()
    server.stop()
    server.stop()
    server.wait()


def test_waiting_ends_when_it_stops() -> None:
    server = EmbeddedServer().start()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.wait)
        server.stop()
        assert waiting.result(PATIENCE) is None


def test_it_is_started_once_at_a_time() -> None:
    with EmbeddedServer() as server, pytest.raises(RuntimeError, match="running already"):
        server.start()


def test_a_port_in_use_is_an_error() -> None:
    with EmbeddedServer() as server:
        other = EmbeddedServer(port=int(server.url.rpartition(":")[2]))
        with pytest.raises(OSError, match="in use"):
            other.start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104 - refused
def test_others_may_reach_it_only_with_a_key(host: str) -> None:
    with pytest.raises(ValueError, match="api_key"):
        EmbeddedServer(host=host)
    EmbeddedServer(host=host, api_key="k")


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "localhost"])
def test_a_loopback_address_needs_no_key(host: str) -> None:
    EmbeddedServer(host=host)


@pytest.mark.parametrize("options", [{"token_size": 0}, {"pace": -1.0}, {"speed": "x"}])
def test_a_setting_out_of_range_is_an_error(options: Any) -> None:
    with pytest.raises(ValueError, match="Expected"):
        EmbeddedServer(**options)


# Clients


def test_the_headers_let_nothing_hold_a_stream_back(server: EmbeddedServer) -> None:
    headers = httpx.post(server.base_url + "/chat/completions", json=body(stream=True)).headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert headers["x-request-id"].startswith("req_")


def test_a_chunk_is_sent_before_the_next_is_due(server: EmbeddedServer) -> None:
    with httpx.stream(
        "POST",
        server.base_url + "/chat/completions",
        json=body(stream=True),
        headers={"x-streamkit-pace": NEVER},
    ) as answer:
        events = answer.iter_raw()
        first = next(events)
    assert first.count(b"data: ") == 1


def test_the_generation_stops_when_the_client_leaves(server: EmbeddedServer) -> None:
    with httpx.stream(
        "POST",
        server.base_url + "/chat/completions",
        json=body(stream=True),
        headers={"x-streamkit-pace": NEVER},
    ) as answer:
        events = answer.iter_raw()
        next(events)
        [exchange] = [
            each for each in server.exchanges if each.request_id == answer.headers["x-request-id"]
        ]
        assert exchange.outcome is None
        assert exchange.wait(0) is None
    assert exchange.wait(PATIENCE) == "cut"
    assert exchange.sent == 1


def test_a_long_answer_stops_when_the_client_leaves(server: EmbeddedServer) -> None:
    with httpx.stream(
        "POST",
        server.base_url + "/chat/completions",
        json=body(stream=True, n=128),
        headers={"x-streamkit-token-size": "1"},
    ) as answer:
        events = answer.iter_raw()
        next(events)
        request_id = answer.headers["x-request-id"]
    [exchange] = [each for each in server.exchanges if each.request_id == request_id]
    assert exchange.wait(PATIENCE) == "cut"
    assert exchange.sent < 128 * 50


def test_clients_are_served_side_by_side(server: EmbeddedServer) -> None:
    # No stream is read to its end before all have begun.
    begun = threading.Barrier(20)

    def ask(seed: int) -> str:
        answer = client.chat.completions.create(**body(seed=seed), stream=True)
        begun.wait(PATIENCE)
        return "".join(chunk.choices[0].delta.content or "" for chunk in answer)

    with (
        openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        answers = list(pool.map(ask, range(20)))
    assert len(set(answers)) > 10
    assert all(answers)


@pytest.mark.thorough
async def test_many_streams_run_on_one_connection_pool(server: EmbeddedServer) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.base_url, limits=limits, timeout=60) as client:
        posts = [
            client.post("/chat/completions", json=body(stream=True, seed=seed))
            for seed in range(100)
        ]
        responses = await asyncio.gather(*posts)
    assert all(response.content.endswith(b"data: [DONE]\n\n") for response in responses)


def test_a_request_in_small_pieces_is_read_to_its_end(server: EmbeddedServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        for piece in (
            b"GET /v1/mod",
            b"els HTTP/1.1\r\nHo",
            b"st: localhost\r\nConnection: close\r\n\r\n",
        ):
            connection.sendall(piece)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_leaves_before_it_has_asked_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with EmbeddedServer() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            # This status shows that the server has begun to read the body.
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            connection.sendall(b"{")
        assert server.exchanges[0].wait(PATIENCE) == "cut"
    assert not caplog.records


async def test_another_asgi_server_may_start_it_up() -> None:
    said: list[str] = []
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, Any]:
        return {"type": next(messages)}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message["type"])

    await create_app()({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


# The journal


def test_an_exchange_says_what_was_asked_and_answered() -> None:
    with EmbeddedServer() as server:
        url = server.base_url + "/chat/completions"
        response = httpx.post(url, json=body(stream=True), headers={"x-mark": "yes"})
        httpx.get(server.base_url + "/nothing")
        asked, lost = server.exchanges
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.body == body(stream=True)
    assert asked.headers["x-mark"] == "yes"
    assert asked.request_id == response.headers["x-request-id"]
    assert (asked.status, asked.outcome) == (200, "completed")
    assert asked.sent == response.text.count("data: ")
    assert (lost.status, lost.body, lost.sent) == (404, None, 1)


def test_an_exchange_shows_no_key_by_itself() -> None:
    with EmbeddedServer(api_key="sk-secret") as server:
        httpx.get(server.base_url + "/models", headers={"authorization": "Bearer sk-secret"})
        assert "sk-secret" not in repr(server.exchanges)


# Recordings


@pytest.mark.parametrize("name", shipped_names())
def test_a_recording_is_replayed_byte_by_byte(server: EmbeddedServer, name: str) -> None:
    recording = shipped(name)
    request = {**recording.request, "model": f"recording:{name}"}
    for extension in ("ignore_eos", "cache_prompt"):
        request.pop(extension, None)
    response = httpx.post(server.base_url + "/chat/completions", json=request)
    assert response.content == recording.body
    kind = "text/event-stream; charset=utf-8" if recording.streamed else "application/json"
    assert response.headers["content-type"] == kind


def test_a_recording_is_replayed_at_its_own_pace() -> None:
    slow = Recording(
        request={"stream": True}, reads=(Read(0.0, b"data: 1\n\n"), Read(3600.0, b"data: 2\n\n"))
    )
    with EmbeddedServer(recordings={"slow": slow}, speed=1) as server:
        url = server.base_url + "/chat/completions"
        request = body(model="recording:slow", stream=True)
        with httpx.stream("POST", url, json=request) as answer:
            events = answer.iter_raw()
            assert next(events) == b"data: 1\n\n"
        assert server.exchanges[0].wait(PATIENCE) == "cut"
        whole = httpx.post(url, json=request, headers={"x-streamkit-speed": "0"})
        fast = httpx.post(url, json=request, headers={"x-streamkit-speed": "1e9"})
    assert whole.content == fast.content == slow.body


def test_a_recording_is_asked_for_as_it_was_made(server: EmbeddedServer) -> None:
    url = server.base_url + "/chat/completions"
    for name, stream in (("text_usage", False), ("not_streamed", True)):
        response = httpx.post(url, json=body(model=f"recording:{name}", stream=stream))
        assert response.status_code == 400
        assert response.json()["error"]["param"] == "stream"


def test_a_recording_that_is_not_there_is_no_model(server: EmbeddedServer) -> None:
    url = server.base_url + "/chat/completions"
    response = httpx.post(url, json=body(model="recording:nothing"))
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"


def test_the_openai_package_reads_a_recording(server: EmbeddedServer) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key="any") as client:
        chunks = list(
            client.chat.completions.create(**body(model="recording:text_usage"), stream=True)
        )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Paris."
