"""Any body of the newer protocols is answered or refused, and never a crash."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from streamkit.server import EmbeddedServer, create_app
from streamkit.server.sampling.budget import STEPS, Budget
from tests.server.test_server_hostile import BODIES, SCHEMAS

HEADERS = {"anthropic-version": "2023-06-01", "x-streamkit-polls": "0"}
RESPONSE: dict[str, Any] = {
    "model": "m",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi, in JSON"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "a"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "id": "fc_1"},
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
    ],
    "tools": [
        {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False},
        {"type": "custom", "name": "c", "format": {"type": "text"}},
    ],
    "tool_choice": {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": "f"}],
    },
    "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
    "reasoning": {"effort": "low", "summary": "auto"},
    "include": ["message.output_text.logprobs"],
    "max_output_tokens": 50,
    "background": False,
    "store": True,
    "metadata": {"a": "b"},
}
MESSAGE: dict[str, Any] = {
    "model": "m",
    "max_tokens": 2000,
    "messages": [
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "a", "signature": "s"},
                {"type": "tool_use", "id": "t", "name": "n", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t",
                    "content": [{"type": "text", "text": "x"}],
                }
            ],
        },
    ],
    "system": [{"type": "text", "text": "x"}],
    "tools": [{"name": "n", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
    "output_config": {"format": {"type": "json_schema", "schema": {"type": "string"}}},
    "stop_sequences": ["a"],
}
COUNTED = {
    name: value for name, value in MESSAGE.items() if name not in {"max_tokens", "stop_sequences"}
}
BATCH: dict[str, Any] = {"requests": [{"custom_id": "a", "params": MESSAGE}]}
WHOLE: dict[str, dict[str, Any]] = {
    "/responses": RESPONSE,
    "/messages": MESSAGE,
    "/messages/count_tokens": COUNTED,
    "/messages/batches": BATCH,
}


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a value, itself included."""
    yield before
    inner: Any = {}
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
    elif isinstance(value, list):
        inner = dict(enumerate(cast("list[Any]", value)))
    for key, each in inner.items():
        yield from places(each, (*before, key))


def changed(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    body = copy.deepcopy(body)
    owner = body
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = value
    return body


PLACES = [(path, place) for path, body in WHOLE.items() for place in places(body)]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["function", "custom", "message", "text", "tool_result", "any", "[[failed]]"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "id", "name", "text"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


APP = create_app()


async def posted(path: str, body: Any) -> httpx.Response:
    """The response of an application in this process, which raises what it does not handle."""
    transport = httpx.ASGITransport(app=APP)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/v1") as client:
        return await client.post(path, content=json.dumps(body), headers=HEADERS)


@pytest.mark.parametrize(("path", "body"), WHOLE.items(), ids=WHOLE)
async def test_the_bodies_are_good_before_they_are_changed(path: str, body: Any) -> None:
    assert (await posted(path, body)).status_code == 200


@given(target=st.sampled_from(PLACES), value=VALUES, stream=st.booleans())
async def test_any_value_anywhere_is_answered_or_refused(
    target: tuple[str, tuple[Any, ...]], value: Any, stream: bool
) -> None:
    path, place = target
    body = changed(WHOLE[path], place, value)
    if stream and isinstance(body, dict) and path in {"/responses", "/messages"}:
        body["stream"] = True
    response = await posted(path, body)
    assert response.status_code in {200, 400, 404}
    if response.status_code != 200:
        assert isinstance(response.json()["error"]["message"], str)


def as_response(schema: Any) -> tuple[str, dict[str, Any]]:
    format = {"type": "json_schema", "name": "t", "schema": schema}
    return "/responses", {"model": "m", "input": "Hi", "text": {"format": format}}


def as_message(schema: Any) -> tuple[str, dict[str, Any]]:
    config = {"format": {"type": "json_schema", "schema": schema}}
    said = [{"role": "user", "content": "Hi"}]
    return "/messages", {"model": "m", "max_tokens": 9, "messages": said, "output_config": config}


HARD = ["backtracking", "doubled references", "too long together", "a long pointer", "no multiple"]


@pytest.mark.parametrize("asking", [as_response, as_message])
@pytest.mark.parametrize("name", HARD)
def test_a_schema_that_takes_too_much_is_refused(
    server: EmbeddedServer, name: str, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (STEPS // 10,))
    path, body = asking(SCHEMAS[name])
    answer = httpx.post(server.base_url + path, json=body, headers=HEADERS, timeout=60)
    assert answer.status_code == 400
    assert "schema" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", WHOLE)
@pytest.mark.parametrize("name", ["no UTF-8", "half a surrogate pair", "deep lists"])
def test_what_is_no_json_is_refused(server: EmbeddedServer, name: str, path: str) -> None:
    body, _ = BODIES[name]
    answer = httpx.post(server.base_url + path, content=body, headers=HEADERS, timeout=60)
    assert answer.status_code in {400, 413}


def test_a_long_conversation_is_answered(server: EmbeddedServer) -> None:
    said = [{"role": "user", "content": "a"}] * 2_000
    for path, body in (
        ("/responses", {"model": "m", "input": said}),
        ("/messages", {"model": "m", "max_tokens": 9, "messages": said}),
    ):
        answer = httpx.post(server.base_url + path, json=body, headers=HEADERS, timeout=60)
        assert answer.status_code == 200


ROUTES = [
    (method, route.path.translate(str.maketrans("{}", "__")))
    for route in create_app().routes
    if isinstance(route, Route)
    for method in sorted(route.methods or ())
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_route_answers_without_the_key(method: str, path: str) -> None:
    transport = httpx.ASGITransport(app=create_app(api_key="k"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.request(method, path, headers=HEADERS)).status_code == 401
