"""A handler or callback of the wrong kind is refused before the request."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from typing_extensions import override

from streamkit import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
)
from tests.families.assistants.handled import IDS, RUN, Server
from tests.run_ways import AsyncNotes, Notes


async def test_a_handler_of_the_other_client_is_refused_before_the_request(server: Server) -> None:
    wrong: Any = AsyncNotes()
    with pytest.raises(TypeError, match="is for the async client"):
        server.client().beta.threads.runs.stream(**IDS, event_handler=wrong)
    wrong = Notes()
    with pytest.raises(TypeError, match="is for a client that blocks"):
        server.async_client().beta.threads.runs.stream(**IDS, event_handler=wrong)
    assert server.requests == []


def test_a_coroutine_that_nobody_would_await_is_refused(server: Server) -> None:
    class Awaited(AssistantEventHandler):
        @override
        async def on_end(self) -> None:  # type: ignore[override]  # refused
            """Do nothing, in a coroutine."""

    with pytest.raises(TypeError, match="on_end is a coroutine"):
        with server.client().beta.threads.runs.stream(**IDS, event_handler=Awaited()):
            pass
    assert server.requests == []


async def test_an_async_handler_may_have_plain_callbacks(server: Server) -> None:
    class Plain(AsyncAssistantEventHandler):
        values: list[str]

        def __init__(self) -> None:
            self.values = []

        @override
        def on_text_delta(self, delta: Any, snapshot: Any) -> None:  # type: ignore[override]  # it need not be awaited
            self.values.append(delta.value)

    plain = Plain()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=plain) as stream:
        await stream.until_done()
    assert plain.values == ["H", "i"]


async def test_events_wait_for_callbacks(server: Server) -> None:
    order: list[str] = []

    class Slow(AsyncAssistantEventHandler):
        @override
        async def on_event(self, event: Any) -> None:
            await asyncio.sleep(0)
            order.append("seen")

    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=Slow()) as stream:
        while await anext(stream, None):
            order.append("read")
    assert order == ["seen", "read"] * len(RUN)
