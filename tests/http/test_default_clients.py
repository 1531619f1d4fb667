"""The default HTTP clients, and omitted parameters, of programs written for openai."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import httpx
import pytest

import streamkit
from streamkit._http.config import CONNECT_TIMEOUT, READ_TIMEOUT
from streamkit.server import EmbeddedServer

SYNC = ["DefaultHttpxClient", "DefaultHttpx2Client"]
ASYNC = ["DefaultAsyncHttpxClient", "DefaultAsyncHttpx2Client", "DefaultAioHttpClient"]
MESSAGES = [{"role": "user", "content": "hi"}]


async def used(name: str, **options: Any) -> Any:
    http_client = getattr(streamkit, name)(**options)
    with EmbeddedServer() as server:
        class_ = streamkit.OpenAI if name in SYNC else streamkit.AsyncOpenAI
        client: Any = class_(base_url=server.base_url, api_key="k", http_client=http_client)
        asked = client.chat.completions.create(model="m", messages=MESSAGES)
        answer = await asked if inspect.isawaitable(asked) else asked
        assert answer.choices[0].message.content
    if name in SYNC:
        http_client.close()
    else:
        await http_client.aclose()
    return http_client


@pytest.mark.parametrize("name", [*SYNC, *ASYNC])
def test_a_default_client_has_the_defaults_of_ours(name: str) -> None:
    client = asyncio.run(used(name))
    assert (client.timeout.read, client.timeout.connect) == (READ_TIMEOUT, CONNECT_TIMEOUT)
    assert client.follow_redirects


def test_an_option_that_is_given_holds() -> None:
    sent: list[str] = []

    def seen(request: httpx.Request) -> None:
        sent.append(request.headers["x-mine"])

    options: dict[str, Any] = {
        "timeout": 3,
        "headers": {"x-mine": "1"},
        "event_hooks": {"request": [seen]},
    }
    client = asyncio.run(used("DefaultHttpxClient", **options))
    assert client.timeout.read == 3
    assert sent == ["1"]


@pytest.mark.parametrize("name", ["omit", "not_given"])
def test_the_marks_of_other_releases_leave_a_parameter_out(name: str) -> None:
    assert getattr(streamkit, name) is streamkit.NOT_GIVEN
    assert isinstance(streamkit.omit, streamkit.Omit)
