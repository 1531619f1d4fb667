"""A pipeline written for chat runs on every protocol: operator by operator, however it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import reactivex as rx_
from reactivex import Observable
from reactivex import operators as rx

from streamkit import APIError, Hub, StreamTimeoutError, StreamTruncatedError
from streamkit import operators as ops
from streamkit.machine import Machine
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.families.common.protocols import PROTOCOLS, TOOLS, Protocol
from tests.families.common.taking import TAKES, Operator, Take, Taken, by_channel
from tests.http_server import Do, Script, ScriptedServer

pytestmark = [
    pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS),
    pytest.mark.diagonal,
]
ways = pytest.mark.parametrize("take", TAKES.values(), ids=TAKES)
TEXT, STRUCTURED, CALLS = ANSWERS["text"], ANSWERS["structured"], ANSWERS["calls"]


class Shout(Machine[Any, str]):
    """A machine of a user's own, which needs nothing of a protocol."""

    def feed(self, value: Any, /) -> list[str]:
        return [value.delta.upper()] if value.type == "content.delta" else []

    def close(self) -> list[str]:
        return ["end"]


def of_content(event: Any) -> bool:
    return bool(event.type == "content.delta")


def only(*types: str) -> Operator:
    """Return an operator that passes on events of some types."""

    def is_one(event: Any) -> bool:
        return bool(event.type in types)

    return rx.filter(is_one)


def each(name: str) -> Operator:
    """Return an operator that emits a member of each event."""

    def member(event: Any) -> Any:
        return getattr(event, name)

    return rx.map(member)


def each_part(part: Any) -> Observable[Any]:
    """Return the pieces and the whole of a part, all of whose events have its key."""

    def shown(event: Any) -> Any:
        assert event.part == part.key
        return event.delta if of_content(event) else event.content

    emitted: Observable[Any] = part.pipe(rx.map(shown))
    return emitted


@dataclass(frozen=True)
class Pipeline:
    """A pipeline, the answer that it is for, and the items that come of its whole text."""

    operator: Callable[[], Operator]
    items: list[Any]
    answer: Answer = TEXT
    last: int = 0
    """The number of items that come only with the end of the answer."""


DELTAS = ["Good ", "day", "!"]
PIPELINES = {
    "filter": Pipeline(
        lambda: ops.pipe(only("content.delta"), each("snapshot")),
        ["Good ", "Good day", "Good day!"],
    ),
    "text": Pipeline(ops.text, DELTAS),
    "lift": Pipeline(lambda: ops.lift(Shout), ["GOOD ", "DAY", "!", "end"], last=1),
    "share": Pipeline(lambda: ops.pipe(ops.share(), ops.text()), DELTAS),
    "content_timeout": Pipeline(
        lambda: ops.pipe(ops.content_timeout(first_content=600, total=600), ops.text()), DELTAS
    ),
    "retry_stream": Pipeline(
        lambda: ops.pipe(ops.retry_stream(max_attempts=1), ops.text()), DELTAS
    ),
    "split_by_part": Pipeline(
        lambda: ops.pipe(
            ops.split_by_part(),
            rx.flat_map(each_part),
        ),
        [*DELTAS, "Good day!"],
        last=1,
    ),
    "partial_parse": Pipeline(
        lambda: ops.pipe(
            ops.partial_parse(Person),
            only("content.delta", "content.done"),
            each("parsed"),
        ),
        [{}, {"name": "Ada"}, {"name": "Ada"}, Person(name="Ada")],
        STRUCTURED,
        last=1,
    ),
    "select": Pipeline(
        lambda: ops.pipe(ops.select("name"), each("type")),
        ["path.delta", "path.done"],
        STRUCTURED,
    ),
    "until": Pipeline(
        lambda: ops.pipe(ops.until("name"), ops.text()), ['{"name": ', '"Ada', '"}'], STRUCTURED
    ),
    "tool_arg_parse": Pipeline(
        lambda: ops.pipe(
            ops.tool_arg_parse(TOOLS),
            only("tool_calls.function.arguments.done"),
            each("parsed_arguments"),
        ),
        [Person(name="Ada"), Person(name="Bo")],
        CALLS,
    ),
}
pipelines = pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
of_texts = pytest.mark.parametrize(
    "pipeline",
    [pipeline for pipeline in PIPELINES.values() if pipeline.answer is TEXT],
    ids=[name for name, pipeline in PIPELINES.items() if pipeline.answer is TEXT],
)


@ways
@pipelines
def test_a_whole_answer(protocol: Protocol, take: Take, pipeline: Pipeline) -> None:
    script = protocol.script(pipeline.answer)
    taken = take(protocol, script, operator=pipeline.operator(), format=None)
    assert (taken.items, taken.error, taken.completed) == (pipeline.items, None, True)


def begun(pipeline: Pipeline) -> list[Any]:
    return pipeline.items[: len(pipeline.items) - pipeline.last]


@ways
@of_texts
def test_a_cut_answer(protocol: Protocol, take: Take, pipeline: Pipeline) -> None:
    taken = take(protocol, protocol.cut(TEXT), operator=pipeline.operator(), format=None)
    assert taken.items == begun(pipeline)
    assert isinstance(taken.error, StreamTruncatedError)
    assert protocol.text(taken.error.partial) == TEXT.content


@ways
@of_texts
def test_an_error_in_mid_stream(protocol: Protocol, take: Take, pipeline: Pipeline) -> None:
    taken = take(protocol, protocol.failing(TEXT), operator=pipeline.operator(), format=None)
    assert taken.items == begun(pipeline)
    assert isinstance(taken.error, APIError)
    assert protocol.text(taken.error.partial) == TEXT.content


@ways
@of_texts
def test_a_consumer_that_leaves_ends_the_request(
    protocol: Protocol, take: Take, pipeline: Pipeline
) -> None:
    operator = ops.pipe(pipeline.operator(), rx.take(1))
    script = protocol.cut(TEXT, end=[Do.HOLD])
    taken = take(protocol, script, operator=operator, leaves=True, format=None)
    assert (taken.items, taken.completed, taken.hung_up) == (pipeline.items[:1], True, True)


def at_once(_: object) -> float:
    return 0


BROKEN: dict[str, Callable[[Protocol], Script]] = {
    "a cut": lambda protocol: protocol.cut(TEXT),
    "an error": lambda protocol: protocol.failing(TEXT),
}


@ways
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again(
    protocol: Protocol, take: Take, broken: Callable[[Protocol], Script]
) -> None:
    operator = ops.retry_stream(wait=at_once)
    taken = take(protocol, broken(protocol), protocol.script(TEXT), operator=operator, format=None)
    assert (taken.requests, taken.error) == (2, None)
    kinds = [event.type for event in taken.items if event.type not in {"chunk", "usage"}]
    lost, whole = ["content.delta"] * 3, ["content.delta"] * 3
    assert kinds == [*lost, "attempt.reset", *whole, "content.done", "finish"]


@ways
def test_an_answer_with_a_finish_is_not_asked_for_again(protocol: Protocol, take: Take) -> None:
    frames = protocol.script(TEXT)[:-1]
    reset = [*frames, Do.RESET]
    operator = ops.retry_stream(wait=at_once, retry_if=lambda _: True)
    taken = take(protocol, reset, operator=operator, format=None)
    assert taken.requests == 1
    assert "attempt.reset" not in [event.type for event in taken.items]


@ways
def test_done_events_of_an_attempt_that_was_lost_never_come(protocol: Protocol, take: Take) -> None:
    operator = ops.retry_stream(wait=at_once, results="once")
    first = [*protocol.frames(CALLS)]
    cut = protocol.script(CALLS, events=len(first) - 3)
    taken = take(protocol, cut, protocol.script(CALLS), operator=operator, format=None)
    done = [event.tool_call_id for event in taken.items if event.type.endswith(".done")]
    assert (taken.requests, done) == (2, ["call_1", "call_2"])


@ways
def test_silence_is_an_error_in_time(protocol: Protocol, take: Take) -> None:
    script = protocol.cut(TEXT, [Do.HOLD])
    # This limit begins with content, so the server was asked, however slow the machine is.
    operator = ops.content_timeout(between_content=0.01)
    taken = take(protocol, script, operator=operator, leaves=True, format=None)
    assert isinstance(taken.error, StreamTimeoutError)
    assert (taken.error.limit, taken.hung_up) == ("between_content", True)


def test_time_limits_know_the_chunks_of_every_protocol(protocol: Protocol) -> None:
    limited = ops.content_timeout(first_content=600)
    with ScriptedServer(protocol.script(TEXT)) as server, protocol.open(server) as client:
        taken = Taken()
        chunks = protocol.resource(client).chunks(**protocol.asked(None))
        chunks.pipe(limited).subscribe(taken.items.append, taken.fail, taken.complete)
    assert (taken.error, taken.completed) == (None, True)
    assert len(taken.items) >= len([*protocol.frames(TEXT)]) - 1


@pytest.mark.parametrize("answer", [TEXT, CALLS], ids=["text", "calls"])
def test_many_share_one_request(protocol: Protocol, answer: Answer) -> None:
    with ScriptedServer(protocol.script(answer)) as server, protocol.open(server) as client:
        source = protocol.resource(client).observe(**protocol.asked(None)).pipe(ops.share())
        seen: list[Any] = []
        rx_.merge(source, source).subscribe(seen.append)
        assert len(server.requests) == 1
    kinds = [event.type for event in seen]
    assert sorted(kinds) == sorted(kinds[::2] * 2)


async def test_a_race_has_one_winner_and_lets_the_others_go(protocol: Protocol) -> None:
    silent = protocol.script(TEXT, events=1, end=[Do.HOLD])
    ended = asyncio.Event()
    texts: list[str] = []
    with ScriptedServer(silent, protocol.script(TEXT)) as server:
        async with protocol.open_async(server) as client:
            # A chunk event would win the race, so it is run for the first piece of text.
            racers = [
                protocol.resource(client).observe(**protocol.asked(None)).pipe(ops.text())
                for _ in range(2)
            ]
            rx_.amb(*racers).subscribe(texts.append, on_completed=ended.set)
            await asyncio.wait_for(ended.wait(), 10)
            assert await asyncio.to_thread(server.hung_up.wait, 10)
    assert texts == TEXT.text


# A hub

ENDS: dict[str, tuple[Callable[[Protocol], Script], type[Exception] | None]] = {
    "whole": (lambda protocol: protocol.script(TEXT), None),
    "cut": (lambda protocol: protocol.cut(TEXT), StreamTruncatedError),
    "error": (lambda protocol: protocol.failing(TEXT), APIError),
}
ends = pytest.mark.parametrize(("script", "error"), ENDS.values(), ids=ENDS)


@ends
@pytest.mark.parametrize("overflow", ["block", "coalesce"])
def test_a_hub_passes_the_events_on_to_threads(
    protocol: Protocol,
    script: Callable[[Protocol], Script],
    error: type[Exception] | None,
    overflow: Any,
) -> None:
    seen: list[list[Any]] = [[], []]
    errors: list[Exception] = []
    with ScriptedServer(script(protocol)) as server, protocol.open(server) as client:
        hub: Hub[Any] = Hub()
        consumers = [hub.consumer(overflow=overflow) for _ in seen]

        def read(number: int) -> None:
            try:
                seen[number].extend(consumers[number])
            except Exception as failure:  # noqa: BLE001 - the test judges it
                errors.append(failure)

        threads = [threading.Thread(target=read, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        with protocol.resource(client).stream(**protocol.asked(None)) as stream:
            hub.drive(stream.common)
        for thread in threads:
            thread.join()
    assert [isinstance(each, error or ()) for each in errors] == [True] * (2 if error else 0)
    for events in seen:
        assert "".join(event.delta for event in events if of_content(event)) == TEXT.content


@ends
async def test_a_hub_passes_the_events_on_to_tasks(
    protocol: Protocol, script: Callable[[Protocol], Script], error: type[Exception] | None
) -> None:
    with ScriptedServer(script(protocol)) as server:
        async with protocol.open_async(server) as client:
            hub: Hub[Any] = Hub()
            consumer = hub.consumer()
            seen: list[Any] = []

            async def read() -> None:
                async for event in consumer:
                    seen.append(event)  # noqa: PERF401 - what came before an error counts

            async with protocol.resource(client).stream(**protocol.asked(None)) as stream:
                reading = asyncio.create_task(read())
                await hub.adrive(stream.common)
                if error is None:
                    await reading
                else:
                    with pytest.raises(error):
                        await reading
    assert "".join(event.delta for event in seen if of_content(event)) == TEXT.content


def test_a_slow_consumer_gets_deltas_merged_by_part(protocol: Protocol) -> None:
    with ScriptedServer(protocol.script(CALLS)) as server, protocol.open(server) as client:
        hub: Hub[Any] = Hub()
        slow = hub.consumer(overflow="coalesce")
        hub.connect(protocol.resource(client).observe(**protocol.asked(None)))
        events = list(slow)
    pieces: dict[str, str] = {}
    for event in events:
        if event.type == "tool_calls.function.arguments.delta":
            pieces[event.tool_call_id] = pieces.get(event.tool_call_id, "") + event.arguments_delta
    assert pieces == {id: "".join(texts) for id, texts in CALLS.calls.items()}


def test_closing_a_hub_ends_the_request(protocol: Protocol) -> None:
    script = protocol.cut(TEXT, end=[Do.HOLD])
    with ScriptedServer(script) as server, protocol.open(server) as client:
        hub: Hub[Any] = Hub()
        consumer = hub.consumer()
        with protocol.resource(client).stream(**protocol.asked(None)) as stream:
            feeding = threading.Thread(target=hub.drive, args=(stream.common,))
            feeding.start()
            assert next(event for event in consumer if of_content(event)).delta == "Good "
            hub.close()
            feeding.join()
        assert server.hung_up.wait(10)


@ways
def test_events_of_every_kind_come_out_of_a_long_pipeline(protocol: Protocol, take: Take) -> None:
    operator = ops.pipe(
        ops.content_timeout(total=600),
        ops.retry_stream(wait=at_once),
        ops.partial_parse(),
        ops.tool_arg_parse(TOOLS),
        ops.share(),
    )
    scripts = [protocol.script(CALLS, events=3), protocol.script(CALLS)]
    taken = take(protocol, *scripts, operator=operator, format=None)
    whole = take(protocol, protocol.script(CALLS), format=None, tools=TOOLS)
    reset = next(n for n, event in enumerate(taken.items) if event.type == "attempt.reset")
    assert by_channel(taken.items[reset + 1 :]) == by_channel(whole.items)
