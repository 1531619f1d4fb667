from __future__ import annotations

import json
from threading import Thread
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.pretty import pretty_repr

from streamkit import events as events_module
from streamkit import pydantic_function_tool
from streamkit._core.json.view import PartialObject
from streamkit.events import ChatCompletionStreamEvent, ChunkEvent, ContentDeltaEvent, Event
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from tests.chat_chunks import call, calls, choice, chunk, cut, ends, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamkit.types import ChatCompletionChunk


class Step(BaseModel):
    output: str


class Answer(BaseModel):
    steps: list[Step]


class Where(BaseModel):
    city: str


CONTENT = '{"steps": [{"output": "x"}, {"output": "y\\ud83d\\ude80"}]}'
ARGUMENTS = ('{"city": "Rome"}', '{"city": "Oslo"}')
TOOLS = [pydantic_function_tool(Where, name=name) for name in "fg"]


def stream(cuts: Iterable[int] = (5, 25, 31, 50)) -> Iterator[Any]:
    """Yield the events of a stream with content of every kind, one at a time."""
    machine = ChatEvents(Reader(response_format(Answer), tool_parsers(TOOLS)))
    for one in chunks(list(cuts)):
        yield from machine.feed(one)
    yield from machine.close()


def chunks(cuts: list[int]) -> Iterator[ChatCompletionChunk]:
    yield chunk(
        choice(1, role="assistant"), choice(0, role="assistant", content=""), vendor={"a": 1}
    )
    for number, piece in enumerate(cut(CONTENT, cuts)):
        logprobs = {"content": [token(piece)], "refusal": None}
        yield chunk(
            choice(content=piece, reasoning="because ", logprobs=logprobs, step=number),
            vendor={"a": number},
        )
        yield chunk(choice(1, refusal=piece, logprobs={"refusal": [token(piece)]}))
    for index, (name, arguments) in enumerate(zip("fg", ARGUMENTS, strict=True)):
        begin, end = cut(arguments, [12])
        yield calls(call(index, begin, id=f"id{index}", name=name, note="p"))
        yield calls(call(index, end, note="q"))
    yield chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3})
    yield ends(index=1)
    yield ends()


def said(event: Any) -> Any:
    """Return an event's contents as values that share nothing with later events."""
    return event.to_dict(), repr(event)


EVENTS = list(stream())
TYPES = get_args(ChatCompletionStreamEvent)


def test_the_stream_of_these_tests_has_every_type_of_event() -> None:
    assert {type(event) for event in EVENTS} == {
        getattr(kind, "__origin__", kind) for kind in TYPES
    }


# Snapshots as of the event.


def test_an_event_says_the_same_whenever_it_is_read() -> None:
    events: list[Any] = []
    at_once: list[Any] = []
    for event in stream():
        events.append(event)
        at_once.append(said(event))
    assert [said(event) for event in events] == at_once
    assert [said(event) for event in reversed(events)] == at_once[::-1]


@given(
    cuts=st.lists(st.integers(0, len(CONTENT)), max_size=6),
    delays=st.lists(st.integers(0, 20), min_size=1, max_size=10),
)
def test_an_event_says_the_same_however_late_it_is_read(cuts: list[int], delays: list[int]) -> None:
    waiting: list[tuple[int, int, Any]] = []
    late: dict[int, Any] = {}
    for number, event in enumerate(stream(cuts)):
        waiting.append((number + delays[number % len(delays)], number, event))
        for due, position, one in waiting:
            if due == number:
                late[position] = one.to_dict()
    for _, position, one in waiting:
        late.setdefault(position, one.to_dict())
    assert [late[position] for position in sorted(late)] == [one.to_dict() for one in stream(cuts)]


def test_an_event_says_the_same_in_another_thread_while_the_stream_goes_on() -> None:
    expected = [said(event) for event in EVENTS]
    events: list[Any] = []
    wrong: list[int] = []

    def read() -> None:
        position = 0
        while position < len(expected):
            if position < len(events):
                if said(events[position]) != expected[position]:
                    wrong.append(position)
                position += 1

    threads = [Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for event in stream():
        events.append(event)  # noqa: PERF402 - the others read while it grows
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_partial_value_does_not_change_once_it_was_read() -> None:
    events = [event for event in stream() if event.type == "content.delta"]
    values = [event.parsed for event in events[:-1]]
    shown = [repr(value) for value in values]
    assert [repr(event.parsed) for event in events[:-1]] == shown
    assert [repr(value) for value in values] == shown
    assert isinstance(values[1], PartialObject)


def test_the_name_and_type_of_a_call_are_those_of_the_event() -> None:
    machine = ChatEvents(Reader(tools=tool_parsers(TOOLS)))
    early: Sequence[Any] = machine.feed(calls(call(0, '{"city": "R', id="A")))
    before = [said(event) for event in early]
    machine.feed(calls(call(0, "ome", name="f")))
    machine.feed(calls({"index": 0, "type": "custom"}))
    assert [said(event) for event in early] == before
    assert (early[1].name, early[1].parsed_arguments) == ("", None)


# Equality and representation.


def test_events_that_say_the_same_are_equal() -> None:
    assert list(stream()) == EVENTS
    assert not any(one != same for one, same in zip(stream(), EVENTS, strict=True))


def test_events_are_unequal_when_anything_they_say_is() -> None:
    assert all(one != other for at, one in enumerate(EVENTS) for other in EVENTS[:at])


def test_an_event_is_nothing_but_an_event() -> None:
    assert all(event != event.to_dict() and event != event.type for event in EVENTS)


def test_an_event_has_no_hash_for_what_it_says_may_have_none() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(EVENTS[0])


def test_an_event_cannot_be_changed() -> None:
    for event in EVENTS:
        with pytest.raises(AttributeError):
            event.choice_index = 7


def test_the_documented_fields_are_in_the_plain_data() -> None:
    fields = {event.type: list(event.to_dict()) for event in EVENTS}
    call_fields = ["type", "choice_index", "index", "name", "tool_call_id"]
    assert fields == {
        "chunk": ["type", "chunk", "snapshot"],
        "reasoning.delta": ["type", "choice_index", "delta", "snapshot"],
        "reasoning.done": ["type", "choice_index", "reasoning"],
        "content.delta": ["type", "choice_index", "delta", "snapshot", "parsed"],
        "content.done": ["type", "choice_index", "content", "parsed"],
        "refusal.delta": ["type", "choice_index", "delta", "snapshot"],
        "refusal.done": ["type", "choice_index", "refusal"],
        "tool_calls.function.arguments.delta": [
            *call_fields,
            "arguments_delta",
            "arguments",
            "parsed_arguments",
        ],
        "tool_calls.function.arguments.done": [*call_fields, "arguments", "parsed_arguments"],
        "logprobs.content.delta": ["type", "choice_index", "content", "snapshot"],
        "logprobs.content.done": ["type", "choice_index", "content"],
        "logprobs.refusal.delta": ["type", "choice_index", "refusal", "snapshot"],
        "logprobs.refusal.done": ["type", "choice_index", "refusal"],
    }


def test_plain_data_are_plain() -> None:
    for event in EVENTS:
        data = event.to_dict()
        assert json.loads(event.to_json()) == data
        assert json.loads(json.dumps(data)) == data
        assert event.model_dump() == data


def test_what_an_event_adds_is_all_but_views_of_what_had_come() -> None:
    for event in EVENTS:
        whole, added = event.to_dict(), event.to_dict(delta=True)
        assert json.loads(event.to_json(delta=True)) == added
        left_out = whole.keys() - added.keys()
        assert added == {name: whole[name] for name in whole if name in added}
        if event.type == "chunk" or event.type.endswith(".delta"):
            assert left_out == whole.keys() & {
                *("snapshot", "parsed", "parsed_arguments"),
                "" if "arguments_delta" not in whole else "arguments",
            }
        else:
            assert not left_out


def test_what_all_events_add_is_as_long_as_the_stream() -> None:
    def length(count: int) -> int:
        machine = ChatEvents(Reader(response_format({"type": "json_object"})))
        pieces = ['{"a": "', *("x" for _ in range(count)), '"}']
        logprobs = {"content": [token("x")]}
        parts = [chunk(choice(content=piece, logprobs=logprobs)) for piece in pieces]
        events = [event for part in parts for event in machine.feed(part)]
        return sum(len(event.to_json(delta=True)) for event in events)

    one, two, three = length(100), length(200), length(300)
    assert three - two == two - one


def test_half_a_character_in_a_chunk_can_be_written_down() -> None:
    event = next(iter(ChatEvents(Reader()).feed(chunk(choice(content="a\ud83d")))))
    assert json.loads(event.to_json())["chunk"]["choices"][0]["delta"]["content"] == "a\ud83d"
    assert json.loads(event.to_json(delta=True))["type"] == "chunk"


def test_what_was_parsed_is_there_as_its_type() -> None:
    parsed = {event.type: event for event in EVENTS}
    content = parsed["content.done"]
    call = parsed["tool_calls.function.arguments.done"]
    rocket = Step(output="y\N{ROCKET}")
    assert content.parsed == Answer(steps=[Step(output="x"), rocket])
    assert content.to_dict()["parsed"] == content.parsed.model_dump()
    assert call.parsed_arguments == Where(city="Oslo")


def test_content_is_another_name_for_the_delta_of_content() -> None:
    deltas = [event for event in EVENTS if isinstance(event, ContentDeltaEvent)]
    assert [event.content for event in deltas] == [event.delta for event in deltas]


def test_a_chunk_event_has_the_chunk_and_what_it_added_to_each_choice() -> None:
    came = list(chunks([5, 25, 31, 50]))
    emitted = [event for event in EVENTS if isinstance(event, ChunkEvent)]
    assert [event.chunk for event in emitted] == came
    assert [[update.index for update in event.updates] for event in emitted] == [
        [part.index for part in one.choices or ()] for one in came
    ]


def test_every_snapshot_is_built_anew() -> None:
    event = next(stream())
    event.snapshot.choices.clear()
    assert [one.index for one in event.snapshot.choices] == [0, 1]


@pytest.mark.parametrize(
    "event", {event.type: event for event in EVENTS}.values(), ids=lambda event: event.type
)
@pytest.mark.parametrize("shown_by", [repr, pretty_repr], ids=["repr", "rich"])
def test_the_repr_says_the_type_and_what_is_public(
    event: Event, shown_by: Callable[[object], str]
) -> None:
    shown = shown_by(event)
    assert shown.startswith(f"{type(event).__name__}(")
    assert "_reader" not in shown
    assert "_end" not in shown


def test_every_type_of_event_is_public() -> None:
    names = {type(event).__name__ for event in EVENTS}
    assert names < set(events_module.__all__)


def test_an_event_says_its_place() -> None:
    for event in stream():
        names = ("choice_index", "index")
        assert event.place == tuple(getattr(event, name) for name in names if hasattr(event, name))
        assert "place" not in event.to_dict()
