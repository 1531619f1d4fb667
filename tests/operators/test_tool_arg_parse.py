from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from reactivex import operators as rx_operators

from streamkit import pydantic_function_tool
from streamkit.errors import ParseError
from streamkit.families.chat.accumulator import Accumulator
from streamkit.families.chat.emitters import ToolArgumentsParser
from streamkit.operators import pipe, tool_arg_parse
from streamkit.structured.reader import Reader
from streamkit.structured.tools import tool_parsers
from tests.chat_chunks import (
    call,
    calls,
    choice,
    chunk,
    cut,
    ends,
    one_choice,
    run,
    says,
    updates,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hypothesis.strategies import DrawFn
    from reactivex import Observable

    from streamkit.events import (
        FunctionToolCallArgumentsDeltaEvent,
        FunctionToolCallArgumentsDoneEvent,
    )
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


class Point(BaseModel):
    x: int


TOOLS = [pydantic_function_tool(Point, name=name) for name in "ab"]


def read(element: str) -> ChatCompletionChunk:
    """Return the chunk of ``a{"x":&b{}``: fragments of the calls a and b at the indices 0 and 1."""
    return calls(*map(fragment, element.split("&")))


def fragment(element: str) -> dict[str, Any]:
    name, arguments = element[0], element[1:]
    return call("ab".index(name), arguments, id=f"id_{name}", name=name)


def emitted(event: FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent) -> str:
    if event.type == "tool_calls.function.arguments.done":
        return f"={event.name}{event.arguments}"
    return f"+{event.name}{event.arguments_delta}"


def emitting(tools: Iterable[Mapping[str, Any]]) -> Callable[[Observable[str]], Observable[str]]:
    return pipe(
        rx_operators.map(read), one_choice(), tool_arg_parse(tools), rx_operators.map(emitted)
    )


EMITTED = emitting(TOOLS)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('--a{"x":---a1}---|', '--+a{"x":--+a1}--(=a{"x":1},|)', id="one"),
        pytest.param(
            '--a{"x":---a1}---b{"x":2}--------------------|',
            '--+a{"x":--+a1}--(+b{"x":2},=a{"x":1})-------(=b{"x":2},|)',
            id="one after another",
        ),
        pytest.param(
            '--a{"x":---b{"x":---a1}--------------------b2}--|',
            '--+a{"x":--+b{"x":--(+a1},=a{"x":1})-------+b2}-(=b{"x":2},|)',
            id="interleaved",
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param('--a{"x":---#', '--+a{"x":--#', id="error"),
    ],
)
def test_arguments_are_emitted_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, EMITTED, expected)


def test_the_source_may_end_before_the_arguments_do(marbles: Marbles) -> None:
    expected = '--+b{"x":--+a{"x":--(=a{"x":,=b{"x":,#)'
    marbles('--b{"x":---a{"x":---|', EMITTED, expected, raises=ParseError)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles('--a{"x":---a1}---|', EMITTED, '--+a{"x":--', until="----------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles('--a{"x":---a1}---|', pipe(EMITTED, rx_operators.take(1)), '--(+a{"x":,|)')


QUIRKS = [
    pytest.param(
        [
            [call(0, '{"x', id="A", name="a")],
            [call(1, '{"y', id="B", name="b")],
            [call(0, '": 1}')],
            [call(1, '": 2}')],
        ],
        [(0, "A", "a", '{"x": 1}'), (1, "B", "b", '{"y": 2}')],
        id="interleaved",
    ),
    pytest.param(
        [
            [call(1, "{", id="B", name="b"), call(0, "{", id="A", name="a")],
            [call(0, "}"), call(1, "}")],
        ],
        [(0, "A", "a", "{}"), (1, "B", "b", "{}")],
        id="in one delta, the later first",
    ),
    pytest.param(
        [[call(7, "{", id="A", name="a")], [call(3, "{}", id="B", name="b")], [call(7, "}")]],
        [(3, "B", "b", "{}"), (7, "A", "a", "{}")],
        id="indices with gaps, not from 0",
    ),
    pytest.param(
        [
            [call(None, "{", id="A", name="a")],
            [call(None, "{", id="B", name="b")],
            [call(None, "}", id="A")],
            [call(None, "}", id="B")],
        ],
        [(0, "A", "a", "{}"), (1, "B", "b", "{}")],
        id="found by their ids",
    ),
    pytest.param(
        [
            [{"index": None, **call(None, "{", id="A", name="a")}],
            [{"index": None, **call(None, "}")}],
            [{"index": None, **call(None, "{}", id="B", name="b")}],
        ],
        [(0, "A", "a", "{}"), (1, "B", "b", "{}")],
        id="null index: the last open one",
    ),
    pytest.param(
        [[call(None, '{"x": 1}', name="a")], [call(None, '{"y"', name="b")], [call(None, ": 2}")]],
        [(0, "", "a", '{"x": 1}'), (1, "", "b", '{"y": 2}')],
        id="neither id nor index, one after another",
    ),
    pytest.param(
        [[call(None, "{}", name="a"), call(None, "{}", name="a")]],
        [(0, "", "a", "{}"), (1, "", "a", "{}")],
        id="neither id nor index, the same function twice in one delta",
    ),
    pytest.param(
        [[call(None, "{}", name="a")], [call(None, "", name="b")], [call(None, "{}")]],
        [(0, "", "a", "{}"), (1, "", "b", "{}")],
        id="neither id nor index, opened by another name alone",
    ),
    pytest.param(
        [[call(0, "{", id="A", name="a", type="function")]]
        + [
            [call(0, piece, id="A", name="a", type="function")] for piece in ('"x"', ": 1", "}", "")
        ],
        [(0, "A", "a", '{"x": 1}')],
        id="id, name and type repeated",
    ),
    pytest.param(
        [[call(None, "{", name="a")], [call(None, "}", name="a")], [call(None, "", name="a")]],
        [(0, "", "a", "{}")],
        id="name repeated, without id or index",
    ),
    pytest.param(
        [[call(0, "{", id="A", name="a")], [call(0, "}", name="b")]],
        [(0, "A", "ab", "{}")],
        id="a name in two fragments",
    ),
    pytest.param(
        [
            [call(0, "{}", id="A", name="a")],
            [call(0, "{", id="B", name="b")],
            [call(0, "}", id="B")],
        ],
        [(0, "A", "a", "{}"), (1, "B", "b", "{}")],
        id="a new id on a used index",
    ),
    pytest.param(
        [
            [call(0, "{", id="A", name="a")],
            [call(0, "{", id="B", name="b")],
            [call(0, "}", id="A")],
            [call(0, "}", id="B")],
        ],
        [(0, "A", "a", "{}"), (1, "B", "b", "{}")],
        id="two ids on one index, interleaved",
    ),
    pytest.param(
        [
            [call(0, "{", id="A", name="a")],
            [call(0, "{", id="B", name="b")],
            [call(0, "}")],
            [call(1, "{}", id="C", name="c")],
        ],
        [(0, "A", "a", "{"), (1, "B", "b", "{}"), (2, "C", "c", "{}")],
        id="a new id on a used index, and that index after all",
    ),
    pytest.param(
        [[call(0, id="A", type="function")], [call(0, name="a")], [call(0, "{}")]],
        [(0, "A", "a", "{}")],
        id="id, name and arguments apart",
    ),
    pytest.param(
        [[call(0, "{", name="a")], [call(0, "}", id="A")]],
        [(0, "A", "a", "{}")],
        id="a late id",
    ),
    pytest.param(
        [
            [call(0, "{", id="A", name="a")],
            [{"index": 0, "id": None, "type": None, "function": {"name": None, "arguments": "}"}}],
            [{"index": 0, "id": None, "type": None, "function": {"name": None, "arguments": None}}],
            [{"index": 0, "function": None}],
        ],
        [(0, "A", "a", "{}")],
        id="explicit nulls",
    ),
    pytest.param(
        [[call(0, "{", id="A", name="a", type="")], [call(0, "}", id="", name="")]],
        [(0, "A", "a", "{}")],
        id="empty strings for null",
    ),
    pytest.param(
        [[{**call(0, "{", id="A", name="a"), "index": "0"}], [{**call(0, "}"), "index": "0"}]],
        [(0, "A", "a", "{}")],
        id="the index as a string",
    ),
    pytest.param(
        [[call(0, id="A", name="a")], [call(1, "", id="B", name="b")]],
        [(0, "A", "a", ""), (1, "B", "b", "")],
        id="no arguments at all",
    ),
]


@pytest.mark.parametrize(("deltas", "expected"), QUIRKS)
def test_every_fragment_finds_its_call(
    deltas: list[list[dict[str, Any]]], expected: list[tuple[int, str, str, str]]
) -> None:
    chunks = [*(calls(*fragments) for fragments in deltas), ends("tool_calls")]
    dones = [event for event in run(parser([]), updates(chunks)) if is_done(event)]
    done = [(one.index, one.tool_call_id, one.name, one.arguments) for one in dones]
    assert sorted(done) == expected

    (answer,) = run(Accumulator(), chunks)[-1].snapshot.choices
    built = [
        (one.id, one.function.name, one.function.arguments) for one in answer.message.tool_calls
    ]
    assert built == [one[1:] for one in expected]


def test_whole_calls_in_the_finishing_chunk_are_emitted() -> None:
    fragments = [call(0, '{"x": 1}', id="A", name="a"), call(1, '{"x": 2}', id="B", name="b")]
    finishing = chunk(choice(tool_calls=fragments, finish_reason="tool_calls"))
    events = run(parser(), updates([finishing]))
    assert [emitted(event) for event in events] == [
        '+a{"x": 1}',
        '+b{"x": 2}',
        '=a{"x": 1}',
        '=b{"x": 2}',
    ]
    assert [event.parsed_arguments for event in events[-2:]] == [Point(x=1), Point(x=2)]


def test_a_call_is_done_when_another_has_opened_and_its_own_json_is_closed() -> None:
    machine = parser([])
    chunks = map(read, ["a{", "b{", "a}", "b}"])
    events = [list(map(emitted, machine.feed(update))) for update in updates(chunks)]
    assert events == [
        ["+a{"],
        ["+b{"],  # b has opened, and a is not closed
        ["+a}", "=a{}"],
        ["+b}"],  # b is closed, and no other call has opened since
    ]
    assert [emitted(event) for event in machine.close()] == ["=b{}"]


def test_a_call_that_goes_on_after_its_json_was_closed_waits_for_the_end() -> None:
    chunks = list(map(read, ["a{}!", "b{}"]))
    assert [emitted(event) for event in run(parser([]), updates(chunks))] == [
        "+a{}!",
        "+b{}",
        "=a{}!",
        "=b{}",
    ]


def test_the_first_event_of_a_call_may_have_no_arguments() -> None:
    (opening, _) = run(parser([]), updates([calls(call(0, id="A", name="a"))]))
    assert (opening.name, opening.tool_call_id, opening.arguments_delta) == ("a", "A", "")


def test_a_delta_says_the_arguments_so_far() -> None:
    chunks = [*map(read, ['a{"x"', "a:1", "a2}"]), ends()]
    events = run(parser(), updates(chunks))
    assert [event.arguments for event in events] == ['{"x"', '{"x":1', '{"x":12}', '{"x":12}']
    assert [event.parsed_arguments for event in events] == [{}, {}, {"x": 12}, Point(x=12)]


def test_open_strings_grow_unless_they_are_to_wait() -> None:
    shown: list[object] = []
    for partial_strings in (True, False):
        source = rx.of(read('a{"x":"ab')).pipe(one_choice())
        source.pipe(tool_arg_parse(TOOLS, partial_strings=partial_strings)).subscribe(
            lambda event: shown.append(event.parsed_arguments), lambda _: None
        )
    assert shown == [{"x": "ab"}, None, {}, None]


def test_tools_may_come_from_an_iterator() -> None:
    source = rx.of(read('a{"x":1}')).pipe(one_choice(), tool_arg_parse(iter(TOOLS)))
    parsed: list[object] = []
    for _ in range(2):
        source.subscribe(lambda event: parsed.append(event.parsed_arguments))
    assert parsed == [{"x": 1}, Point(x=1)] * 2


def test_a_strict_tool_without_a_type_gives_plain_json() -> None:
    strict = {"type": "function", "function": {"name": "a", "strict": True}}
    events = run(parser([strict]), updates([read('a{"x":1}')]))
    assert [event.parsed_arguments for event in events] == [{"x": 1}, {"x": 1}]


@pytest.mark.parametrize(
    "tools",
    [
        pytest.param([], id="no tool"),
        pytest.param([{"type": "function", "function": {"name": "a"}}], id="not strict"),
        pytest.param([pydantic_function_tool(Point, name="other")], id="another tool"),
    ],
)
def test_the_arguments_of_other_tools_are_not_parsed(tools: list[dict[str, Any]]) -> None:
    events = run(parser(tools), updates([read("a{")]))
    assert [event.parsed_arguments for event in events] == [None, None]


def test_no_arguments_are_those_of_a_function_without_parameters() -> None:
    class Nothing(BaseModel):
        pass

    machine = parser([pydantic_function_tool(Nothing, name="a")])
    assert run(machine, updates([read("a"), ends()]))[-1].parsed_arguments == Nothing()


def test_arguments_that_do_not_fit_are_an_error_after_the_last_done_event() -> None:
    machine = parser()
    events: list[Any] = []
    for update in updates([read('a{"y":1}&b{"x":2}'), ends()]):
        events += machine.feed(update)
    with pytest.raises(ParseError, match="a are not valid") as raised:
        events.extend(machine.close())
    assert [emitted(event) for event in events[2:]] == ['=a{"y":1}', '=b{"x":2}']
    assert [event.parsed_arguments for event in events[2:]] == [None, Point(x=2)]
    assert raised.value.content == '{"y":1}'
    assert isinstance(raised.value.__cause__, ValidationError)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_arguments_that_were_cut_short_are_not_parsed_and_no_error(reason: str) -> None:
    chunks = [read('a{"x":1}&b{"x"'), ends(reason)]
    whole, cut_short = run(parser(), updates(chunks))[-2:]
    assert whole.parsed_arguments == Point(x=1)
    assert (cut_short.arguments, cut_short.parsed_arguments) == ('{"x"', None)


CUSTOM = [
    {"index": 0, "id": "A", "type": "custom", "custom": {"name": "sh", "input": "ls"}},
    {"index": 0, "custom": {"input": " -l"}},
]


@pytest.mark.parametrize("with_type", [True, False])
def test_custom_tools_have_no_events_and_are_in_the_completion(with_type: bool) -> None:
    first, second = CUSTOM
    first = first if with_type else {key: first[key] for key in first if key != "type"}
    chunks = [calls(first), calls(second, call(1, "{}", id="B", name="b")), ends()]
    assert [emitted(event) for event in run(parser([]), updates(chunks))] == ["+b{}", "=b{}"]
    (answer,) = run(Accumulator(), chunks)[-1].snapshot.choices
    assert [one.to_dict() for one in answer.message.tool_calls] == [
        {"type": "custom", "id": "A", "custom": {"name": "sh", "input": "ls -l"}},
        {"type": "function", "id": "B", "function": {"name": "b", "arguments": "{}"}},
    ]


def test_that_a_tool_is_custom_may_be_said_late() -> None:
    chunks = [calls(call(0, id="A")), calls({"index": 0, **CUSTOM[0]}), ends()]
    assert [emitted(event) for event in run(parser([]), updates(chunks))] == ["+"]


def test_a_call_that_goes_on_after_it_was_done_is_done_again_at_the_end() -> None:
    machine = parser([])
    pieces = updates([read("a{}"), read("b{}"), read("a "), read("a!")])
    assert [emitted(event) for update in pieces for event in machine.feed(update)] == [
        *("+a{}", "+b{}", "=a{}"),
        "+a ",
        "+a!",
    ]
    assert [emitted(event) for event in machine.close()] == ["=a{} !", "=b{}"]
    assert list(machine.close()) == []


def test_a_custom_call_that_opens_is_another_call() -> None:
    chunks = [read("a{}"), calls({**CUSTOM[0], "index": 1})]
    assert [emitted(event) for event in run(parser([]), updates(chunks))] == ["+a{}", "=a{}"]


def test_events_know_their_choice() -> None:
    chunks = [calls(call(0, "{}", id="A", name="a"), index=2)]
    assert [event.choice_index for event in run(parser([]), updates(chunks))] == [2, 2]


def test_other_deltas_are_not_about_calls() -> None:
    assert run(parser(), updates([says("Hi"), chunk(choice(tool_calls=[])), ends()])) == []


class Interleaving(NamedTuple):
    arguments: dict[int, str]
    """The arguments by the index of the call."""
    fragments: list[dict[str, Any]]


@st.composite
def interleavings(draw: DrawFn) -> Interleaving:
    """Draw calls cut into fragments; those of one call stay in order, and the calls mix."""
    indices = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
    values = st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(), max_size=3)
    repeats = draw(st.booleans())
    by_id = draw(st.booleans())
    arguments: dict[int, str] = {}
    waiting: dict[int, list[dict[str, Any]]] = {}
    for index in indices:
        text = arguments[index] = json.dumps(draw(values))
        places = draw(st.lists(st.integers(1, len(text) - 1), unique=True, max_size=6))
        whole = {"id": f"id{index}", "name": f"f{index}"}
        later = whole if repeats else {"id": f"id{index}"} if by_id else {}
        first, *rest = cut(text, places)
        given_index = None if by_id else index
        waiting[index] = [
            call(given_index, first, **whole),
            *(call(given_index, piece, **later) for piece in rest),
        ]
    fragments: list[dict[str, Any]] = []
    while waiting:
        index = draw(st.sampled_from(sorted(waiting)))
        fragments.append(waiting[index].pop(0))
        if not waiting[index]:
            del waiting[index]
    return Interleaving(arguments, fragments)


@given(case=interleavings(), per_chunk=st.integers(1, 4))
def test_however_calls_are_interleaved_each_gets_its_own_arguments(
    case: Interleaving, per_chunk: int
) -> None:
    fragments = case.fragments
    deltas = [fragments[at : at + per_chunk] for at in range(0, len(fragments), per_chunk)]
    tools = [
        {"type": "function", "function": {"name": f"f{index}", "strict": True}}
        for index in case.arguments
    ]
    events = run(parser(tools), updates([*(calls(*delta) for delta in deltas), ends()]))
    for index, arguments in case.arguments.items():
        *pieces, done = [event for event in events if event.name == f"f{index}"]
        assert not any(map(is_done, pieces))
        assert is_done(done)
        assert "".join(event.arguments_delta for event in pieces) == done.arguments == arguments
        assert done.parsed_arguments == json.loads(arguments)
        assert done.tool_call_id == f"id{index}"


def parser(tools: Sequence[Mapping[str, Any]] = TOOLS) -> ToolArgumentsParser:
    return ToolArgumentsParser(Reader(tools=tool_parsers(tools)))


def is_done(event: Any) -> bool:
    kind: str = event.type
    return kind == "tool_calls.function.arguments.done"
