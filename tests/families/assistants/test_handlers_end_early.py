"""To leave or close a stream, or to cancel its reader, is an end to the handler that follows it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from reactivex import Subject
from typing_extensions import override

from streamkit import (
    StreamClosedError,
)
from tests.assistant_streams import read
from tests.families.assistants.handled import IDS, Server, until
from tests.families.assistants.test_handlers_raise import RefusedError
from tests.run_ways import AsyncNotes, Notes


def test_leaving_early_is_an_end(server: Server) -> None:
    notes = Notes()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        for _ in stream:
            break
    assert notes.names == ["end"]
    assert server.responses[0].is_closed
    with pytest.raises(StreamClosedError):
        stream.get_final_messages()


async def test_leaving_early_is_an_end_for_an_async_handler(server: Server) -> None:
    notes = AsyncNotes()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=notes) as stream:
        async for _ in stream:
            break
    assert notes.names == ["end"]
    assert server.responses[0].is_closed


def test_an_error_in_the_body_of_the_with_is_passed_on(server: Server) -> None:
    notes, error = Notes(), RefusedError()
    with pytest.raises(RefusedError):
        with server.client().beta.threads.runs.stream(**IDS, event_handler=notes):
            raise error
    assert notes.calls == [("on_exception", error), ("on_end",)]


async def test_a_cancelled_reader_is_an_end(server: Server) -> None:
    notes = AsyncNotes()

    async def take() -> None:
        runs = server.async_client().beta.threads.runs
        async with runs.stream(**IDS, event_handler=notes) as stream:
            await anext(stream)
            await asyncio.Event().wait()

    task = asyncio.create_task(take())
    await until(lambda: bool(notes.calls))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert notes.names == ["end"]


def test_a_callback_may_close_the_stream(server: Server) -> None:
    class Closing(Notes):
        @override
        def on_text_created(self, text: object) -> None:
            self.close()

    closing = Closing()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=closing) as stream:
        with pytest.raises(StreamClosedError):
            stream.until_done()
    assert closing.names == ["message_created", "end"]


async def test_an_async_callback_may_close_the_stream(server: Server) -> None:
    class Closing(AsyncNotes):
        @override
        async def on_text_created(self, text: object) -> None:
            await self.close()

    closing = Closing()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=closing) as stream:
        with pytest.raises(StreamClosedError):
            async for _ in stream:
                pass
    assert closing.names == ["message_created", "end"]


def test_closing_a_handler_that_observes_is_an_end() -> None:
    notes, events = Notes(), Subject[Any]()
    subscription = events.subscribe(notes)
    events.on_next(read("r:created"))
    subscription.dispose()
    notes.close()
    assert notes.names == ["end"]


async def test_closing_an_async_handler_that_observes_is_an_end() -> None:
    notes, events = AsyncNotes(), Subject[Any]()
    events.subscribe(notes)
    events.on_next(read("r:created"))
    await until(lambda: bool(notes.calls))
    await notes.close()
    await notes.until_done()
    assert notes.names == ["end"]
