"""The object of a stream: the peer's defects, numbered as in ``defects.py``."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import httpx2
import openai
import pytest

import streamkit
from tests import http_server
from tests.differential.defects import REQUEST, Point, content
from tests.differential.listening import (
    ASYNC_CLIENT,
    CLIENT,
    OURS,
    PEER,
    PEER_ASYNC_CLIENT,
    PEER_CLIENT,
)
from tests.differential.wire import sse
from tests.http_server import ScriptedServer


def test_c25_a_snapshot_stays_as_it_was() -> None:
    with peer_stream(content("a", "b")) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "chunk"]
        assert [one.choices[0].message.content for one in snapshots] == ["ab"] * 4
    with our_stream(content("a", "b")) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "chunk"]
    assert [one.choices[0].message.content for one in snapshots] == ["", "a", "ab", "ab"]


def test_c29_a_parsed_completion_is_dumped_without_a_warning() -> None:
    said = content('{"x": 1, "y": ""}')
    with peer_stream(said, response_format=Point) as stream:
        completion = stream.get_final_completion()
    with pytest.warns(UserWarning, match="Pydantic serializer warnings"):
        completion.model_dump()
    with our_stream(said, response_format=Point) as stream:
        completion = stream.get_final_completion()
    message = completion.model_dump(mode="json")["choices"][0]["message"]
    assert message["parsed"] == {"x": 1, "y": ""}


def test_c31_an_async_stream_may_be_left_unopened_or_opened_again() -> None:
    async def peer() -> None:
        with pytest.warns(RuntimeWarning, match="never awaited"):
            leave_unopened(PEER_ASYNC_CLIENT)
        with PEER.saying([sse(content("a"))]):
            manager = PEER_ASYNC_CLIENT.chat.completions.stream(**REQUEST)
            async with manager as stream:
                await stream.until_done()
            assert not hasattr(stream, "aclose")
            with pytest.raises(RuntimeError, match="already awaited"):
                await manager.__aenter__()

    async def ours() -> None:
        leave_unopened(ASYNC_CLIENT)
        with OURS.saying([sse(content("a"))]):
            manager = ASYNC_CLIENT.chat.completions.stream(**REQUEST)
            for _ in range(2):
                async with manager as stream:
                    completion = await stream.get_final_completion()
                    await stream.aclose()
                assert completion.choices[0].message.content == "a"
            assert len(OURS.requests) == 2

    asyncio.run(peer())
    asyncio.run(ours())


def test_c38_a_stream_shows_its_response() -> None:
    with peer_stream(content("a")) as stream:
        assert not hasattr(stream, "response")
    with our_stream(content("a")) as stream:
        assert stream.response.status_code == 200
        assert stream.request_id == "req_1"


def test_c39_a_stream_of_events_is_asked_for() -> None:
    with peer_stream(content("a")):
        assert PEER.requests[0].headers["accept"] == "application/json"
    with our_stream(content("a")):
        assert OURS.requests[0].headers["accept"] == "text/event-stream"


def test_c41_a_stream_that_was_left_stays_unfinished() -> None:
    begin = http_server.chunk(sse(content("a")[:-1], end=""))
    script: http_server.Script = [http_server.STREAM_HEAD, begin, http_server.Do.HOLD]
    with ScriptedServer(script) as server, peer_at(server) as peer, streamkit_at(server) as ours:
        with peer.chat.completions.stream(**REQUEST) as stream:
            next(stream)
        with pytest.raises(openai.APIConnectionError):
            stream.get_final_completion()
        assert stream.get_final_completion().choices[0].message.content == "a"

        with ours.chat.completions.stream(**REQUEST) as stream:
            next(stream)
        for _ in range(2):
            with pytest.raises(streamkit.StreamClosedError):
                stream.get_final_completion()


def test_a_connection_serves_one_stream_after_another() -> None:
    body = http_server.chunk(sse(content("a"))) + http_server.LAST_CHUNK
    script = [http_server.STREAM_HEAD + body]
    for client_at, connections in ((peer_at, 3), (streamkit_at, 1)):
        with ScriptedServer(script) as server, client_at(server) as client:
            for _ in range(3):
                with client.chat.completions.stream(**REQUEST) as stream:
                    stream.until_done()
            assert server.connections == connections


def leave_unopened(client: Any) -> None:
    client.chat.completions.stream(**REQUEST)
    gc.collect()


@contextmanager
def peer_stream(said: Sequence[Mapping[str, Any]], **params: Any) -> Generator[Any]:
    """Yield the peer's stream of these chunks."""
    with PEER.saying([sse(said)]):
        with PEER_CLIENT.chat.completions.stream(**REQUEST, **params) as stream:
            yield stream


@contextmanager
def our_stream(said: Sequence[Mapping[str, Any]], **params: Any) -> Generator[Any]:
    """Yield streamkit's stream of these chunks."""
    with OURS.saying([sse(said)]):
        with CLIENT.chat.completions.stream(**REQUEST, **params) as stream:
            yield stream


@contextmanager
def peer_at(server: ScriptedServer) -> Generator[Any]:
    """Yield a client of the peer for a server on the loopback interface."""
    with (
        httpx2.Client(trust_env=False) as http,
        openai.OpenAI(api_key="sk-test", base_url=server.url, http_client=http) as client,
    ):
        yield client


@contextmanager
def streamkit_at(server: ScriptedServer) -> Generator[Any]:
    """Yield a client of streamkit for a server on the loopback interface."""
    with (
        httpx.Client(trust_env=False) as http,
        streamkit.OpenAI(api_key="sk-test", base_url=server.url, http_client=http) as client,
    ):
        yield client
