"""A handler follows one stream at a time, and any number of them one after another."""

from __future__ import annotations

import httpx
import pytest

from streamkit import (
    APIConnectionError,
    OpenAI,
)
from tests.families.assistants.handled import CALLS, IDS, RUN, Server, recorded
from tests.run_ways import AsyncNotes, Notes


def test_a_handler_may_follow_one_stream_after_another(server: Server) -> None:
    notes = Notes()
    for _ in range(2):
        notes.calls.clear()
        with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
            assert len(stream.get_final_messages()) == 1
        assert notes.names == CALLS
    recorded("m:new").subscribe(notes)
    assert [message.id for message in notes.get_final_messages()] == ["m"]


async def test_an_async_handler_may_follow_one_stream_after_another(server: Server) -> None:
    notes = AsyncNotes()
    for _ in range(2):
        notes.calls.clear()
        runs = server.async_client().beta.threads.runs
        async with runs.stream(**IDS, event_handler=notes) as stream:
            assert len(await stream.get_final_messages()) == 1
        notes.calls.clear()
        recorded(*RUN).subscribe(notes)
        await notes.until_done()
        assert notes.names == CALLS


def test_a_handler_follows_one_stream_at_a_time(server: Server) -> None:
    notes, runs = Notes(), server.client().beta.threads.runs
    with runs.stream(**IDS, event_handler=notes) as stream:
        with pytest.raises(RuntimeError, match="follows another stream"):
            with runs.stream(**IDS, event_handler=notes):
                pass
        assert len(server.requests) == 1
        stream.until_done()
    assert notes.names == CALLS


def test_a_manager_can_be_entered_again(server: Server) -> None:
    manager = server.client().beta.threads.runs.stream(**IDS, event_handler=Notes())
    for _ in range(2):
        with manager as stream:
            assert len(list(stream)) == len(RUN)
    assert len(server.requests) == 2


def test_a_handler_that_was_read_too_early_is_not_spoiled(server: Server) -> None:
    notes = Notes()
    with pytest.raises(RuntimeError, match="enter one first"):
        notes.until_done()
    with pytest.raises(RuntimeError, match="enter one first"):
        next(iter(notes))
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        assert next(stream).event == "thread.run.created"
        assert len(list(stream)) == len(RUN) - 1


async def test_an_async_handler_that_was_read_too_early_is_not_spoiled(server: Server) -> None:
    notes = AsyncNotes()
    with pytest.raises(RuntimeError, match="enter one first"):
        await anext(notes)
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=notes) as stream:
        assert (await anext(stream)).event == "thread.run.created"
        assert len([event async for event in stream]) == len(RUN) - 1


def test_a_handler_may_be_falsy(server: Server) -> None:
    class Empty(Notes):
        def __len__(self) -> int:
            return 0

    empty = Empty()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=empty) as stream:
        assert stream is empty
        stream.until_done()
    assert empty.names == CALLS


def test_a_stream_that_could_not_be_opened_spoils_no_handler(server: Server) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    notes = Notes()
    http = httpx.Client(transport=httpx.MockTransport(refuse))
    broken = OpenAI(api_key="k", base_url="http://127.0.0.1", http_client=http, max_retries=0)
    with pytest.raises(APIConnectionError):
        with broken.beta.threads.runs.stream(**IDS, event_handler=notes):
            pass
    assert notes.names == ["exception", "end"]
    notes.calls.clear()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        stream.until_done()
    assert notes.names == CALLS
