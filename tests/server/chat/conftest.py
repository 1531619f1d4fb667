"""A server, and the openai package as its client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import openai
import pytest

from streamkit.server import EmbeddedServer


@pytest.fixture(scope="package")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="package")
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(server: EmbeddedServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        yield client
