"""A wrong input of an operator ends in ``on_error``, with the expected and the given type."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.scheduler import NewThreadScheduler
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import AsyncOpenAI, OpenAI, OpenAIError
from streamkit import operators as ops
from streamkit._core.sse import ServerSentEvent
from streamkit._rx.operator_input import OperatorInput
from streamkit.events import AttemptResetEvent, RaceSettledEvent
from streamkit.machine import Machine
from streamkit.types.beta.assistant_stream_event import UnknownStreamEvent
from tests.chat_chunks import says
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reactivex import Observable

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


class Upper(Machine[str, str]):
    def feed(self, value: str, /) -> Sequence[str]:
        return (value.upper(),)


def emitted(*operators: Callable[[Observable[Any]], Observable[Any]], by: object) -> Any:
    """Return the first item that operators emit for an input."""
    seen: list[Any] = []
    rx.just(by).pipe(*operators).subscribe(seen.append)
    return seen[0]


CHUNK = says("a")
CHUNK_EVENT = emitted(ops.accumulate(), by=CHUNK)
UPDATE = CHUNK_EVENT.updates[0]
SENT = ServerSentEvent(b"{}")
RUN_EVENT = UnknownStreamEvent(event="thread.new")
RESET = AttemptResetEvent(2, 0, OSError("lost"))
SETTLED = RaceSettledEvent(winner=0, losers=[])
PLAIN = {"a": 1}
ANYTHING = (CHUNK, CHUNK_EVENT, UPDATE, SENT, RUN_EVENT, RESET, SETTLED, 42, "text", None, PLAIN)

Operator = Callable[["Observable[Any]"], "Observable[Any]"]

OF_CHUNKS = "ChatCompletionChunk or DictLike"
OF_PARSING = "ChoiceUpdate or Event"
OF_CHOICES = "ChoiceUpdate, PartEvent, AttemptResetEvent or 2 more"
OF_CONTENT = "ChatCompletionChunk, PartEvent.*"  # and other protocols' chunks, if loaded
OF_AN_ANSWER = "PartEvent, AttemptResetEvent, EventsDroppedEvent or RaceSettledEvent"
OF_JSON = "str, PartEvent, AttemptResetEvent or 2 more"
ON_JSON = (CHUNK_EVENT, RESET, SETTLED, "text")
OF_RUNS = "ThreadCreated, ThreadRunCreated, ThreadRunQueued or 22 more"
TAKES: dict[str, tuple[Operator, str, tuple[object, ...]]] = {
    "accumulate": (ops.accumulate(), OF_CHUNKS, (CHUNK, PLAIN)),
    "accumulate_messages": (ops.accumulate_messages(), OF_RUNS, (RUN_EVENT,)),
    "accumulate_run": (ops.accumulate_run(), OF_RUNS, (RUN_EVENT,)),
    "assistant_events": (ops.assistant_events(), OF_RUNS, (RUN_EVENT,)),
    "call_tools": (ops.call_tools({}), OF_AN_ANSWER, (CHUNK_EVENT, RESET, SETTLED)),
    "chat_events": (ops.chat_events(), OF_CHUNKS, (CHUNK, PLAIN)),
    "coalesce": (ops.coalesce(characters=1), "Event or str", (CHUNK_EVENT, RESET, SETTLED, "text")),
    "content_timeout": (
        ops.content_timeout(total=90),
        OF_CONTENT,
        (CHUNK, CHUNK_EVENT, RESET, SETTLED),
    ),
    # Any object with `data` and `event` is accepted, so an event sent for a run passes, but not a
    # chunk.
    "decode": (ops.decode(), "SSE", (SENT, RUN_EVENT)),
    "decode_assistant_events": (ops.decode_assistant_events(), "SSE", (SENT, RUN_EVENT)),
    "gate": (ops.gate(bool), OF_JSON, ON_JSON),
    "items": (ops.items("a"), OF_JSON, ON_JSON),
    "lift": (ops.lift(Upper, takes=str, name="lift"), "str", ("text",)),
    "logprobs": (ops.logprobs(), OF_CHOICES, (UPDATE, CHUNK_EVENT, RESET, SETTLED)),
    "message_content": (
        ops.message_content(),
        "MessageCreatedEvent, MessageDeltaEvent or MessageDoneEvent",
        (),
    ),
    "only": (ops.only("content.delta"), "Typed", (CHUNK_EVENT, RESET, SETTLED)),
    "parse_text": (ops.parse_text({"type": "json_object"}), "str", ("text",)),
    "partial_parse": (ops.partial_parse(), OF_PARSING, (UPDATE, CHUNK_EVENT, RESET, SETTLED)),
    "patches": (ops.patches(), OF_JSON, ON_JSON),
    "reasoning": (ops.reasoning(), OF_CHOICES, (UPDATE, CHUNK_EVENT, RESET, SETTLED)),
    "refusal_detect": (ops.refusal_detect(), OF_CHOICES, (UPDATE, CHUNK_EVENT, RESET, SETTLED)),
    "select": (ops.select("a"), OF_JSON, ON_JSON),
    "split_by_part": (ops.split_by_part(), OF_AN_ANSWER, (CHUNK_EVENT, RESET, SETTLED)),
    "split_by_choice": (ops.split_by_choice(), "ChunkEvent", (CHUNK_EVENT,)),
    "split_think": (ops.split_think(), "ChatCompletionChunk", (CHUNK,)),
    "text": (ops.text(), OF_AN_ANSWER, (CHUNK_EVENT, RESET, SETTLED)),
    "tool_arg_parse": (ops.tool_arg_parse(), OF_PARSING, (UPDATE, CHUNK_EVENT, RESET, SETTLED)),
    "throttle": (ops.throttle(1), "Event or str", (CHUNK_EVENT, RESET, SETTLED, "text")),
    "tool_calls": (
        ops.tool_calls(),
        "RunEvent, RunStepCreatedEvent, RunStepDeltaEvent or RunStepDoneEvent",
        (),
    ),
    "until": (ops.until("a"), OF_JSON, ON_JSON),
}
"""Each operator: its instance, its name for its inputs, and the accepted items of ``ANYTHING``."""

OF_ANYTHING: dict[str, Operator] = {
    "map_async": ops.map_async(lambda value: value),
    "pipe": ops.pipe(),
    "retry_stream": ops.retry_stream(),
    "share": ops.share(),
}
EVERY = {name: operator for name, (operator, *_) in TAKES.items()} | OF_ANYTHING


def test_no_operator_is_forgotten_here() -> None:
    assert sorted(EVERY) == ops.__all__


@pytest.mark.parametrize("name", TAKES)
def test_what_an_operator_does_not_take_is_an_error_that_says_so(name: str) -> None:
    operator, takes, right = TAKES[name]
    for wrong in (value for value in ANYTHING if not any(value is one for one in right)):
        scheduler = TestScheduler()
        source = scheduler.create_hot_observable(
            ReactiveTest.on_next(210, wrong), ReactiveTest.on_next(220, wrong)
        )
        messages = scheduler.start(partial(operator, source)).messages
        assert [message.time for message in messages] == [210]
        error: Any = messages[0].value
        assert isinstance(error.exception, TypeError)
        expected = f"{name} takes {takes}, and not {type(wrong).__name__}"
        assert re.fullmatch(expected, str(error.exception))
        assert source.subscriptions == [ReactiveTest.subscribe(200, 210)]


@pytest.mark.parametrize("name", [name for name, (*_, right) in TAKES.items() if right])
def test_what_an_operator_takes_is_no_such_error_and_what_is_wrong_after_it_is(name: str) -> None:
    operator, _, (right, *_) = TAKES[name]
    failed: list[Exception] = []
    rx.just(right).pipe(operator).subscribe(on_error=failed.append)
    assert not any(isinstance(error, TypeError) for error in failed)
    if not failed:
        rx.of(right, object()).pipe(operator).subscribe(on_error=failed.append)
        assert [str(error).rpartition(", and not ")[2] for error in failed] == ["object"]


@pytest.mark.parametrize("name", [name for name, (*_, right) in TAKES.items() if SETTLED in right])
def test_the_result_of_a_race_is_an_error_nowhere(name: str) -> None:
    failed: list[Exception] = []
    rx.just(SETTLED).pipe(TAKES[name][0]).subscribe(on_error=failed.append)
    assert failed == []


@pytest.mark.parametrize("name", OF_ANYTHING)
def test_who_takes_anything_passes_it_on(name: str) -> None:
    seen: list[object] = []
    rx.of(*ANYTHING).pipe(OF_ANYTHING[name]).subscribe(seen.append)
    assert seen == list(ANYTHING)


def test_the_choices_that_are_open_get_the_error_too() -> None:
    source: rx.Subject[Any] = rx.Subject()
    failed: list[Exception] = []

    def see(choice: Observable[Any]) -> None:
        choice.subscribe(on_error=failed.append)

    source.pipe(ops.split_by_choice()).subscribe(see, failed.append)
    source.on_next(CHUNK_EVENT)
    source.on_next(CHUNK)
    assert [str(error) for error in failed] == [
        "split_by_choice takes ChunkEvent, and not ChatCompletionChunk"
    ] * 2


def test_an_event_of_another_library_is_taken_by_what_it_has() -> None:
    theirs = SimpleNamespace(event="message", data='{"choices": [{"delta": {"content": "Hi"}}]}')
    chunk = emitted(ops.decode(on_truncated="accept"), by=theirs)
    assert chunk.choices[0].delta.content == "Hi"


def test_a_machine_of_ones_own_is_called_by_its_name_and_takes_anything_unless_it_says() -> None:
    failed: list[Exception] = []
    wrong: Any = b"a"
    rx.just(wrong).pipe(ops.lift(Upper, takes=str)).subscribe(on_error=failed.append)
    assert str(failed[0]) == "Upper takes str, and not bytes"
    assert emitted(ops.lift(Upper), by=b"a") == b"A"


# Through the client


@pytest.mark.parametrize("name", ["accumulate", "split_by_choice", "split_think"])
def test_a_stage_in_the_wrong_place_ends_the_stream_and_lets_go_of_it(name: str) -> None:
    failed: list[Exception] = []
    completions = ("observe", "chunks")[name == "split_by_choice"]
    with ScriptedServer(stream(part("a"), part("b", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            observable = getattr(client.chat.completions, completions)(**ASKED)
            observable.pipe(EVERY[name]).subscribe(on_error=failed.append)
    assert [type(error) for error in failed] == [TypeError]
    assert str(failed[0]).startswith(f"{name} takes ")


def test_an_async_client_s_observable_without_a_loop_is_an_error_that_says_so() -> None:
    failed: list[Exception] = []
    client = AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9")
    client.chat.completions.observe(**ASKED).subscribe(on_error=failed.append)
    assert [type(error) for error in failed] == [OpenAIError]
    assert "on a running event loop, and none runs on this thread" in str(failed[0])


async def test_an_async_client_s_observable_on_another_thread_is_that_error_too() -> None:
    arrived: Future[Exception] = Future()
    async with AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9") as client:
        events = client.chat.completions.observe(**ASKED)
        moved = events.pipe(rx_operators.subscribe_on(NewThreadScheduler()))
        moved.subscribe(on_error=arrived.set_result)
        error = await asyncio.wait_for(asyncio.wrap_future(arrived), 10)
    assert "none runs on this thread. In a coroutine use `async for`" in str(error)


# Sources that are no observable


async def arriving() -> AsyncIterator[str]:
    yield "a"


NO_SOURCES: dict[str, tuple[Callable[[], object], str]] = {
    "a number": (lambda: 42, "int: it stands in the `pipe"),
    "nothing": (lambda: None, "NoneType: it stands in the `pipe"),
    "a list": (lambda: [CHUNK], "list: make one of it with `reactivex.from_iterable"),
    "an async iterator": (arriving, "async_generator: take what `observe"),
    "an operator": (ops.accumulate, "function: it stands in the `pipe"),
}


@pytest.mark.parametrize(("source", "said"), NO_SOURCES.values(), ids=NO_SOURCES.keys())
@pytest.mark.parametrize("name", EVERY)
def test_an_operator_of_no_observable_is_refused_with_advice(
    name: str, source: Callable[[], Any], said: str
) -> None:
    with pytest.raises(TypeError) as refused:
        EVERY[name](source())
    assert str(refused.value).startswith(f"{name} is applied to an observable, and not to {said}")


@pytest.mark.parametrize("name", EVERY)
def test_an_operator_of_a_stream_is_refused_and_is_to_be_applied_to_its_observable(
    name: str,
) -> None:
    with ScriptedServer(stream(part("a", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                wrong: Any = events
                with pytest.raises(TypeError, match=rf"{name} .* Chat.*Stream: .*`observable`"):
                    EVERY[name](wrong)
                EVERY[name](events.observable)


def test_an_error_names_no_more_than_a_few_classes() -> None:
    taken = OperatorInput("mine", int | str | bytes | float | complex)
    with pytest.raises(TypeError, match="mine takes int, str, bytes or 2 more, and not list"):
        taken.admit([])
