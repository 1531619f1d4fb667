"""Handlers receive the documented callbacks in order, from a stream or an observable."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import reactivex
from reactivex.abc import ObserverBase
from typing_extensions import override

import streamkit
from streamkit import (
    APIConnectionError,
    AssistantEventHandler,
    AsyncAssistantEventHandler,
)
from streamkit._core.sse import SSEDecoder
from streamkit.operators import decode_assistant_events
from streamkit.types.beta.threads import ImageFile, Text
from tests.assistant_streams import body, read
from tests.families.assistants.handled import CALLS, IDS, RUN, Server, recorded, until
from tests.run_ways import AsyncNotes, Notes


def test_handlers_are_observers() -> None:
    assert isinstance(AssistantEventHandler(), ObserverBase)
    assert isinstance(AsyncAssistantEventHandler(), ObserverBase)


def test_a_handler_follows_any_observable_of_events() -> None:
    notes = Notes()
    recorded(*RUN).subscribe(notes)
    assert notes.names == CALLS
    assert len(notes.events) == len(RUN)


def test_a_handler_follows_a_recording_of_bytes() -> None:
    notes = Notes()
    frames = SSEDecoder().feed(body(*RUN))
    reactivex.from_iterable(frames).pipe(decode_assistant_events()).subscribe(notes)
    assert notes.names == CALLS


async def test_an_async_handler_follows_any_observable_of_events() -> None:
    notes = AsyncNotes()
    recorded(*RUN).subscribe(notes)
    assert notes.calls == []
    await notes.until_done()
    assert notes.names == CALLS
    assert (await notes.get_final_run()).status == "completed"
    assert len(await notes.get_final_messages()) == 1


async def test_what_comes_after_an_end_begins_anew() -> None:
    notes = AsyncNotes()
    for _ in range(2):
        recorded(*RUN).subscribe(notes)
    await notes.until_done()
    assert notes.names == CALLS * 2
    assert len(await notes.get_final_messages()) == 1


def test_an_async_handler_needs_a_running_loop() -> None:
    with pytest.raises(RuntimeError, match="running event loop"):
        AsyncNotes().on_next(read("r:created"))


def test_a_handler_follows_a_stream_that_another_drives(server: Server) -> None:
    notes = Notes()
    with server.client().beta.threads.runs.stream(**IDS) as stream:
        stream.subscribe(notes)
        stream.until_done()
    assert notes.names == CALLS


def test_events_come_before_the_callbacks_they_lead_to() -> None:
    notes = Notes()
    recorded("m:new", "m:0+H").subscribe(notes)
    assert [name for name, *_ in notes.calls][:5] == [
        *("on_event", "on_message_created"),
        *("on_event", "on_text_created", "on_text_delta"),
    ]


def test_a_callback_gets_what_it_announces() -> None:
    notes = Notes()
    recorded(*RUN).subscribe(notes)
    arguments = {name: given for name, *given in notes.calls}
    assert arguments["on_message_done"][0].id == "m"
    assert arguments["on_text_delta"][0].value == "i"
    assert arguments["on_text_delta"][1].value == "Hi"
    assert arguments["on_text_done"][0].value == "Hi"
    assert arguments["on_message_delta"][1].content[0].text.value == "Hi"
    assert arguments["on_tool_call_delta"][0].code_interpreter.input == "1"
    assert arguments["on_tool_call_done"][0].id == "s0"
    assert arguments["on_run_step_done"][0].id == "s"
    assert arguments["on_end"] == []


def test_an_observable_may_be_empty() -> None:
    notes = Notes()
    reactivex.empty().subscribe(notes)
    assert notes.names == ["end"]


def test_an_image_is_passed_to_its_callback() -> None:
    notes = Notes()
    recorded("m:new", "m:0@f").subscribe(notes)
    assert ("on_image_file_done", ImageFile("f")) in notes.calls


def test_a_snapshot_is_built_for_the_callback_that_wants_it_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    class Values(AssistantEventHandler):
        seen: int = 0

        @override
        def on_event(self, event: object) -> None:
            self.seen += 1

    for events in ("message_events", "step_events"):
        monkeypatch.setattr(f"streamkit.families.assistants.{events}.built", refuse)
    values = Values()
    recorded(*RUN).subscribe(values)
    assert values.seen == len(RUN)


def test_a_callback_may_be_set_on_an_instance() -> None:
    handler, values = AssistantEventHandler(), list[str]()

    def note(text: Text) -> None:
        values.append(text.value)

    vars(handler)["on_text_done"] = note
    recorded(*RUN).subscribe(handler)
    assert values == ["Hi"]


def test_an_error_is_passed_on_and_raised_unless_the_handler_takes_it() -> None:
    notes, lost = Notes(), APIConnectionError()
    reactivex.throw(lost).subscribe(notes)
    assert notes.calls == [("on_exception", lost), ("on_end",)]
    assert lost.run is None
    with pytest.raises(APIConnectionError):
        reactivex.throw(lost).subscribe(AssistantEventHandler())


async def test_an_error_is_passed_to_an_async_handler() -> None:
    notes, lost = AsyncNotes(), APIConnectionError()
    reactivex.throw(lost).subscribe(notes)
    with pytest.raises(APIConnectionError):
        await notes.until_done()
    assert notes.calls == [("on_exception", lost), ("on_end",)]
    with pytest.raises(APIConnectionError):
        await notes.get_final_run()


async def test_an_error_that_nobody_awaits_goes_to_the_loops_exception_handler() -> None:
    seen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
    reactivex.throw(APIConnectionError()).subscribe(AsyncAssistantEventHandler())
    await until(lambda: bool(seen))
    assert [type(context["exception"]) for context in seen] == [APIConnectionError]


def test_handlers_are_imported_when_they_are_asked_for() -> None:
    assert streamkit.AssistantEventHandler is AssistantEventHandler
