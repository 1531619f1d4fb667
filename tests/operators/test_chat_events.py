from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from reactivex import operators as rx_operators

from streamkit import pydantic_function_tool
from streamkit.errors import (
    APIError,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    OpenAIError,
    ParseError,
)
from streamkit.families.chat.machine import ChatEvents
from streamkit.operators import chat_events, pipe
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import ChatCompletionChunk, CompletionUsage
from tests.chat_chunks import call, calls, choice, chunk, cut, ends, run, says, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reactivex import Observable

    from tests.conftest import Marbles


class A(BaseModel):
    a: int


TOOLS = [pydantic_function_tool(A, name="f")]
USAGE = chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3})


def read(element: str) -> ChatCompletionChunk:
    """Return the chunk of an element: its content, and ``!`` for stop or ``%`` for length."""
    reason = {"!": "stop", "%": "length"}.get(element[-1])
    return chunk(choice(content=element.rstrip("!%"), finish_reason=reason))


SHORT = {
    "chunk": "chunk",
    "reasoning.delta": "{0.choice_index}t+{0.delta}",
    "reasoning.done": "{0.choice_index}t={0.reasoning}",
    "content.delta": "{0.choice_index}+{0.delta}",
    "content.done": "{0.choice_index}={0.content}",
    "refusal.delta": "{0.choice_index}r+{0.delta}",
    "refusal.done": "{0.choice_index}r={0.refusal}",
    "tool_calls.function.arguments.delta": "{0.choice_index}{0.name}+{0.arguments_delta}",
    "tool_calls.function.arguments.done": "{0.choice_index}{0.name}={0.arguments}",
    "logprobs.content.delta": "{0.choice_index}p+{0.content[0].token}",
    "logprobs.content.done": "{0.choice_index}p={0.content[0].token}",
    "logprobs.refusal.delta": "{0.choice_index}q+{0.refusal[0].token}",
    "logprobs.refusal.done": "{0.choice_index}q={0.refusal[0].token}",
    "annotation": "{0.choice_index}@{0.annotation.type}",
    "usage": "usage",
    "finish": "{0.choice_index}.{0.reason}",
}


def emitted(event: Any) -> str:
    """Return the choice, + for a delta or = for a done event, and the text."""
    return SHORT[event.type].format(event)


def emitting(format_: Any = None) -> Callable[[Observable[str]], Observable[str]]:
    return pipe(rx_operators.map(read), chat_events(format_), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--H-----------i!-----------------------|",
            "--(chunk,0+H)-(chunk,0+i,0=Hi,0.stop)--|",
            id="a finish reason",
        ),
        pytest.param("--H--------------|", "--(chunk,0+H)----(0=H,|)", id="no finish reason"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--H-----------#", "--(chunk,0+H)-#", id="error"),
    ],
)
def test_chunks_become_events(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, emitting(), expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--H--------------i!--|", emitting(), "--(chunk,0+H)", until="---------------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--H--i!--|", pipe(emitting(), rx_operators.take(1)), "--(chunk,|)")


@pytest.mark.parametrize(
    ("source", "expected", "error"),
    [
        pytest.param(
            '--{"b":1}!----------------------------------------|',
            '--(chunk,0+{"b":1},0={"b":1},0.stop)--------------#',
            ParseError,
            id="content that does not fit",
        ),
        pytest.param(
            '--{"a":1}%------------------------------------------|',
            '--(chunk,0+{"a":1},0={"a":1},0.length)--------------#',
            LengthFinishReasonError,
            id="the token limit",
        ),
    ],
)
def test_errors_about_the_content_come_after_the_last_event(
    marbles: Marbles, source: str, expected: str, error: type[Exception]
) -> None:
    marbles(source, emitting(A), expected, raises=error)


def test_events_come_in_the_documented_order() -> None:
    everything = chunk(
        choice(
            1,
            logprobs={"content": [token("t")], "refusal": [token("u")]},
            tool_calls=[call(0, "{}", id="A", name="f")],
            refusal="no",
            content="Hi",
            reasoning="Hm",
            finish_reason="stop",
        ),
        choice(0, content="x"),
    )
    events = run(machine(), [everything, ends()])
    assert list(map(emitted, events)) == [
        "chunk", "1t+Hm", "1+Hi", "1r+no", "1f+{}", "1p+t", "1q+u", "0+x",
        "1t=Hm", "1=Hi", "1r=no", "1f={}", "1p=t", "1q=u",
        "chunk", "0=x",
    ]  # fmt: skip


def test_choices_may_come_in_any_order_and_with_gaps() -> None:
    chunks = [
        says("c", 5),
        chunk(choice(2, content="b"), choice(0, content="a")),
        says("C", 5),
        ends(index=5),
        ends(index=0),
        ends(index=2),
    ]
    parser = machine()
    events = run(parser, chunks)
    assert [emitted(event) for event in events if event.type != "chunk"] == [
        "5+c", "2+b", "0+a", "5+C", "5=cC", "0=a", "2=b",
    ]  # fmt: skip
    indices = [answer.index for answer in parser.final().choices]
    assert indices == [0, 2, 5]


def test_reasoning_that_goes_on_after_some_content_is_done_once_and_whole() -> None:
    chunks = [
        chunk(choice(reasoning_content="a")),
        says("x"),
        chunk(choice(reasoning_content="b")),
        says("y"),
        ends(),
    ]
    events = run(machine(), chunks)
    assert [emitted(event) for event in events if event.type != "chunk"] == [
        "0t+a", "0+x", "0t+b", "0+y", "0t=ab", "0=xy",
    ]  # fmt: skip


def test_null_choices_and_deltas_are_nothing() -> None:
    chunks = [
        ChatCompletionChunk(choices=None),
        chunk({"index": 0, "delta": None}),
        chunk({"index": 0}),
        says("Hi"),
    ]
    assert [emitted(event) for event in run(machine(), chunks)] == ["chunk"] * 4 + ["0+Hi", "0=Hi"]


def test_done_events_come_once() -> None:
    logprobs = {"content": [token("t")]}
    said = choice(reasoning="Hm", content="Hi", refusal="no", logprobs=logprobs)
    again = choice(
        role="assistant",
        reasoning="",
        content="",
        refusal="",
        logprobs={"content": []},
        tool_calls=[],
        finish_reason="stop",
    )
    parser = machine()
    done = [emitted(event) for event in run(parser, [chunk(said), ends(), chunk(again), USAGE])]
    assert [one for one in done if "=" in one] == ["0t=Hm", "0=Hi", "0r=no", "0p=t"]
    assert list(parser.close()) == []


def test_what_comes_after_a_finish_reason_is_done_once_more_at_the_end() -> None:
    chunks = [read("H!"), read("i!"), ends(), read("?"), USAGE]
    assert [emitted(event) for event in run(machine(), chunks)] == [
        *("chunk", "0+H", "0=H"),
        *("chunk", "0+i"),
        "chunk",
        *("chunk", "0+?"),
        "chunk",
        "0=Hi?",
    ]


def test_an_answer_with_a_finish_reason_in_every_chunk_is_judged_as_a_whole() -> None:
    chunks = [
        chunk(choice(content=piece, finish_reason="stop")) for piece in ('{"a"', ":", " 1", "}")
    ]
    parser = machine(A)
    done = [event for event in run(parser, chunks) if event.type == "content.done"]
    assert [event.parsed for event in done] == [None, A(a=1)]
    assert parser.final().choices[0].message.parsed == A(a=1)


def test_what_does_not_fit_stays_an_error_when_something_else_goes_on() -> None:
    misfit = calls(call(0, '{"b": 1}', id="A", name="f"))
    chunks = [misfit, ends("tool_calls"), says("Hi"), USAGE]
    events, raised = run_to_error(machine(tools=TOOLS), chunks)
    assert isinstance(raised, ParseError)
    assert emitted(events[-1]) == "0=Hi"


@pytest.mark.parametrize(
    ("format_", "tools"),
    [
        pytest.param(A, [], id="a type"),
        pytest.param(None, TOOLS, id="a strict tool"),
    ],
)
@pytest.mark.parametrize(
    ("reason", "error"),
    [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)],
)
def test_an_answer_that_was_to_be_parsed_and_was_cut_short_is_an_error(
    format_: Any, tools: list[Any], reason: str, error: type[OpenAIError]
) -> None:
    events, raised = run_to_error(machine(format_, tools), [says('{"a"'), ends(reason), USAGE])
    assert list(map(emitted, events)) == ["chunk", '0+{"a"', "chunk", '0={"a"', "chunk"]
    assert type(raised) is error
    assert raised.completion is not None
    assert raised.completion.usage == CompletionUsage(1, 2, 3)
    (answer,) = raised.completion.choices
    assert (answer.finish_reason, answer.message.content) == (reason, '{"a"')


def test_the_length_error_says_what_was_spent() -> None:
    _, raised = run_to_error(machine(A), [ends("length"), USAGE])
    assert "total_tokens=3" in str(raised)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
@pytest.mark.parametrize("format_", [None, {"type": "json_object"}])
def test_an_answer_that_nobody_wanted_parsed_may_be_cut_short(format_: Any, reason: str) -> None:
    events = run(machine(format_), [says('{"a"'), ends(reason)])
    assert emitted(events[-1]) == '0={"a"'


def test_content_that_does_not_fit_its_type_is_an_error_with_the_completion() -> None:
    chunks = [says('{"b": 1}'), says('{"a": 2}', 1), ends(), ends(index=1), USAGE]
    events, raised = run_to_error(machine(A), chunks)
    assert isinstance(raised, ParseError)
    assert isinstance(raised, ValueError)
    assert raised.content == '{"b": 1}'
    assert isinstance(raised.__cause__, ValidationError)
    assert [event.parsed for event in events if event.type == "content.done"] == [None, A(a=2)]
    assert raised.completion is not None
    assert raised.completion.usage == CompletionUsage(1, 2, 3)
    parsed = [answer.to_dict()["message"].get("parsed") for answer in raised.completion.choices]
    assert parsed == [None, {"a": 2}]


def test_arguments_that_do_not_fit_are_an_error_with_the_completion() -> None:
    chunks = [calls(call(0, '{"b": 1}', id="A", name="f")), ends("tool_calls"), USAGE]
    events, raised = run_to_error(machine(tools=TOOLS), chunks)
    assert isinstance(raised, ParseError)
    assert raised.content == '{"b": 1}'
    assert raised.completion is not None
    assert [emitted(event) for event in events][-2:] == ['0f={"b": 1}', "chunk"]


def test_of_several_errors_that_of_the_first_choice_is_raised() -> None:
    chunks = [says("x", 2), says("y", 1), ends(index=2), ends("length", 1)]
    _, raised = run_to_error(machine(A), chunks)
    assert isinstance(raised, LengthFinishReasonError)


def test_a_refusal_is_not_parsed_and_no_error() -> None:
    chunks = [says('{"a": 1}'), chunk(choice(refusal="no")), ends()]
    parser = machine(A)
    events = run(parser, chunks)
    *_, content, refusal = events
    assert (emitted(content), emitted(refusal)) == ('0={"a": 1}', "0r=no")
    assert content.parsed is None
    snapshots = [event.snapshot for event in events if event.type == "chunk"]
    parsed = [snapshot.choices[0].message.parsed for snapshot in snapshots]
    assert parsed == [{"a": 1}, None, None]
    (answer,) = parser.final().choices
    assert (answer.message.refusal, answer.message.parsed) == ("no", None)


def test_an_error_of_the_stream_carries_what_had_arrived() -> None:
    errors: list[Exception] = []
    source = rx.concat(rx.of(says('{"a": 1')), rx.throw(APIError("overloaded")))
    source.pipe(chat_events(A)).subscribe(on_error=errors.append)
    (error,) = errors
    assert isinstance(error, APIError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == '{"a": 1'


@pytest.mark.parametrize(
    ("format_", "parsed"),
    [
        pytest.param(A, A(a=1), id="a model"),
        pytest.param(TypeAdapter(A), A(a=1), id="an adapter"),
        pytest.param(response_format(A), A(a=1), id="a response format"),
        pytest.param({"type": "json_object"}, {"a": 1}, id="a dict"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_the_format_says_how_content_is_parsed(format_: Any, parsed: object) -> None:
    events: list[Any] = []
    rx.of(says('{"a": 1}'), ends()).pipe(chat_events(format_)).subscribe(events.append)
    (done,) = [event for event in events if event.type == "content.done"]
    assert done.parsed == parsed


def test_open_strings_grow_unless_they_are_to_wait() -> None:
    for partial_strings, expected in ((True, {"a": "x"}), (False, {})):
        events: list[Any] = []
        operator = chat_events({"type": "json_object"}, partial_strings=partial_strings)
        rx.of(says('{"a": "x')).pipe(operator).subscribe(events.append)
        assert events[1].parsed == expected


def test_tools_may_come_from_an_iterator() -> None:
    fragments = chunk(choice(tool_calls=[call(0, '{"a": 1}', id="A", name="f")]))
    observable = rx.of(fragments).pipe(chat_events(None, iter(TOOLS)))
    for _ in range(2):
        events: list[Any] = []
        observable.subscribe(events.append)
        assert events[-1].parsed_arguments == A(a=1)


def test_the_completion_is_parsed_as_the_events_are() -> None:
    parser = machine(A, TOOLS)
    chunks = [
        says('{"a": 1}'),
        calls(call(0, '{"a": 2}', id="A", name="f")),
        ends("tool_calls"),
    ]
    done = [event for event in run(parser, chunks) if event.type.endswith("done")]
    message: Any = parser.final().choices[0].message
    assert message.parsed is done[0].parsed
    assert message.parsed == A(a=1)
    assert message.tool_calls[0].function.parsed_arguments is done[1].parsed_arguments


def test_a_snapshot_is_parsed_as_far_as_it_goes() -> None:
    parser = machine(A, TOOLS)
    event: Any = parser.feed(
        chunk(choice(content='{"a": 1', tool_calls=[call(0, '{"a": 2, "b', id="A", name="f")]))
    )[0]
    for snapshot in (event.snapshot, parser.snapshot()):
        message: Any = snapshot.choices[0].message
        assert message.parsed == {}
        assert message.tool_calls[0].function.parsed_arguments == {"a": 2}


ANSWER = '{"a": 12, "of": "hé🚀"}'
places = st.lists(st.integers(0, len(ANSWER)), max_size=8)


@given(content=places, refusal=places, arguments=places)
def test_any_cut_of_the_texts_gives_the_same_done_events_and_completion(
    content: list[int], refusal: list[int], arguments: list[int]
) -> None:
    def streamed(content: list[str], refusal: list[str], arguments: list[str]) -> Any:
        opening, *pieces = arguments
        chunks = [
            *map(says, content),
            *(chunk(choice(1, refusal=piece)) for piece in refusal),
            calls(call(3, opening, id="A", name="f")),
            *(calls(call(3, piece)) for piece in pieces),
            ends("tool_calls"),
            ends(index=1),
            USAGE,
        ]
        parser = machine({"type": "json_object"}, TOOLS)
        done = [event for event in run(parser, chunks) if event.type.endswith("done")]
        return done, parser.final()

    pieces = (cut(ANSWER, content), cut(ANSWER, refusal), cut(ANSWER, arguments))
    assert streamed(*pieces) == streamed([ANSWER], [ANSWER], [ANSWER])


def machine(format_: object = None, tools: Iterable[Mapping[str, Any]] = ()) -> ChatEvents:
    return ChatEvents(Reader(response_format(format_), tool_parsers(tools)))


def run_to_error(
    machine: ChatEvents, chunks: Iterable[ChatCompletionChunk]
) -> tuple[list[Any], OpenAIError]:
    """Return the events of the chunks, and the error after them."""
    events = [event for chunk in chunks for event in machine.feed(chunk)]
    with pytest.raises(OpenAIError) as raised:
        events.extend(machine.close())
    return events, raised.value
