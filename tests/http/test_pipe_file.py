"""A pipe is sent once, as it is written, and is released as soon as its upload has ended."""

from __future__ import annotations

import asyncio
import os
import resource
import threading
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from streamkit import AsyncOpenAI, InternalServerError, OpenAI
from streamkit._http.pipe_file import PipeFile
from tests.http_server import Do, ScriptedServer, response
from tests.leftovers import PATIENCE, nothing_left

FILE = b'{"id": "file-1", "object": "file"}'


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def writing(path: Path, data: bytes) -> threading.Thread:
    def write() -> None:
        with path.open("wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_a_pipe_is_sent_as_it_is_written(pipe: Path) -> None:
    with nothing_left(), ScriptedServer([response(200, FILE)]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            thread = writing(pipe, b"x" * 200_000)
            client.files.create(file=pipe, purpose="user_data")
            thread.join(PATIENCE)
        assert server.requests[0].body.count(b"x") >= 200_000


async def test_so_it_is_on_a_loop(pipe: Path) -> None:
    with ScriptedServer([response(200, FILE)]) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            thread = writing(pipe, b"x" * 200_000)
            await client.files.create(file=pipe, purpose="user_data")
            thread.join(PATIENCE)
        assert server.requests[0].body.count(b"x") >= 200_000


def test_what_a_pipe_said_is_not_sent_again(pipe: Path) -> None:
    with nothing_left(), ScriptedServer([response(500)]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            thread = writing(pipe, b"once")
            with pytest.raises(InternalServerError):
                client.files.create(file=pipe, purpose="user_data")
            thread.join(PATIENCE)
        assert len(server.requests) == 1


@pytest.mark.timeout(20)
def test_an_upload_whose_pipe_says_nothing_can_be_cancelled(pipe: Path) -> None:
    async def main() -> None:
        async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            sending = asyncio.create_task(client.files.create(file=pipe, purpose="user_data"))
            await asyncio.to_thread(connected.wait, PATIENCE)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        connected = server.connected
        asyncio.run(main())


@pytest.mark.timeout(20)
def test_nor_does_a_file_of_the_caller_s_that_says_nothing_hold_the_loop() -> None:
    read_end, write_end = os.pipe()

    async def main(file: IO[bytes]) -> None:
        async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            sending = asyncio.create_task(client.files.create(file=file, purpose="user_data"))
            await asyncio.to_thread(server.connected.wait, PATIENCE)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

    with ScriptedServer([Do.HOLD]) as server, os.fdopen(read_end, "rb", buffering=0) as file:
        asyncio.run(main(file))
        os.close(write_end)  # which ends the reader as well


def test_closing_wakes_a_reader(pipe: Path) -> None:
    file = PipeFile(pipe)
    raised: list[Exception] = []

    def read() -> None:
        try:
            file.read(1)
        except ValueError as error:
            raised.append(error)

    with nothing_left():
        thread = threading.Thread(target=read)
        thread.start()
        file.close()
        file.close()
        thread.join(PATIENCE)
    assert len(raised) == 1


def test_a_pipe_is_read_however_many_files_are_open(pipe: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        pytest.skip("not so many files can be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2000, hard))
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        with closing(PipeFile(pipe)) as file:
            thread = writing(pipe, b"x")
            assert file.read(1) == b"x"
            thread.join(PATIENCE)
    finally:
        for other in others:
            os.close(other)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
