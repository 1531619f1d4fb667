"""One async client serves several event loops; each has a pool, which ends with its loop."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import httpx_aiohttp
import pytest
import trio

from streamkit import AsyncOpenAI, OpenAIError, StreamClosedError
from streamkit.polling import poll
from tests.http_server import Do, ScriptedServer, response
from tests.leftovers import PATIENCE, nothing_left
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
FILE = response(200, b'{"object": "file", "id": "x"}')
STREAM = stream(part("a"), DONE)


def test_one_client_serves_one_run_after_another() -> None:
    with nothing_left(), ScriptedServer([FILE], [FILE], STREAM, STREAM, [FILE]) as server:
        client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0)

        async def retrieve() -> None:
            await client.files.retrieve("x")

        async def read() -> None:
            async with client.chat.completions.stream(**ASKED) as events:
                await events.until_done()

        for main in (retrieve, retrieve, read, read, retrieve):
            asyncio.run(main())
        assert server.connections == 5


def test_one_client_serves_many_loops_at_once() -> None:
    loops = 4
    all_are_there = threading.Barrier(loops)
    failures: list[BaseException] = []
    with nothing_left(), ScriptedServer([FILE]) as server:
        client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0)

        async def main() -> None:
            for _ in range(5):
                await client.files.retrieve("x")
                await asyncio.to_thread(all_are_there.wait, PATIENCE)

        def run() -> None:
            try:
                asyncio.run(main())
            except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(loops)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert server.connections == loops


def test_a_loop_that_ends_takes_its_connections_along() -> None:
    with ScriptedServer([FILE]) as server:
        client: Any = AsyncOpenAI(api_key="k", base_url=server.url)
        loops: list[weakref.ref[Any]] = []

        async def main() -> None:
            loops.append(weakref.ref(asyncio.get_running_loop()))
            await client.files.retrieve("x")

        asyncio.run(main())
        assert server.hung_up.wait(PATIENCE)
        gc.collect()
        assert loops[0]() is None
        assert not client._transport._connections._place.pools


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # from asyncio
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_only_closed_is_let_go_by_the_next() -> None:
    with ScriptedServer([FILE]) as server:
        client = AsyncOpenAI(api_key="k", base_url=server.url)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(client.files.retrieve("x"))
        loop.close()
        forgotten = weakref.ref(loop)
        del loop
        asyncio.run(client.files.retrieve("x"))
        gc.collect()
        assert forgotten() is None
        gc.collect()  # collect the objects whose finalizers have run now


async def test_a_client_that_is_forgotten_closes_its_connections() -> None:
    with ScriptedServer([FILE]) as server:
        client = AsyncOpenAI(api_key="k", base_url=server.url)
        await client.files.retrieve("x")
        del client
        gc.collect()
        assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)


def test_closing_ends_what_is_under_way_on_another_loop() -> None:
    ends: list[BaseException] = []
    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        client = AsyncOpenAI(api_key="k", base_url=server.url, timeout=None, max_retries=0)

        async def wait_in_vain() -> None:
            with pytest.raises(StreamClosedError) as caught:
                await client.files.retrieve("x")
            ends.append(caught.value)

        thread = threading.Thread(target=asyncio.run, args=(wait_in_vain(),))
        thread.start()
        assert server.asked.wait(PATIENCE)
        asyncio.run(client.close())
        assert server.hung_up.wait(PATIENCE)
        thread.join(PATIENCE)
        assert len(ends) == 1


# A given client


GIVEN: dict[str, Callable[[], Any]] = {
    "httpx": httpx.AsyncClient,
    "httpx2": httpx2.AsyncClient,
    "aiohttp": httpx_aiohttp.HttpxAiohttpClient,
}


@pytest.mark.parametrize("make", GIVEN.values(), ids=GIVEN)
def test_a_given_client_that_has_connections_on_another_loop_is_refused(
    make: Callable[[], Any],
) -> None:
    with ScriptedServer([FILE]) as server, asyncio.Runner() as runner:
        http = make()
        client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http)
        runner.run(client.files.retrieve("x"))

        async def elsewhere() -> None:
            with pytest.raises(OpenAIError, match="another event loop"):
                await client.files.retrieve("x")

        asyncio.run(elsewhere())
        runner.run(client.files.retrieve("x"))
        assert server.connections == 1
        runner.run(http.aclose())


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_given_client_without_sockets_serves_any_loop(library: Any) -> None:
    def answer(_: Any) -> Any:
        return library.Response(200, json={"id": "x"})

    http = library.AsyncClient(transport=library.MockTransport(answer))
    client = AsyncOpenAI(api_key="k", base_url="http://host", http_client=http)
    for _ in range(2):
        assert asyncio.run(client.files.retrieve("x")).id == "x"


# An event loop that is not asyncio's


async def _retrieve(client: AsyncOpenAI) -> None:
    await client.files.retrieve("x")


async def _stream(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(**ASKED):
        pass


async def _observe(client: AsyncOpenAI) -> None:
    client.chat.completions.observe(**ASKED).subscribe()


async def _poll(client: AsyncOpenAI) -> None:
    await client.beta.threads.runs.poll("run", "thread")


async def _observe_poll(client: AsyncOpenAI) -> None:
    errors: list[Exception] = []
    client.beta.threads.runs.observe_poll("run", "thread").subscribe(on_error=errors.append)
    raise errors[0]


async def _upload(client: AsyncOpenAI) -> None:
    await client.vector_stores.file_batches.upload_and_poll("vs", files=[b"one"])


async def _poll_anything(client: AsyncOpenAI) -> None:
    errors: list[Exception] = []
    poll(lambda: client.files.retrieve("x"), until=bool).subscribe(on_error=errors.append)
    raise errors[0]


@pytest.mark.parametrize(
    "ask", [_retrieve, _stream, _observe, _poll, _observe_poll, _upload, _poll_anything]
)
@pytest.mark.filterwarnings("error")
def test_under_trio_the_error_says_what_to_do(ask: Callable[[AsyncOpenAI], Any]) -> None:
    async def main() -> None:
        client = AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:1")
        with pytest.raises(OpenAIError, match="trio"):
            await ask(client)
        await client.close()

    trio.run(main)
