"""The embedded server's answer depends on the request alone, and on the settings in its headers."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import httpx
import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.server.chat.requested import ASK, chunks_of, post
from tests.server.chat.test_structured import Tree

RICH: dict[str, Any] = {
    "n": 3,
    "stream": True,
    "stream_options": {"include_usage": True},
    "logprobs": True,
    "top_logprobs": 2,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "tree", "schema": Tree.model_json_schema()},
    },
}


def test_the_same_request_gets_the_same_bytes(server: EmbeddedServer) -> None:
    body = post(server, **RICH)
    assert post(server, **RICH) == body
    with EmbeddedServer() as other:
        assert post(other, **RICH) == body


def test_answers_are_the_same_everywhere(server: EmbeddedServer) -> None:
    # This holds in every process and on every Python; a release that changes it must announce it.
    assert sha256(post(server, **RICH)).hexdigest() == DIGEST


DIGEST = "6c06d521fd4af3defd6e8b71dcc6643ba13561d0361ed3ed8f16615ae7c84ea6"


def test_another_seed_gives_another_answer(server: EmbeddedServer) -> None:
    with EmbeddedServer(seed=1) as other:
        assert post(other) != post(server)
    assert post(server, seed=1) != post(server)


def test_the_order_of_fields_makes_no_difference(server: EmbeddedServer) -> None:
    url = server.base_url + "/chat/completions"
    bodies = [{"model": "m", "messages": ASK}, {"messages": ASK, "model": "m"}]
    first, second = [httpx.post(url, json=body).content for body in bodies]
    assert first == second


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_tokens_is_settable(server: EmbeddedServer, size: int) -> None:
    chunks = chunks_of(post(server, {"x-streamkit-token-size": str(size)}, stream=True))
    deltas = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    sizes = [len(delta) for delta in deltas if delta]
    assert set(sizes[:-1]) <= {size}
    assert sizes[-1] <= size
    with EmbeddedServer(token_size=size) as other:
        assert chunks_of(post(other, stream=True)) == chunks


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-streamkit-token-size", "0"),
        ("x-streamkit-token-size", "four"),
        ("x-streamkit-pace", "-1"),
        ("x-streamkit-speed", "fast"),
    ],
)
def test_a_setting_out_of_range_is_refused(server: EmbeddedServer, header: str, value: str) -> None:
    url = server.base_url + "/chat/completions"
    response = httpx.post(url, json={"model": "m", "messages": ASK}, headers={header: value})
    assert response.status_code == 400
    assert header.removeprefix("x-streamkit-").replace("-", "_") in response.text


def test_models_are_listed_with_the_recordings(client: openai.OpenAI) -> None:
    models = [model.id for model in client.models.list()]
    assert models[0] == "streamkit"
    assert "recording:tools_parallel" in models
    assert client.models.retrieve("recording:tools_parallel").owned_by == "streamkit"


def test_any_model_is_served_unless_some_are_named(client: openai.OpenAI) -> None:
    assert client.models.retrieve("org/any-name").id == "org/any-name"
    with EmbeddedServer(models=["one", "two"], recordings={}) as server:
        listed = httpx.get(server.base_url + "/models").json()
        assert [model["id"] for model in listed["data"]] == ["one", "two"]
        assert post(server, model="two")
        response = httpx.get(server.base_url + "/models/three")
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "model_not_found"
