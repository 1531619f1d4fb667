"""The streams of runs: their requests, and the next stream after tool outputs."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from reactivex import operators as rx
from typing_extensions import override

from streamkit import (
    AssistantEventHandler,
    AssistantStream,
    AsyncAssistantEventHandler,
    AsyncAssistantStream,
    BadRequestError,
    StreamClosedError,
    StreamTruncatedError,
)
from streamkit import operators as ops
from tests.assistant_streams import body, emitted, requires_action, run
from tests.families.assistants.handled import IDS, Server
from tests.run_ways import AsyncNotes, Notes

FIRST = body("r:queued", "s1:new", "s1:0+a", requires_action("c1"))
SECOND = body("s1:=a", "s2:new", "s2:0+b", requires_action("c2", "c3"), done=False)
THIRD = body("s2:=b", "m:new", "m:0+Hi", "m:=Hi", "r:completed")
CALLS = [
    *("run_step_created", "tool_call_created", "tool_call_delta", "run_step_delta"),
    *("tool_call_done", "run_step_done"),
    *("run_step_created", "tool_call_created", "tool_call_delta", "run_step_delta"),
    *("tool_call_done", "run_step_done"),
    *("message_created", "text_created", "text_delta", "message_delta"),
    *("text_done", "message_done", "end"),
]


@pytest.fixture
def server() -> Server:
    """Return a server with a run that requires action twice."""
    return Server(FIRST, SECOND, THIRD)


def outputs(run: Any) -> list[dict[str, str]]:
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [{"tool_call_id": call.id, "output": f"of {call.id}"} for call in calls]


async def awaited_outputs(run: Any) -> list[dict[str, str]]:
    return outputs(run)


class Answering(Notes):
    @override
    def on_requires_action(self, run: Any) -> Any:
        return outputs(run)


class AsyncAnswering(AsyncNotes):
    @override
    async def on_requires_action(self, run: Any) -> Any:
        return outputs(run)


def sent(server: Server) -> list[tuple[str, Any]]:
    return [(request.url.path, json.loads(request.content)) for request in server.requests]


SENT: list[tuple[str, Any]] = [
    ("/v1/threads/thread_1/runs", {"assistant_id": "asst_1", "stream": True}),
    (
        "/v1/threads/thread_1/runs/run_1/submit_tool_outputs",
        {"tool_outputs": [{"tool_call_id": "c1", "output": "of c1"}], "stream": True},
    ),
    (
        "/v1/threads/thread_1/runs/run_1/submit_tool_outputs",
        {
            "tool_outputs": [
                {"tool_call_id": "c2", "output": "of c2"},
                {"tool_call_id": "c3", "output": "of c3"},
            ],
            "stream": True,
        },
    ),
]


def test_a_run_that_requires_action_twice_is_driven_to_its_end_by_one_subscription(
    server: Server,
) -> None:
    notes = Notes()
    events = server.client().beta.threads.runs.observe(**IDS, on_requires_action=outputs)
    events.subscribe(notes)
    assert notes.names == CALLS
    assert notes.get_final_run().status == "completed"
    assert [step.id for step in notes.get_final_run_steps()] == ["s1", "s2"]
    assert sent(server) == SENT


@pytest.mark.parametrize("answer", [outputs, awaited_outputs])
async def test_the_same_on_the_running_loop(server: Server, answer: Any) -> None:
    notes = AsyncNotes()
    runs = server.async_client().beta.threads.runs
    runs.observe(**IDS, on_requires_action=answer).subscribe(notes)
    await notes.until_done()
    assert notes.names == CALLS
    assert sent(server) == SENT


def test_operators_see_one_sequence_of_events(server: Server) -> None:
    texts: list[str] = []
    events = server.client().beta.threads.runs.observe(**IDS, on_requires_action=outputs)
    events.pipe(ops.assistant_events(), rx.map(emitted)).subscribe(texts.append)
    assert [each for each in texts if each.startswith("s")] == [
        *("s1:new", "s1:0new", "s1:0+a", "s1:+", "s1:0=a", "s1:done"),
        *("s2:new", "s2:0new", "s2:0+b", "s2:+", "s2:0=b", "s2:done"),
    ]


def test_one_loop_drives_it_to_its_end(server: Server) -> None:
    runs = server.client().beta.threads.runs
    with runs.stream(**IDS, on_requires_action=outputs) as stream:
        names = [event.event for event in stream]
        assert stream.get_final_run().status == "completed"
        assert stream.response is not None
    assert names.count("thread.run.requires_action") == 2
    assert sent(server) == SENT
    assert all(response.is_closed for response in server.responses)


def test_a_handler_may_answer(server: Server) -> None:
    answering = Answering()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=answering) as stream:
        stream.until_done()
    assert answering.names == CALLS
    assert sent(server) == SENT


async def test_an_async_handler_may_answer(server: Server) -> None:
    answering = AsyncAnswering()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=answering) as stream:
        assert (await stream.get_final_run()).status == "completed"
    assert answering.names == CALLS
    assert sent(server) == SENT


def test_what_was_asked_for_the_request_is_asked_for_the_next(server: Server) -> None:
    runs = server.client().beta.threads.runs
    options: Any = {
        "extra_headers": {"x-mine": "1"},
        "extra_query": {"version": "2"},
        "extra_body": {"vendor": 1},
    }
    runs.observe(**IDS, **options, on_requires_action=outputs).subscribe()
    for request in server.requests:
        assert request.headers["x-mine"] == "1"
        assert request.headers["openai-beta"] == "assistants=v2"
        assert request.headers["accept"] == "text/event-stream"
        assert request.url.params["version"] == "2"
        assert not [name for name in request.headers if name.startswith("x-stainless")]
    assert ["vendor" in each for _, each in sent(server)] == [True, False, False]


def no_outputs(_: Any) -> None:
    """Submit nothing, so that the run keeps waiting."""


@pytest.mark.parametrize("answer", [None, no_outputs])
async def test_without_an_answer_the_run_is_left_waiting(server: Server, answer: Any) -> None:
    with server.client().beta.threads.runs.stream(**IDS, on_requires_action=answer) as stream:
        assert stream.get_final_run().status == "requires_action"
    async_runs = server.async_client().beta.threads.runs
    server.requests.clear()
    async with async_runs.stream(**IDS, on_requires_action=answer) as async_stream:
        assert (await async_stream.get_final_run()).status == "requires_action"
    assert len(server.requests) == 1


def test_what_the_answer_raises_is_raised_where_the_stream_is_driven(server: Server) -> None:
    class Broken(Notes):
        @override
        def on_requires_action(self, run: Any) -> Any:
            raise ZeroDivisionError

    broken = Broken()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=broken) as stream:
        with pytest.raises(ZeroDivisionError):
            stream.until_done()
    assert broken.names[-3:] == ["tool_call_done", "exception", "end"]


async def test_outputs_that_are_refused_are_an_error_with_the_run() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("submit_tool_outputs"):
            return httpx.Response(400, json={"error": {"message": "no such call"}})
        return httpx.Response(200, content=FIRST)

    class Refusing(Server):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            return refuse(request)

    notes = Answering()
    with Refusing().client().beta.threads.runs.stream(**IDS, event_handler=notes) as stream:
        with pytest.raises(BadRequestError, match="no such call") as raised:
            stream.until_done()
    assert raised.value.run is not None
    assert raised.value.run.id == "run_1"
    assert notes.names[-2:] == ["exception", "end"]
    runs = Refusing().async_client().beta.threads.runs
    async with runs.stream(**IDS, on_requires_action=awaited_outputs) as async_stream:
        with pytest.raises(BadRequestError):
            await async_stream.until_done()


async def test_a_stream_that_is_closed_submits_nothing(server: Server) -> None:
    def close(run: Any) -> Any:
        stream.close()
        return outputs(run)

    with server.client().beta.threads.runs.stream(**IDS, on_requires_action=close) as stream:
        with pytest.raises(StreamClosedError):
            stream.until_done()
    assert len(server.requests) == 1

    async def close_async(run: Any) -> Any:
        await async_stream.close()
        return outputs(run)

    runs = server.async_client().beta.threads.runs
    server.requests.clear()
    async with runs.stream(**IDS, on_requires_action=close_async) as async_stream:
        with pytest.raises(StreamClosedError):
            await async_stream.until_done()
    assert len(server.requests) == 1


async def test_a_stream_that_is_closed_while_it_submits_closes_what_comes() -> None:
    class Closing(Server):
        stream: AssistantStream

        def __call__(self, request: httpx.Request) -> httpx.Response:
            if len(self.requests) == 1:
                self.stream.close()
            return super().__call__(request)

    class AsyncClosing(Server):
        stream: AsyncAssistantStream

        async def answer(self, request: httpx.Request) -> httpx.Response:
            if len(self.requests) == 1:
                await self.stream.close()
            return self(request)

    server = Closing(FIRST, SECOND)
    with server.client().beta.threads.runs.stream(**IDS, on_requires_action=outputs) as stream:
        server.stream = stream
        with pytest.raises(StreamClosedError):
            stream.until_done()
    assert [response.is_closed for response in server.responses] == [True, True]
    async_server = AsyncClosing(FIRST, SECOND)
    runs = async_server.async_client().beta.threads.runs
    async with runs.stream(**IDS, on_requires_action=outputs) as async_stream:
        async_server.stream = async_stream
        with pytest.raises(StreamClosedError):
            await async_stream.until_done()
    assert [response.is_closed for response in async_server.responses] == [True, True]


def test_a_later_response_may_be_cut_too() -> None:
    server = Server(FIRST, body("r:in_progress", done=False))
    with server.client().beta.threads.runs.stream(**IDS, on_requires_action=outputs) as stream:
        with pytest.raises(StreamTruncatedError) as raised:
            stream.until_done()
    assert [step.id for step in raised.value.run_steps] == ["s1"]


def test_a_later_response_that_says_nothing_of_the_run_is_not_answered() -> None:
    server = Server(FIRST, body("m:0+Hi"))
    with server.client().beta.threads.runs.stream(**IDS, on_requires_action=outputs) as stream:
        stream.until_done()
    assert len(server.requests) == 2


def test_disposal_closes_a_later_response(server: Server) -> None:
    events = server.client().beta.threads.runs.observe(**IDS, on_requires_action=outputs)
    events.pipe(rx.take(6)).subscribe()
    assert [response.is_closed for response in server.responses] == [True, True]


def test_each_subscription_is_a_run_of_its_own(server: Server) -> None:
    server = Server(body("r:completed"))
    events = server.client().beta.threads.runs.observe(**IDS)
    for _ in range(2):
        notes = Notes()
        events.subscribe(notes)
        assert notes.events == ["thread.run.completed"]
    assert len(server.requests) == 2


# In a callback


def test_outputs_may_be_submitted_in_a_callback_with_another_handler(server: Server) -> None:
    inner = Notes()

    class Outer(Notes):
        @override
        def on_event(self, event: Any) -> None:
            super().on_event(event)
            if event.event == "thread.run.requires_action":
                submit(event.data, inner)

    def submit(run: Any, handler: Notes) -> None:
        with runs.submit_tool_outputs_stream(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=outputs(run),
            event_handler=handler,
        ) as stream:
            stream.until_done()

    outer, runs = Outer(), server.client().beta.threads.runs
    with runs.stream(**IDS, event_handler=outer) as stream:
        stream.until_done()
    assert outer.names == [*CALLS[:5], "end"]
    assert inner.names == [*CALLS[5:11], "end"]
    assert sent(server) == SENT[:2]


def test_outputs_may_be_submitted_in_a_callback_with_the_same_handler(server: Server) -> None:
    class Same(Notes):
        @override
        def on_event(self, event: Any) -> None:
            super().on_event(event)
            if event.event == "thread.run.requires_action":
                run = event.data
                with runs.submit_tool_outputs_stream(
                    run_id=run.id,
                    thread_id=run.thread_id,
                    tool_outputs=outputs(run),
                    event_handler=self,
                ) as stream:
                    for text in stream.text_deltas:
                        self.texts.append(text)

        texts: list[str]

    same, runs = Same(), server.client().beta.threads.runs
    same.texts = []
    with runs.stream(**IDS, event_handler=same) as stream:
        stream.until_done()
    assert same.names == CALLS
    assert same.texts == ["Hi"]
    assert stream.get_final_run().status == "completed"
    assert sent(server) == SENT


async def test_the_same_in_a_callback_that_is_awaited(server: Server) -> None:
    class Same(AsyncNotes):
        @override
        async def on_event(self, event: Any) -> None:
            self.calls.append(("on_event", event))
            if event.event == "thread.run.requires_action":
                run = event.data
                async with runs.submit_tool_outputs_stream(
                    run_id=run.id,
                    thread_id=run.thread_id,
                    tool_outputs=outputs(run),
                    event_handler=self,
                ) as stream:
                    await stream.until_done()

    same, runs = Same(), server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=same) as stream:
        await stream.until_done()
        assert (await stream.get_final_run()).status == "completed"
    assert same.names == CALLS


def test_an_error_in_an_inner_stream_is_passed_on_once() -> None:
    class Same(Notes):
        @override
        def on_event(self, event: Any) -> None:
            super().on_event(event)
            if event.event == "thread.run.requires_action":
                with runs.submit_tool_outputs_stream(
                    run_id="run_1", thread_id="thread_1", tool_outputs=[], event_handler=self
                ) as stream:
                    stream.until_done()

    same = Same()
    runs = Server(FIRST, body("r:in_progress", done=False)).client().beta.threads.runs
    with runs.stream(**IDS, event_handler=same) as stream:
        with pytest.raises(StreamTruncatedError):
            stream.until_done()
    assert same.names[-2:] == ["exception", "end"]
    assert same.names.count("exception") == 1


# The three kinds of streams, and their observables


def test_a_new_thread_may_be_run() -> None:
    server = Server(body("r:completed"))
    threads = server.client().beta.threads
    thread = {"messages": [{"role": "user", "content": "hello"}]}
    with threads.create_and_run_stream(assistant_id="asst_1", thread=thread) as stream:
        assert isinstance(stream, AssistantStream)
        assert stream.get_final_run().status == "completed"
    threads.observe_create_and_run(assistant_id="asst_1", thread=thread).subscribe()
    created = threads.create_and_run(assistant_id="asst_1", thread=thread, stream=True)
    assert [event.event for event in created] == ["thread.run.completed"]
    asked = {"assistant_id": "asst_1", "thread": thread, "stream": True}
    assert sent(server) == [("/v1/threads/runs", asked)] * 3


async def test_a_new_thread_may_be_run_on_the_running_loop() -> None:
    server = Server(body("r:completed"))
    threads = server.async_client().beta.threads
    async with threads.create_and_run_stream(assistant_id="asst_1") as stream:
        assert isinstance(stream, AsyncAssistantStream)
        assert (await stream.get_final_run()).status == "completed"
    notes = AsyncNotes()
    threads.observe_create_and_run(assistant_id="asst_1").subscribe(notes)
    await notes.until_done()
    created = await threads.create_and_run(assistant_id="asst_1", stream=True)
    assert [event.event async for event in created] == ["thread.run.completed"]
    asked = {"assistant_id": "asst_1", "stream": True}
    assert sent(server) == [("/v1/threads/runs", asked)] * 3


OUTPUTS: Any = {
    "run_id": "run_1",
    "thread_id": "thread_1",
    "tool_outputs": [{"tool_call_id": "c", "output": "o"}],
}
SUBMITTED = (
    "/v1/threads/thread_1/runs/run_1/submit_tool_outputs",
    {"tool_outputs": OUTPUTS["tool_outputs"], "stream": True},
)


def test_outputs_may_be_submitted() -> None:
    server = Server(body("r:completed"))
    runs = server.client().beta.threads.runs
    with runs.submit_tool_outputs_stream(**OUTPUTS) as stream:
        stream.until_done()
    runs.observe_submit_tool_outputs(**OUTPUTS).subscribe()
    submitted = runs.submit_tool_outputs(**OUTPUTS, stream=True)
    assert len(list(submitted)) == 1
    assert sent(server) == [SUBMITTED] * 3


async def test_outputs_may_be_submitted_on_the_running_loop() -> None:
    server = Server(body("r:completed"))
    runs = server.async_client().beta.threads.runs
    async with runs.submit_tool_outputs_stream(**OUTPUTS) as stream:
        await stream.until_done()
    notes = AsyncNotes()
    runs.observe_submit_tool_outputs(**OUTPUTS).subscribe(notes)
    await notes.until_done()
    submitted = await runs.submit_tool_outputs(**OUTPUTS, stream=True)
    assert len([event async for event in submitted]) == 1
    assert sent(server) == [SUBMITTED] * 3


async def test_a_run_may_be_created_as_a_stream() -> None:
    server = Server(body("r:completed"))
    with server.client().beta.threads.runs.create(**IDS, stream=True) as stream:
        assert [event.event for event in stream] == ["thread.run.completed"]
    runs = server.async_client().beta.threads.runs
    async with await runs.create(**IDS, stream=True) as async_stream:
        assert [event.event async for event in async_stream] == ["thread.run.completed"]
    assert sent(server) == SENT[:1] * 2


def test_stream_has_the_name_it_had() -> None:
    server = Server(body("r:completed"))
    with server.client().beta.threads.runs.create_and_stream(**IDS) as stream:
        stream.until_done()
    assert sent(server) == SENT[:1]


def test_nothing_is_sent_before_the_with_and_without_an_id() -> None:
    server = Server(body())
    runs = server.client().beta.threads.runs
    runs.stream(**IDS)
    runs.observe(**IDS)
    with pytest.raises(ValueError, match="thread_id"):
        runs.stream(thread_id="", assistant_id="asst_1")
    with pytest.raises(ValueError, match="run_id"):
        runs.submit_tool_outputs_stream(run_id="", thread_id="thread_1", tool_outputs=[])
    assert server.requests == []


def test_a_thread_that_the_run_does_not_name_is_the_one_that_was_asked_for() -> None:
    waiting = requires_action("c1")[1] | {"thread_id": ""}
    server = Server(body(("thread.run.requires_action", waiting)), body(run("completed")))
    server.client().beta.threads.runs.observe(**IDS, on_requires_action=outputs).subscribe()
    assert sent(server)[1][0] == "/v1/threads/thread_1/runs/run_1/submit_tool_outputs"


def test_handlers_that_override_nothing_follow_in_silence(server: Server) -> None:
    runs = server.client().beta.threads.runs
    with runs.stream(**IDS, event_handler=AssistantEventHandler()) as stream:
        assert stream.get_final_run().status == "requires_action"


async def test_async_handlers_that_override_nothing_follow_in_silence(server: Server) -> None:
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=AsyncAssistantEventHandler()) as stream:
        assert (await stream.get_final_run()).status == "requires_action"
