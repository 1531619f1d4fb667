"""A response whose stream is kept in a log goes on without its client, and can be joined."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import AsyncOpenAI, OpenAI, relay
from streamkit.eventlog import MemoryLog
from tests.http_server import STREAM_HEAD, Do, ScriptedServer, chunk
from tests.relay.asgi_calls import Called
from tests.relay.test_asgi import ASKED, EVENTS, EXPECTED, FRAMES, WHOLE
from tests.relay.test_sse import read_back

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def log() -> AsyncIterator[MemoryLog]:
    made = MemoryLog()
    yield made
    made.close()


class Paced:
    """A source that goes on when it is told to."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def events(self) -> AsyncIterator[Any]:
        for event in EVENTS[:4]:
            yield event
        await self.goes_on.wait()
        for event in EVENTS[4:]:
            yield event


async def test_a_stream_in_a_log_goes_on_without_its_client(log: MemoryLog) -> None:
    source = Paced()
    first = Called(
        relay.response(source.events(), protocol="ui-message", log=log, stream_id="answer")
    )
    await first.until(b"Good ")
    first.leave()
    await first.task
    joined = Called(await relay.resume(log, "answer", "ui-message"))
    await joined.until(b"Good ")
    source.goes_on.set()
    await joined.task
    assert joined.body == EXPECTED


@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI])
async def test_streams_of_either_client_are_kept(log: MemoryLog, client: Any) -> None:
    with ScriptedServer(WHOLE) as server:
        stream = client(base_url=server.url, api_key="k").chat.completions.stream(**ASKED)
        call = Called(relay.response(stream, protocol="ui-message", log=log, stream_id="a"))
        await call.task
    assert call.body == EXPECTED


async def test_an_event_source_gets_each_event_once_in_two_parts(log: MemoryLog) -> None:
    whole = Called(relay.response(EVENTS, protocol="sse", log=log, stream_id="a"))
    await whole.task
    sent = read_back(whole.body)
    ids = [event.id for event in sent]
    for taken in (0, 2, len(sent) - 2):
        rest = Called(await relay.resume(log, "a", "sse", after=ids[taken]))
        await rest.task
        again = read_back(rest.body)
        assert [event.data for event in again] == [event.data for event in sent[taken + 1 :]]
        assert [event.id for event in again][:-1] == ids[taken + 1 : -1]
    ended = read_back(rest.body)[-1]
    assert ended.json() == {"type": "end", "status": "complete"}
    nothing = await relay.resume(log, "a", "sse", after=ended.id)
    assert nothing.status_code == 204


async def test_where_there_is_nothing_to_join_the_status_says_so(log: MemoryLog) -> None:
    assert (await relay.resume(log, "unknown", "ui-message")).status_code == 204
    await Called(relay.response(EVENTS, protocol="ui-message", log=log, stream_id="a")).task
    async for _ in log.events("a"):  # which waits for the end: the log is written beside
        pass
    assert (await relay.resume(log, "a", "ui-message")).status_code == 204
    await log.aexpire("a")
    assert (await relay.resume(log, "a", "sse")).status_code == 410


async def test_a_stop_is_said_to_all_readers(log: MemoryLog) -> None:
    source = Paced()
    first = Called(
        relay.response(source.events(), protocol="ui-message", log=log, stream_id="answer")
    )
    await first.until(b"Good ")
    await log.astop("answer")
    await first.task
    assert b'"type":"abort"' in first.body


async def test_a_cut_is_said_to_those_who_join_later(log: MemoryLog) -> None:
    with ScriptedServer([STREAM_HEAD, *map(chunk, FRAMES[:3]), Do.HANG_UP]) as server:
        client = AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0)
        stream = client.chat.completions.stream(**ASKED)
        await Called(
            relay.response(stream, protocol="sse", log=log, stream_id="a", on_error=str)
        ).task
    joined = Called(await relay.resume(log, "a", "sse", on_error=str))
    await joined.task
    assert read_back(joined.body)[-1].json()["status"] in ("truncated", "error")


@pytest.mark.parametrize("given", [{"log": object()}, {"stream_id": "a"}])
async def test_a_log_and_an_id_belong_together(given: Any) -> None:
    with pytest.raises(TypeError, match="together"):
        relay.response(EVENTS, **given)
