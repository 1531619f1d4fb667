"""Any thread or task can stop a stream at any moment; the server sees it at once, nothing stays."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
from contextlib import suppress
from typing import Any

import httpx
import pytest
from reactivex.scheduler import NewThreadScheduler
from reactivex.typing import StartableTarget

from streamkit import AsyncOpenAI, OpenAI, Stream, StreamClosedError, many_streams_client
from streamkit.server.faults.tls import SELF_SIGNED
from tests.assistant_streams import frame, requires_action
from tests.cancelling import KINDS, WAYS, WAYS_ON_A_LOOP, Case, Kind, Way
from tests.http_server import (
    LAST_CHUNK,
    STREAM_HEAD,
    Do,
    Script,
    ScriptedServer,
    chunk,
    response,
)
from tests.leftovers import PATIENCE, nothing_left, run
from tests.sse_bodies import DONE, part, stream
from tests.ways import LIBRARIES

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}

SERVES_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
SERVES_TLS.load_cert_chain(SELF_SIGNED)

CELLS = [
    pytest.param(way, moment, id=f"{way.__name__}, {moment}")
    for way, moments in WAYS.items()
    for moment in moments
]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize(("way", "moment"), CELLS)
def test_the_server_notices_and_nothing_is_left(way: Way, moment: str, kind: Kind) -> None:
    with nothing_left(), ScriptedServer(kind.script(moment)) as server:
        way(Case(server, kind, moment))


@pytest.mark.parametrize(("way", "moment"), CELLS)
def test_so_it_is_when_the_connection_is_encrypted(
    way: Way, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    kind = KINDS["chat"]
    with nothing_left(), ScriptedServer(kind.script(moment), tls=SERVES_TLS) as server:
        way(Case(server, kind, moment))


@pytest.mark.parametrize(
    ("way", "moment"),
    [
        pytest.param(way, moment, id=f"{way.__name__}, {moment}")
        for way, moments in WAYS_ON_A_LOOP.items()
        for moment in moments
    ],
)
@pytest.mark.parametrize("tls", [None, SERVES_TLS], ids=["plain", "TLS"])
def test_so_it_is_with_the_client_for_many_streams(
    way: Way, moment: str, tls: ssl.SSLContext | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    kind = KINDS["chat"]
    with nothing_left(), ScriptedServer(kind.script(moment), tls=tls) as server:
        way(Case(server, kind, moment, many_streams_client))


# One of several streams


def ours(server: ScriptedServer) -> OpenAI:
    return OpenAI(api_key="k", base_url=server.url, max_retries=0)


def test_of_several_used_connections_the_right_one_is_cut() -> None:
    cut = threading.Event()
    whole = stream(part("Hi", "stop"), DONE)
    goes_on: Script = [
        *(STREAM_HEAD, chunk(part("H"))),
        cut,
        *(chunk(part("i", "stop")), chunk(DONE), LAST_CHUNK),
    ]
    with ScriptedServer(whole, whole, [Do.HOLD], goes_on) as server, ours(server) as client:
        completions, caught = client.chat.completions, list[Exception]()

        def wait_for_headers() -> None:
            try:
                manager.__enter__()
            except StreamClosedError as error:
                caught.append(error)

        for one in [completions.create(**ASKED, stream=True) for _ in range(2)]:
            one.until_done()
        server.asked.clear()
        manager = completions.stream(**ASKED)
        reader = threading.Thread(target=wait_for_headers)
        reader.start()
        assert server.asked.wait(PATIENCE)
        with completions.stream(**ASKED) as other:
            next(other)
            manager.close()
            assert server.hung_up.wait(PATIENCE)
            reader.join(PATIENCE)
            cut.set()
            assert other.get_final_completion().choices[0].message.content == "Hi"
        assert (len(server.requests), server.connections) == (4, 2)
    assert [error.__cause__ for error in caught] == [None]


def test_a_stream_needs_no_client_that_somebody_holds() -> None:
    def answer() -> Stream[Any]:
        client = OpenAI(api_key="k", base_url=server.url)
        return client.chat.completions.create(**ASKED, stream=True)

    with nothing_left(), ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        chunks = answer()
        gc.collect()
        assert len([*chunks]) == 1
        del chunks


def test_what_was_let_go_makes_room_for_what_is_asked_next() -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with httpx.Client(limits=httpx.Limits(max_connections=1), timeout=PATIENCE) as http:
            client = OpenAI(api_key="k", base_url=server.url, http_client=http)
            for _ in range(3):
                next(client.chat.completions.create(**ASKED, stream=True))
        assert server.connections == 3


async def test_what_was_let_go_makes_room_on_the_loop_too() -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(limits=limits, timeout=PATIENCE) as http:
            client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http)
            for _ in range(3):
                await anext(await client.chat.completions.create(**ASKED, stream=True))
        assert server.connections == 3


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
def test_whenever_a_task_is_cancelled_its_place_in_the_pool_is_free(library: Any) -> None:
    async def main(server: ScriptedServer) -> None:
        limits = library.Limits(max_connections=1)
        async with library.AsyncClient(limits=limits) as http:
            client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http, timeout=None)
            for turns in range(60):
                asking = asyncio.create_task(client.chat.completions.create(**ASKED, stream=True))
                for _ in range(turns):
                    await asyncio.sleep(0)
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
            server.asked.clear()
            asking = asyncio.create_task(client.chat.completions.create(**ASKED, stream=True))
            assert await asyncio.to_thread(server.asked.wait, PATIENCE)
            asking.cancel()

    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        run(main(server))


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
@pytest.mark.parametrize("turns", range(1, 8))
async def test_a_task_that_is_cancelled_while_it_closes_a_stream_closes_it(
    turns: int, library: Any
) -> None:
    whole = stream(part("Hi", "stop"), DONE)
    with ScriptedServer(stream(part("a"), end=[Do.HOLD]), whole) as server:
        limits = library.Limits(max_connections=1)
        async with library.AsyncClient(limits=limits, timeout=PATIENCE) as http:
            client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
            chunks = await client.chat.completions.create(**ASKED, stream=True)
            await anext(chunks)
            closing = asyncio.create_task(chunks.close())
            for _ in range(turns):
                await asyncio.sleep(0)
            closing.cancel()
            await asyncio.wait([closing])
            assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)
            await (await client.chat.completions.create(**ASKED, stream=True)).until_done()


# Between two attempts


def test_disposing_between_two_attempts_ends_the_wait() -> None:
    pushing: list[threading.Thread] = []

    def start(target: StartableTarget) -> threading.Thread:
        pushing.append(threading.Thread(target=target))
        return pushing[0]

    busy = response(503, headers=[("Retry-After", "100")])
    with nothing_left(), ScriptedServer([busy]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            subscription = client.chat.completions.chunks(**ASKED).subscribe(
                scheduler=NewThreadScheduler(start)
            )
            assert server.asked.wait(PATIENCE)
            subscription.dispose()
            pushing[0].join(PATIENCE)
            assert not pushing[0].is_alive()
        assert len(server.requests) == 1


# Polling and uploading


def test_disposing_of_a_poll_cuts_its_request() -> None:
    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        with OpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            subscription = client.beta.threads.runs.observe_poll("run_1", "thread_1").subscribe(
                scheduler=NewThreadScheduler()
            )
            assert server.asked.wait(PATIENCE)
            subscription.dispose()
            assert server.hung_up.wait(PATIENCE)


def test_disposing_of_a_poll_on_the_loop_cuts_its_request() -> None:
    async def main(server: ScriptedServer) -> None:
        async with AsyncOpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            runs = client.beta.threads.runs
            subscription = runs.observe_poll("run_1", "thread_1").subscribe()
            assert await asyncio.to_thread(server.asked.wait, PATIENCE)
            subscription.dispose()
            assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)

    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        run(main(server))


def test_disposing_of_an_upload_cuts_its_requests() -> None:
    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        with OpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            subscription = client.vector_stores.file_batches.observe_upload_and_poll(
                "vs_1", files=[b"one", b"two"]
            ).subscribe(scheduler=NewThreadScheduler())
            assert server.asked.wait(PATIENCE)
            subscription.dispose()
            assert server.hung_up.wait(PATIENCE)


# While the outputs of tools are submitted


def test_a_stream_is_closed_while_it_submits_outputs() -> None:
    waits = [frame(requires_action("call_1")), b"event: done\ndata: [DONE]\n\n"]
    submitting = threading.Event()

    def answer(_: object) -> list[dict[str, str]]:
        server.asked.clear()
        submitting.set()
        return [{"tool_call_id": "call_1", "output": "1"}]

    with nothing_left(), ScriptedServer(stream(*waits), [Do.HOLD]) as server:
        with OpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            manager = client.beta.threads.runs.stream(
                thread_id="thread_1", assistant_id="asst_1", on_requires_action=answer
            )

            def read() -> None:
                with suppress(StreamClosedError), manager as source:
                    source.until_done()

            reader = threading.Thread(target=read)
            reader.start()
            assert submitting.wait(PATIENCE)
            assert server.asked.wait(PATIENCE)
            manager.close()
            assert server.hung_up.wait(PATIENCE)
            reader.join(PATIENCE)


# Hundreds of streams


def test_of_hundreds_of_stopped_streams_no_memory_is_left() -> None:
    script = KINDS["chat"].script("in the middle")
    with ScriptedServer(script) as server, OpenAI(api_key="k", base_url=server.url) as client:

        def stop_some(count: int) -> int:
            for _ in range(count):
                with client.chat.completions.stream(**ASKED) as source:
                    next(source)
                next(client.chat.completions.create(**ASKED, stream=True))
            server.requests.clear()
            gc.collect()
            return sum(1 for each in gc.get_objects() if _is_ours(each))

        assert stop_some(10) == stop_some(100)


def _is_ours(each: object) -> bool:
    return str(type(each).__module__).partition(".")[0] in {"streamkit", "httpx", "httpcore", "h11"}
