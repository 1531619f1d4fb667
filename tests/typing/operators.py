"""The types that mypy and pyright infer in pipelines; both check this file, and nothing runs it."""

from __future__ import annotations

from typing import Any, assert_type

from pydantic import BaseModel
from reactivex import GroupedObservable, Observable

from streamkit import OpenAI, race
from streamkit import operators as ops
from streamkit.events import (
    ChatCompletionEvent,
    CommonEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDoneEvent,
    ItemDoneEvent,
    ItemFailedEvent,
    RaceSettledEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    UsageEvent,
)
from streamkit.families._common.part_event import Part
from streamkit.machine import Machine


class Step(BaseModel):
    output: str


def only_infers_the_class_of_what_passes(client: OpenAI) -> None:
    events = client.chat.completions.observe(model="m", messages=[], response_format=Step)
    assert_type(events.pipe(ops.only("content.delta")), Observable[ContentDeltaEvent])
    assert_type(events.pipe(ops.only("content.done")), Observable[ContentDoneEvent[Any]])
    assert_type(
        events.pipe(ops.only("tool_calls.function.arguments.done")),
        Observable[FunctionToolCallArgumentsDoneEvent],
    )
    assert_type(events.pipe(ops.only("usage")), Observable[UsageEvent])
    assert_type(events.pipe(ops.only(ContentDeltaEvent)), Observable[ContentDeltaEvent])
    assert_type(
        events.pipe(ops.only(ContentDeltaEvent, ReasoningDeltaEvent, FinishEvent)),
        Observable[ContentDeltaEvent | ReasoningDeltaEvent | FinishEvent],
    )
    items = events.pipe(ops.items("steps[*]", Step))
    assert_type(items, Observable[ItemDoneEvent[Step] | ItemFailedEvent])
    assert_type(items.pipe(ops.only(ItemFailedEvent)), Observable[ItemFailedEvent])


def reasoning_is_taken_out_of_events_of_any_protocol(
    events: Observable[ChatCompletionEvent[Step]],
) -> None:
    thoughts = events.pipe(ops.reasoning())
    assert_type(thoughts, Observable[ReasoningDeltaEvent | ReasoningDoneEvent])


def several_names_keep_the_type(events: Observable[ChatCompletionEvent[Step]]) -> None:
    two = events.pipe(ops.only("content.delta", "content.done"))
    assert_type(two, Observable[ChatCompletionEvent[Step]])


async def later(event: ContentDeltaEvent) -> int:
    return len(event.delta)


def at_once(event: ContentDeltaEvent) -> str:
    return event.delta


def map_async_infers_the_result(events: Observable[ContentDeltaEvent]) -> None:
    assert_type(events.pipe(ops.map_async(later)), Observable[int])
    assert_type(events.pipe(ops.map_async(at_once)), Observable[str])


def pacing_keeps_the_type(events: Observable[ChatCompletionEvent[Step]]) -> None:
    assert_type(events.pipe(ops.throttle(20)), Observable[ChatCompletionEvent[Step]])
    assert_type(events.pipe(ops.text(), ops.coalesce(seconds=1)), Observable[str])


def parse_text_infers_the_type_of_parsed(texts: Observable[str]) -> None:
    parsed = texts.pipe(ops.parse_text(Step, lenient=True))
    assert_type(parsed, Observable[ContentDeltaEvent | ContentDoneEvent[Step]])


async def is_harmless(text: str) -> bool:
    return bool(text)


def gate_keeps_the_type(events: Observable[ChatCompletionEvent[Step]]) -> None:
    assert_type(events.pipe(ops.gate(is_harmless)), Observable[ChatCompletionEvent[Step]])


def a_race_adds_its_event(client: OpenAI) -> None:
    events = client.chat.completions.observe(model="m", messages=[], response_format=Step)
    assert_type(race(events, events), Observable[ChatCompletionEvent[Step] | RaceSettledEvent])
    assert_type(
        race(events, events).pipe(ops.split_by_part()),
        Observable[GroupedObservable[Part, CommonEvent[Any]]],
    )
    assert_type(
        race(events, events).pipe(ops.content_timeout(total=9)),
        Observable[ChatCompletionEvent[Step] | RaceSettledEvent],
    )


class Lengths(Machine[CommonEvent[Any], int]):
    """A machine of the events of any protocol."""

    def feed(self, value: CommonEvent[Any], /) -> list[int]:
        return [len(value.delta)] if value.type == "content.delta" else []


def a_machine_takes_the_events_of_one_protocol_too(client: OpenAI) -> None:
    events = client.chat.completions.observe(model="m", messages=[], response_format=Step)
    assert_type(events.pipe(ops.lift(Lengths)), Observable[int])


def pipe_infers_overloaded_operators_in_any_place(events: Observable[Any]) -> None:
    parsed = ops.pipe(ops.text(), ops.parse_text(Step))
    assert_type(events.pipe(parsed), Observable[ContentDeltaEvent | ContentDoneEvent[Step]])
    assert_type(events.pipe(ops.pipe(ops.text(), ops.map_async(len))), Observable[int])
    assert_type(
        events.pipe(ops.pipe(ops.items("steps[*]", Step), ops.only("item.done"))),
        Observable[ItemDoneEvent[Any]],
    )


def pipe_takes_operators_with_overloads_of_their_own(chunks: Observable[Any]) -> None:
    chunks.pipe(ops.pipe(ops.chat_events(), ops.partial_parse(Step))).subscribe(print)
    chunks.pipe(ops.pipe(ops.chat_events(), ops.text(), ops.tool_arg_parse())).subscribe(print)
