"""Streams end well when llama.cpp's own server is killed, stopped or left during its answer."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from streamkit import (
    APIConnectionError,
    AsyncOpenAI,
    OpenAI,
    StreamClosedError,
    StreamTimeoutError,
    StreamTruncatedError,
)
from tests.faults.families import FAMILIES
from tests.real_server.model import write_model
from tests.real_server.process import serving

ENDLESS: dict[str, Any] = {
    "model": "tiny",
    "messages": [{"role": "user", "content": "hello"}],
    "max_tokens": 3500,
    "extra_body": {"ignore_eos": True},
}
"""The parameters of an answer that takes the server seconds."""
PATIENCE = 10.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    write_model(path)
    return path


@pytest.fixture
def server(model: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serving(model) as server:
        yield server


Server = tuple["subprocess.Popen[str]", str]


@pytest.mark.parametrize("name", ["responses", "messages"])
def test_a_killed_server_cuts_the_stream_of_any_family(server: Server, name: str) -> None:
    process, url = server
    family = FAMILIES[name]
    limit = "max_output_tokens" if name == "responses" else "max_tokens"
    endless = {**family.asking("hello"), "model": "tiny", limit: 3500}
    base_url = url.removesuffix("/v1") + family.base
    with family.clients[0](api_key="none", base_url=base_url, max_retries=0) as client:
        with family.resource(client).stream(**endless, extra_body={"ignore_eos": True}) as stream:
            for _ in range(12):
                next(stream)
            process.kill()
            with pytest.raises(StreamTruncatedError) as cut:
                stream.until_done()
    assert family.text(cut.value.partial)


def test_a_killed_server_cuts_the_stream(server: Server) -> None:
    process, url = server
    with OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        with client.chat.completions.stream(**ENDLESS) as stream:
            events = [next(stream) for _ in range(5)]
            process.kill()
            with pytest.raises(StreamTruncatedError) as cut:
                events.extend(stream)
        with pytest.raises(APIConnectionError):
            client.chat.completions.create(**ENDLESS)
    assert said(cut.value.completion) == "".join(
        event.delta for event in events if event.type == "content.delta"
    )


async def test_a_killed_server_cuts_the_async_stream(server: Server) -> None:
    process, url = server
    async with (
        AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client,
        client.chat.completions.stream(**ENDLESS) as stream,
    ):
        await has_begun(stream)
        process.kill()
        with pytest.raises(StreamTruncatedError) as cut:
            await stream.until_done()
    assert said(cut.value.completion)


def test_a_killed_server_is_reported_to_observers_once(server: Server) -> None:
    process, url = server
    ends: list[Any] = []

    def listen(event: Any) -> None:
        if event.type == "content.delta":
            process.kill()

    with OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        client.chat.completions.observe(**ENDLESS).subscribe(
            listen, ends.append, lambda: ends.append(None)
        )
    (end,) = ends
    assert isinstance(end, StreamTruncatedError)


def test_a_stopped_server_is_a_timeout_and_the_connection_is_let_go(server: Server) -> None:
    process, url = server
    with OpenAI(api_key="none", base_url=url, timeout=0.5, max_retries=0) as client:
        with client.chat.completions.stream(**ENDLESS) as stream:
            next(event for event in stream if event.type == "content.delta")
            process.send_signal(signal.SIGSTOP)
            with pytest.raises(StreamTimeoutError) as silent:
                stream.until_done()
    assert said(silent.value.completion)
    process.send_signal(signal.SIGCONT)
    wait_until_idle(url)


async def test_a_stopped_server_is_a_timeout_of_the_async_stream(server: Server) -> None:
    process, url = server
    async with (
        AsyncOpenAI(api_key="none", base_url=url, timeout=0.5, max_retries=0) as client,
        client.chat.completions.stream(**ENDLESS) as stream,
    ):
        await has_begun(stream)
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(StreamTimeoutError) as silent:
            await stream.until_done()
    assert said(silent.value.completion)
    process.send_signal(signal.SIGCONT)
    wait_until_idle(url)


def test_a_stopped_server_does_not_keep_a_stream_from_being_closed(server: Server) -> None:
    process, url = server
    with OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        with client.chat.completions.stream(**ENDLESS) as stream:
            next(stream)
            process.send_signal(signal.SIGSTOP)
            ends: list[Exception] = []

            def read() -> None:
                try:
                    stream.until_done()
                except Exception as error:  # noqa: BLE001 - the test judges it
                    ends.append(error)

            reader = threading.Thread(target=read)
            reader.start()
            stream.close()
            reader.join(PATIENCE)
    (end,) = ends
    assert isinstance(end, StreamClosedError)
    process.send_signal(signal.SIGCONT)
    wait_until_idle(url)


async def test_a_cancelled_task_stops_the_server(server: Server) -> None:
    _, url = server
    begun = asyncio.Event()

    async def read(client: AsyncOpenAI) -> None:
        async with client.chat.completions.stream(**ENDLESS) as stream:
            async for _ in stream:
                begun.set()

    async with AsyncOpenAI(api_key="none", base_url=url) as client:
        task = asyncio.create_task(read(client))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()
        wait_until_idle(url)


async def has_begun(stream: Any) -> None:
    async for event in stream:
        if event.type == "content.delta":
            return


def said(completion: Any) -> str:
    return completion.choices[0].message.content or "" if completion.choices else ""


def wait_until_idle(url: str) -> None:
    """Poll until no slot of the server is at work."""
    with httpx.Client(base_url=url.removesuffix("/v1")) as http:
        for _ in range(10_000):
            if not any(slot["is_processing"] for slot in http.get("/slots").json()):
                return
    raise AssertionError("the server does not stop")
