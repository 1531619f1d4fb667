"""A handler knows the event, run, message and step around a callback, and has final results."""

from __future__ import annotations

from typing import Any

import pytest
import reactivex
from reactivex import Subject
from typing_extensions import override

from streamkit import (
    APIConnectionError,
    APIResponseValidationError,
    AssistantEventHandler,
)
from tests.assistant_streams import body, read, run
from tests.families.assistants.handled import CALLS, IDS, Server, recorded
from tests.run_ways import AsyncNotes, Notes


def test_nothing_is_known_before_the_first_event() -> None:
    handler = AssistantEventHandler()
    assert handler.current_event() is None
    assert handler.current_run() is None
    assert handler.current_message_snapshot() is None
    assert handler.current_run_step_snapshot() is None


def test_a_callback_can_ask_for_what_is_around_it(server: Server) -> None:
    class Asking(AssistantEventHandler):
        def __init__(self) -> None:
            self.seen: list[Any] = []

        @override
        def on_event(self, event: Any) -> None:
            assert self.current_event() is event

        @override
        def on_text_done(self, text: object) -> None:
            self.note()

        @override
        def on_tool_call_delta(self, delta: object, snapshot: object) -> None:
            self.note()

        @override
        def on_run_step_done(self, run_step: Any) -> None:
            self.note()

        def note(self) -> None:
            run, message = self.current_run(), self.current_message_snapshot()
            step = self.current_run_step_snapshot()
            assert run is not None
            assert message is not None
            self.seen.append((run.status, message.to_dict()["content"], step and step.id))

    asking = Asking()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=asking) as stream:
        for event in stream:
            assert stream.current_event() is event
    content: Any = [{"type": "text", "text": {"value": "Hi", "annotations": []}}]
    assert asking.seen == [
        ("created", content, None),
        ("created", content, "s"),
        ("created", content, "s"),
    ]
    assert stream.current_event() is None
    assert stream.current_run_step_snapshot() is None


def test_a_stream_without_a_handler_knows_the_same(server: Server) -> None:
    with server.client().beta.threads.runs.stream(**IDS) as stream:
        for event in stream:
            assert stream.current_event() is event
        assert stream.current_run() == stream.get_final_run()
        assert stream.current_message_snapshot() == stream.get_final_messages()[0]
        assert [step.id for step in stream.get_final_run_steps()] == ["s"]


def test_final_results_read_the_stream_to_its_end(server: Server) -> None:
    notes = Notes()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        assert [message.id for message in stream.get_final_messages()] == ["m"]
    assert notes.names == CALLS
    assert notes.get_final_run().status == "completed"


OUTER = body("r:created", "m:new", "m:0+H", "m:=H", "r:failed")
INNER = body("s:new", "s:=1", "r:completed")


def test_a_handler_reads_the_outer_stream_once_one_in_a_callback_was_left() -> None:
    class Nesting(Notes):
        @override
        def on_message_created(self, message: object) -> None:
            with runs.stream(**IDS, event_handler=self) as inner:
                inner.until_done()

    nesting, runs = Nesting(), Server(OUTER, INNER).client().beta.threads.runs
    with runs.stream(**IDS, event_handler=nesting) as handler:
        while "run_step_done" not in nesting.names:
            next(handler)
        assert next(handler).event == "thread.message.delta"
        assert handler.until_done().get_final_run().status == "failed"
    assert nesting.names[-1] == "end"


async def test_an_async_handler_reads_the_outer_stream_once_one_in_a_callback_was_left() -> None:
    class Nesting(AsyncNotes):
        @override
        async def on_message_created(self, message: object) -> None:
            async with runs.stream(**IDS, event_handler=self) as inner:
                await inner.until_done()

    nesting, runs = Nesting(), Server(OUTER, INNER).async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=nesting) as handler:
        while "run_step_done" not in nesting.names:
            await anext(handler)
        assert (await anext(handler)).event == "thread.message.delta"
        await handler.until_done()
        assert (await handler.get_final_run()).status == "failed"
    assert nesting.names[-1] == "end"


@pytest.mark.parametrize("what", ["run", "run_steps", "messages"])
def test_of_what_no_event_was_about_there_is_no_final_result(what: str) -> None:
    server = Server(body("m:=Hi" if what == "run" else "r:completed"))
    with server.client().beta.threads.runs.stream(**IDS) as stream:
        with pytest.raises(RuntimeError, match="no event of the stream was about"):
            getattr(stream, f"get_final_{what}")()
        assert stream.get_final_messages() if what == "run" else stream.get_final_run()


@pytest.mark.parametrize("what", ["run", "run_steps", "messages"])
async def test_of_what_no_event_was_about_no_final_result_is_awaited(what: str) -> None:
    server = Server(body("m:=Hi" if what == "run" else "r:completed"))
    async with server.async_client().beta.threads.runs.stream(**IDS) as stream:
        with pytest.raises(RuntimeError, match="no event of the stream was about"):
            await getattr(stream, f"get_final_{what}")()
        assert await (stream.get_final_messages() if what == "run" else stream.get_final_run())


def test_an_end_without_any_event_of_a_run_gives_its_error_for_every_final_result() -> None:
    notes, server = Notes(), Server(body())
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        for ask in (stream.get_final_run, stream.get_final_run_steps, stream.get_final_messages):
            with pytest.raises(APIResponseValidationError, match="without an event of a run"):
                ask()
    assert notes.names == ["exception", "end"]


async def test_an_end_without_any_event_of_a_run_gives_its_error_to_those_who_wait() -> None:
    notes, server = AsyncNotes(), Server(body())
    async with server.async_client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        for ask in (stream.get_final_run, stream.get_final_run_steps, stream.get_final_messages):
            with pytest.raises(APIResponseValidationError, match="without an event of a run"):
                await ask()
    assert notes.names == ["exception", "end"]


def test_a_handler_that_observes_has_final_results_at_the_end() -> None:
    notes, events = Notes(), Subject[Any]()
    events.subscribe(notes)
    events.on_next(read("r:completed"))
    with pytest.raises(RuntimeError, match="has not ended"):
        notes.get_final_run()
    events.on_completed()
    assert notes.get_final_run().status == "completed"


def test_a_handler_that_failed_has_no_final_results() -> None:
    notes, lost = Notes(), APIConnectionError()
    reactivex.throw(lost).subscribe(notes)
    with pytest.raises(APIConnectionError):
        notes.get_final_messages()


def test_texts_alone(server: Server) -> None:
    notes = Notes()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        assert list(stream.text_deltas) == ["H", "i"]
    assert notes.names == CALLS


async def test_texts_alone_for_those_who_wait(server: Server) -> None:
    async with server.async_client().beta.threads.runs.stream(
        **IDS, event_handler=AsyncNotes()
    ) as stream:
        assert [text async for text in stream.text_deltas] == ["H", "i"]
        assert await stream.get_final_run_steps() != []


def test_a_run_that_is_unknown_to_the_handler_is_no_run() -> None:
    notes = Notes()
    recorded(run("completed")).subscribe(notes)
    assert notes.names == ["end"]
