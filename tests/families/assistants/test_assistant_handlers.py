"""Handlers receive the documented callbacks in order, from a stream or an observable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import reactivex
from reactivex import Subject
from reactivex.abc import ObserverBase
from typing_extensions import override

import streamkit
from streamkit import (
    APIConnectionError,
    APIResponseValidationError,
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncOpenAI,
    OpenAI,
    StreamClosedError,
)
from streamkit._core.sse import SSEDecoder
from streamkit.operators import decode_assistant_events
from streamkit.types.beta.threads import ImageFile, Text
from tests.assistant_streams import Said, body, read, run
from tests.run_ways import AsyncNotes, Notes

RUN = ("r:created", "m:new", "m:0+H", "m:0+i", "m:=Hi", "s:new", "s:0+1", "s:=1", "r:completed")
CALLS = [
    *("message_created", "text_created", "text_delta", "message_delta"),
    *("text_delta", "message_delta", "text_done", "message_done"),
    *("run_step_created", "tool_call_created", "tool_call_delta", "run_step_delta"),
    *("tool_call_done", "run_step_done", "end"),
]
IDS: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}


class Server:
    """A server that answers the n-th request with the n-th body; the last body repeats."""

    def __init__(self, *bodies: bytes) -> None:
        self.requests: list[httpx.Request] = []
        self.responses: list[httpx.Response] = []
        self._bodies = bodies

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = self._bodies[min(len(self.requests), len(self._bodies)) - 1]
        headers = {"content-type": "text/event-stream"}
        pieces = Pieces(body.splitlines(keepends=True))
        self.responses.append(httpx.Response(200, headers=headers, stream=pieces))
        return self.responses[-1]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        return self(request)

    def client(self) -> OpenAI:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return OpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=http)

    def async_client(self) -> AsyncOpenAI:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return AsyncOpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=http)


@dataclass
class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    pieces: list[bytes]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


@pytest.fixture
def server() -> Server:
    return Server(body(*RUN))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - a callback sets no event
        await asyncio.sleep(0)


def recorded(*events: Said | str) -> reactivex.Observable[Any]:
    return reactivex.of(*map(read, events))


# Observers


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


# Exceptions in callbacks


class RefusedError(Exception):
    """The error that callbacks raise."""


class Refusing(Notes):
    """A handler that raises at the first text delta."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error or RefusedError()


class AsyncRefusing(AsyncNotes):
    """An async handler that raises at the first text delta."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error or RefusedError()


def _refuse(self: Refusing | AsyncRefusing, *_: object) -> None:
    raise self.error


# Set like the callbacks of `Notes`; an async handler accepts a plain function as well.
setattr(Refusing, "on_text_delta", _refuse)  # noqa: B010 - an assignment has a type
setattr(AsyncRefusing, "on_text_delta", _refuse)  # noqa: B010 - the same


def test_an_error_of_a_callback_is_passed_on_and_raised_where_the_stream_is_driven(
    server: Server,
) -> None:
    refusing = Refusing()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=refusing) as stream:
        with pytest.raises(RefusedError):
            stream.until_done()
        assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
        assert server.responses[0].is_closed
        with pytest.raises(RefusedError):
            stream.get_final_run()
    assert refusing.names.count("end") == 1


async def test_an_error_of_an_async_callback_is_passed_on_and_raised(server: Server) -> None:
    refusing = AsyncRefusing()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=refusing) as stream:
        with pytest.raises(RefusedError):
            await stream.until_done()
        assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
        assert server.responses[0].is_closed
    assert refusing.names.count("end") == 1


def test_what_a_callback_raises_is_raised_where_an_observable_is_driven(server: Server) -> None:
    refusing = Refusing()
    events = server.client().beta.threads.runs.observe(**IDS)
    with pytest.raises(RefusedError):
        events.subscribe(refusing)
    assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
    assert server.responses[0].is_closed


def test_an_observable_that_gives_an_error_back_passes_it_on_once() -> None:
    refusing = Refusing()
    recorded(*RUN).subscribe(refusing)
    assert refusing.names.count("exception") == refusing.names.count("end") == 1


async def test_an_async_handler_that_raised_is_let_go_by_its_observable() -> None:
    seen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
    refusing, events = AsyncRefusing(), Subject[Any]()
    events.subscribe(refusing)
    events.on_next(read("m:0+H"))
    await until(lambda: "end" in refusing.names)
    with pytest.raises(RefusedError):
        events.on_next(read("m:0+i"))
    assert refusing.names.count("exception") == refusing.names.count("end") == 1
    assert seen == []


async def test_what_an_async_handler_raises_late_goes_to_the_loops_exception_handler() -> None:
    seen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
    refusing = AsyncRefusing()
    recorded(*RUN).subscribe(refusing)
    await until(lambda: bool(seen))
    assert seen[0]["exception"] is refusing.error
    assert refusing.names.count("exception") == refusing.names.count("end") == 1
    with pytest.raises(RefusedError):
        await refusing.until_done()


@pytest.mark.parametrize("stop", [StopIteration(), StopAsyncIteration()])
async def test_a_stop_iteration_of_a_callback_ends_no_loop(server: Server, stop: Exception) -> None:
    runs = server.client().beta.threads.runs
    with runs.stream(**IDS, event_handler=Refusing(stop)) as stream:
        with pytest.raises(RuntimeError, match=f"raised {type(stop).__name__}"):
            stream.until_done()
    async_runs = server.async_client().beta.threads.runs
    async with async_runs.stream(**IDS, event_handler=AsyncRefusing(stop)) as async_stream:
        with pytest.raises(RuntimeError, match=f"raised {type(stop).__name__}"):
            await async_stream.until_done()


def test_on_end_is_called_even_when_on_exception_raises(server: Server) -> None:
    class Worse(Refusing):
        @override
        def on_exception(self, exception: Exception) -> None:
            raise ValueError("worse") from exception

    worse = Worse()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=worse) as stream:
        with pytest.raises(ValueError, match="worse"):
            stream.until_done()
    assert worse.names.count("end") == 1


# Leaving early


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


# Attributes of a handler


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


# One handler for several streams


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


# Wrong types


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


def test_handlers_are_imported_when_they_are_asked_for() -> None:
    assert streamkit.AssistantEventHandler is AssistantEventHandler


def test_a_run_that_is_unknown_to_the_handler_is_no_run() -> None:
    notes = Notes()
    recorded(run("completed")).subscribe(notes)
    assert notes.names == ["end"]
