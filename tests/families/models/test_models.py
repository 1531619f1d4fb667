"""The models of a server are listed, page by page, retrieved and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import AsyncOpenAI, OpenAI
from streamkit.server import EmbeddedServer
from streamkit.types import Model, ModelDeleted
from tests.http_server import ScriptedServer, response

ONE = {"id": "m/1", "object": "model", "created": 7, "owned_by": "us", "context": 8192}
PAGE = {"object": "list", "data": [ONE, {"id": "m2"}]}


def scripted(*bodies: object) -> ScriptedServer:
    return ScriptedServer(*([response(body=json.dumps(body).encode())] for body in bodies))


async def listed(kind: str, url: str) -> list[Model]:
    if kind == "sync":
        with OpenAI(base_url=url, api_key="k") as client:
            return list(client.models.list())
    async with AsyncOpenAI(base_url=url, api_key="k") as client:
        return [model async for model in client.models.list()]


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_the_list_is_one_request_unless_more_is_said_to_follow(kind: str) -> None:
    with scripted(PAGE) as server:
        models = await listed(kind, server.url)
    assert [model.id for model in models] == ["m/1", "m2"]
    assert models[0].model_extra == {"context": 8192}
    assert [each.target for each in server.requests] == ["/v1/models"]


async def test_a_list_of_several_pages_is_read_to_its_end() -> None:
    with scripted({**PAGE, "has_more": True}, {"data": [{"id": "m3"}]}) as server:
        models = await listed("sync", server.url)
    assert [model.id for model in models] == ["m/1", "m2", "m3"]
    assert [each.target for each in server.requests] == ["/v1/models", "/v1/models?after=m2"]


def test_a_model_is_found_and_deleted_by_its_name() -> None:
    with scripted(ONE, {"id": "m/1", "deleted": True}) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            found = client.models.retrieve("m/1")
            gone = client.models.delete("m/1")
    assert (found.id, found.owned_by, found.created) == ("m/1", "us", 7)
    assert isinstance(gone, ModelDeleted)
    assert [(each.method, each.target) for each in server.requests] == [
        ("GET", "/v1/models/m%2F1"),
        ("DELETE", "/v1/models/m%2F1"),
    ]


def test_the_embedded_server_lists_its_models() -> None:
    with EmbeddedServer() as server:
        client = OpenAI(base_url=server.base_url, api_key="k")
        names: Any = [model.id for model in client.models.list()]
        assert client.models.retrieve(names[0]).id == names[0]
