"""The types that mypy and pyright infer of assistants; both check this file, which never runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from reactivex import Observable
from reactivex import operators as rx
from typing_extensions import override

from streamkit import (
    AssistantEventHandler,
    AssistantStream,
    AsyncAssistantEventHandler,
    AsyncAssistantStream,
    AsyncOpenAI,
    OpenAI,
    Stream,
)
from streamkit import operators as ops
from streamkit.families.assistants.events import AssistantEvent
from streamkit.families.assistants.message_events import TextDeltaEvent
from streamkit.families.assistants.step_events import ToolCallDeltaEvent
from streamkit.types.beta import AssistantStreamEvent
from streamkit.types.beta.threads import Message, MessageDelta, Run, Text, TextDelta
from streamkit.types.beta.threads.runs import RunStep, ToolCall, ToolCallDelta


class Handler(AssistantEventHandler):
    """A handler with an attribute of its own, and callbacks like those of the documentation."""

    texts = 0

    @override
    def on_text_created(self, text: Text) -> None:
        assert_type(text.value, str)

    @override
    def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        assert_type(delta.value, str | None)

    @override
    def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        if delta.type == "code_interpreter" and delta.code_interpreter:
            assert_type(delta.code_interpreter.input, str | None)
            for output in delta.code_interpreter.outputs or ():
                if output.type == "logs":
                    assert_type(output.logs, str | None)

    @override
    def on_requires_action(self, run: Run) -> list[dict[str, str]]:
        return []


class AsyncHandler(AsyncAssistantEventHandler):
    @override
    async def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        assert_type(self.current_run(), Run | None)

    @override
    async def on_requires_action(self, run: Run) -> None:
        return None


def answer(run: Run) -> list[dict[str, str]]:
    return [{"tool_call_id": run.id, "output": ""}]


async def await_answer(run: Run) -> list[dict[str, str]]:
    return answer(run)


def the_with_gives_the_stream_or_the_handler(client: OpenAI) -> None:
    runs = client.beta.threads.runs
    with runs.stream(thread_id="t", assistant_id="a") as stream:
        assert_type(stream, AssistantStream)
        for event in stream:
            assert_type(event, AssistantStreamEvent)
            if event.event == "thread.message.delta":
                assert_type(event.data.delta, MessageDelta)
        assert_type(stream.text_deltas, Iterator[str])
        assert_type(stream.get_final_run(), Run)
        assert_type(stream.get_final_run_steps(), list[RunStep])
        assert_type(stream.get_final_messages(), list[Message])
        assert_type(stream.current_event(), AssistantStreamEvent | None)
        assert_type(stream.current_message_snapshot(), Message | None)
        assert_type(stream.current_run_step_snapshot(), RunStep | None)
        events: Stream[AssistantStreamEvent] = stream
        events.close()
    with runs.stream(thread_id="t", assistant_id="a", event_handler=Handler()) as handler:
        assert_type(handler, Handler)
        assert_type(handler.texts, int)
        assert_type(handler.until_done(), Handler)
    with runs.submit_tool_outputs_stream(run_id="r", thread_id="t", tool_outputs=[]) as stream:
        assert_type(stream, AssistantStream)
    with client.beta.threads.create_and_run_stream(
        assistant_id="a", event_handler=Handler(), on_requires_action=answer
    ) as handler:
        assert_type(handler, Handler)
    assert_type(runs.create("t", assistant_id="a", stream=True), AssistantStream)
    assert_type(runs.create("t", assistant_id="a"), Run)


async def the_async_with_gives_the_stream_or_the_handler(client: AsyncOpenAI) -> None:
    runs = client.beta.threads.runs
    async with runs.stream(
        thread_id="t", assistant_id="a", on_requires_action=await_answer
    ) as stream:
        assert_type(stream, AsyncAssistantStream)
        assert_type(stream.text_deltas, AsyncIterator[str])
        assert_type(await stream.get_final_run(), Run)
    async with runs.stream(
        thread_id="t", assistant_id="a", event_handler=AsyncHandler()
    ) as handler:
        assert_type(handler, AsyncHandler)
        assert_type(await handler.get_final_messages(), list[Message])
    assert_type(await runs.create("t", assistant_id="a", stream=True), AsyncAssistantStream)
    assert_type(await runs.create("t", assistant_id="a"), Run)


def observables_are_of_events(client: OpenAI, async_client: AsyncOpenAI) -> None:
    events = client.beta.threads.runs.observe(
        thread_id="t", assistant_id="a", on_requires_action=answer
    )
    assert_type(events, Observable[AssistantStreamEvent])
    events.subscribe(Handler())
    assert_type(events.pipe(ops.assistant_events()), Observable[AssistantEvent])
    async_events = async_client.beta.threads.observe_create_and_run(assistant_id="a")
    assert_type(async_events, Observable[AssistantStreamEvent])
    async_events.subscribe(AsyncHandler())


def pipelines_know_what_comes_out(events: Observable[AssistantStreamEvent]) -> None:
    def is_text(event: Any) -> bool:
        return isinstance(event, TextDeltaEvent)

    content = events.pipe(ops.accumulate_messages(), ops.message_content())
    content.pipe(rx.filter(is_text)).subscribe()

    def of_a_call(event: object) -> bool:
        return isinstance(event, ToolCallDeltaEvent)

    events.pipe(ops.accumulate_run(), ops.tool_calls(), rx.filter(of_a_call)).subscribe()
