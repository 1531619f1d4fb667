"""The fronts of browsers: ``useChat`` and AG-UI."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from streamkit.relay import AGUIEncoder, UIMessageEncoder
from streamkit.server import EmbeddedServer
from tests.families.common.answers import ANSWERS
from tests.http_server import STREAM_HEAD, Do, Script, ScriptedServer, chunk
from tests.proxy.proxied import UPSTREAMS, proxied
from tests.proxy.test_openai_fronts import AS, cut, whole
from tests.relay.scenes import Scene, answered, relayed
from tests.relay.wire import objects

upstreams = pytest.mark.parametrize("api", UPSTREAMS)
CHAT: Any = {
    "id": "chat-1",
    "messages": [{"id": "u1", "role": "user", "parts": [{"type": "text", "text": "hi"}]}],
    "trigger": "submit-message",
}
RUN: Any = {
    "threadId": "t",
    "runId": "r",
    "state": {},
    "messages": [{"id": "u1", "role": "user", "content": "hi"}],
    "tools": [],
    "context": [{"description": "The user's name", "value": "Ada"}],
    "forwardedProps": {},
}
PATHS = {"ui-message": "/api/chat", "ag-ui": "/agent"}
BODIES = {"ui-message": CHAT, "ag-ui": RUN}
fronts = pytest.mark.parametrize("front", PATHS)
HELD: Script = [STREAM_HEAD, *map(chunk, [*AS["chat"](ANSWERS["text"])][:3]), Do.HOLD]


def post(url: str, front: str, **options: Any) -> httpx.Response:
    given: dict[str, Any] = {"json": BODIES[front], "timeout": 20, **options}
    return httpx.post(url + PATHS[front], **given)


@pytest.mark.diagonal
@upstreams
@pytest.mark.parametrize("name", ["text", "calls", "reasoning"])
def test_an_answer_is_relayed_from_any_api(api: str, name: str) -> None:
    expected = {
        "ui-message": UIMessageEncoder(),
        "ag-ui": AGUIEncoder(input=RUN),
    }
    with ScriptedServer(whole(api, name)) as server:
        for front, encoder in expected.items():
            with proxied(front, server.url, api=api) as proxy:
                answer = post(proxy.url, front)
            assert answer.content == relayed(encoder, Scene(answered(ANSWERS[name], api)))
            assert answer.headers["cache-control"] == "no-cache, no-transform"


@pytest.mark.thorough
def test_the_header_of_the_protocol_is_sent() -> None:
    with (
        ScriptedServer(whole("chat", "text")) as server,
        proxied("ui-message", server.url) as proxy,
    ):
        assert post(proxy.url, "ui-message").headers["x-vercel-ai-ui-message-stream"] == "v1"


@pytest.mark.thorough
def test_the_conversation_reaches_the_model() -> None:
    with EmbeddedServer() as server:
        with proxied("ui-message", server.base_url) as proxy:
            post(proxy.url, "ui-message")
        with proxied("ag-ui", server.base_url) as proxy:
            post(proxy.url, "ag-ui")
        first, second = (exchange.body for exchange in server.exchanges)
    hi = {"role": "user", "content": "hi"}
    assert (first["model"], first["messages"], first["stream"]) == ("m", [hi], True)
    context = {"role": "system", "content": "The user's name: Ada"}
    assert second["messages"] == [context, hi]


@pytest.mark.thorough
@upstreams
@fronts
def test_a_cut_is_said_in_the_words_of_the_protocol(front: str, api: str) -> None:
    with ScriptedServer(cut(api)) as server, proxied(front, server.url, api=api) as proxy:
        said = objects(post(proxy.url, front).content)
    errors = [each for each in said if each["type"] in ("error", "RUN_ERROR")]
    assert len(errors) == 1
    assert "sk-" not in json.dumps(errors)


@fronts
def test_an_error_before_the_first_byte_has_its_status_and_no_details(front: str) -> None:
    with EmbeddedServer() as server, proxied(front, server.base_url) as proxy:
        server.reply("Secret plans", error=503)
        answer = post(proxy.url, front)
    assert answer.status_code == 503
    assert "An error occurred." in answer.text
    assert "Secret" not in answer.text


@pytest.mark.diagonal
@fronts
@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"[]", 400), (b"{", 400), (b"{}", 400), (b'{"messages":[3]}', 400)],
    ids=["nothing", "an array", "half", "no messages", "a number"],
)
def test_a_request_that_is_none_is_refused(front: str, content: bytes, status: int) -> None:
    with proxied(front, "http://127.0.0.1:9") as proxy:
        answer = post(proxy.url, front, content=content, json=None)
    assert answer.status_code == status
    assert "must" in answer.text or "JSON" in answer.text


@pytest.mark.thorough
def test_a_request_that_is_too_long_is_refused() -> None:
    with proxied("ui-message", "http://127.0.0.1:9", request_bytes=100) as proxy:
        assert post(proxy.url, "ui-message", content=b" " * 101, json=None).status_code == 413


def test_an_api_that_is_away_is_a_bad_gateway() -> None:
    with proxied("ui-message", "http://127.0.0.1:9") as proxy:
        assert post(proxy.url, "ui-message").status_code == 502


def test_the_client_that_leaves_ends_the_request() -> None:
    with ScriptedServer(HELD) as server, proxied("ui-message", server.url) as proxy:
        with httpx.stream("POST", proxy.url + "/api/chat", json=CHAT, timeout=20) as answer:
            assert b"start" in next(answer.iter_bytes())
        assert server.hung_up.wait(10)


def test_the_client_that_leaves_before_the_answer_ends_the_request() -> None:
    body = json.dumps(CHAT).encode()
    head = f"POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
    with ScriptedServer([Do.HOLD]) as server, proxied("ui-message", server.url) as proxy:
        address = "127.0.0.1", int(proxy.url.rpartition(":")[2])
        with socket.create_connection(address) as client:
            client.sendall(head.encode() + body)
            assert server.asked.wait(10)
        assert server.hung_up.wait(10)


@pytest.mark.thorough
def test_silence_is_filled_with_comments_once_it_is_long() -> None:
    with ScriptedServer([Do.HOLD]) as server:
        with proxied("ui-message", server.url, keep_alive=0.01) as proxy:
            with httpx.stream("POST", proxy.url + "/api/chat", json=CHAT, timeout=20) as answer:
                assert answer.status_code == 200
                assert next(answer.iter_bytes()) == b": keep-alive\n\n"


def test_a_proxy_that_stops_says_that_it_has_cut_the_answer() -> None:
    with ScriptedServer(HELD) as server, proxied("ui-message", server.url) as proxy:
        with httpx.stream("POST", proxy.url + "/api/chat", json=CHAT, timeout=20) as answer:
            pieces = answer.iter_bytes()
            assert b"start" in next(pieces)
            proxy.ask_to_stop()
            rest = b"".join(pieces)
        assert server.hung_up.wait(10)
    assert objects(rest)[-1] == {"type": "finish", "finishReason": "error"}


@pytest.mark.thorough
def test_health_and_wrong_paths() -> None:
    with proxied("ui-message", "http://127.0.0.1:9") as proxy:
        assert httpx.get(proxy.url + "/health").json() == {"status": "ok"}
        assert "/api/chat" in httpx.get(proxy.url + "/elsewhere").text
        assert httpx.get(proxy.url + "/api/chat").status_code == 405
        assert httpx.get(proxy.url + "/api/chat/c/stream").status_code == 404


@pytest.mark.thorough
@pytest.mark.parametrize("allowed", [False, True], ids=["not allowed", "allowed"])
def test_web_pages_may_use_it_only_when_they_are_allowed(*, allowed: bool) -> None:
    origin = "http://localhost:3000"
    options: Any = {"allowed_origins": [origin] * allowed}
    asked = {"origin": origin, "access-control-request-method": "POST"}
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("ui-message", server.url, **options) as proxy:
            preflight = httpx.options(proxy.url + "/api/chat", headers=asked)
            answer = post(proxy.url, "ui-message", headers={"origin": origin})
    for each in (preflight, answer):
        assert each.is_success == allowed
        assert each.headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_a_page_whose_name_points_here_is_refused() -> None:
    with proxied("ui-message", "http://127.0.0.1:9") as proxy:
        assert post(proxy.url, "ui-message", headers={"host": "evil.example"}).status_code == 403


@fronts
def test_a_front_of_browsers_needs_a_model(front: str) -> None:
    with pytest.raises(ValueError, match="name no model"):
        with proxied(front, "http://127.0.0.1:9", model=None):
            pass
