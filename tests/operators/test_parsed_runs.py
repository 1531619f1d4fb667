"""The same operators parse the texts and calls of a run and those of a choice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from reactivex import operators as rx

from streamkit import pydantic_function_tool
from streamkit.errors import ParseError
from streamkit.operators import (
    accumulate_messages,
    accumulate_run,
    assistant_events,
    message_content,
    partial_parse,
    pipe,
    tool_arg_parse,
    tool_calls,
)
from tests.assistant_streams import (
    Said,
    function,
    message,
    message_delta,
    read,
    requires_action,
    run,
    step,
    step_delta,
    text,
)
from tests.chat_chunks import cut, ends, says, updates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import Observable

    from tests.conftest import Marbles


class A(BaseModel):
    a: int


TOOLS = [pydantic_function_tool(A, name="f")]


def short(event: Any) -> str:
    """Return the parsed value of an event in short, or only the type of another event."""
    match event.type:
        case "text.delta":
            return "+" + shown(event.parsed)
        case "text.done":
            return "=" + shown(event.parsed)
        case "tool_call.delta":
            return "+" + shown(event.parsed_arguments)
        case "tool_call.done":
            return "=" + shown(event.parsed_arguments)
        case _:
            return str(event.type)


def shown(value: Any) -> str:
    if isinstance(value, A):
        return f"A{value.a}"
    return json.dumps(value, default=dict, separators=(",", ":"))


def piece(short: str) -> Said:
    """Return a fragment of the only call of a step."""
    call = {"id": "c1", "function": {"name": "f", "arguments": short}}
    return step_delta("s", function(0, short, **call))


def read_call(said: str) -> Any:
    return read(run(said) if said.isalpha() else piece(said))


def in_a_row(*operators: Any) -> Callable[[Observable[Any]], Observable[Any]]:
    return pipe(*operators)


TEXTS = in_a_row(
    rx.map(read), accumulate_messages(), message_content(), partial_parse(A), rx.map(short)
)
CALLS = in_a_row(
    rx.map(read_call), accumulate_run(), tool_calls(), tool_arg_parse(TOOLS), rx.map(short)
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            '--m:new--m:0+{"a":-----------m:0+1}-----m:={"a":1}---|',
            '---------(text.created,+{})--+{"a":1}---=A1----------|',
            id="some",
        ),
        pytest.param("--m:new--|", "---------|", id="no text"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param(
            '--m:new--m:0+{"a":-----------#',
            "---------(text.created,+{})--#",
            id="error",
        ),
    ],
)
def test_texts_are_parsed_as_they_are_written(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, TEXTS, expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            '--{"a":--------------------1}---------failed---|',
            '--(tool_call.created,+{})--+{"a":1}---=A1------|',
            id="some",
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param('--{"a":--------------------#', "--(tool_call.created,+{})--#", id="error"),
    ],
)
def test_calls_are_parsed_as_they_are_written(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, CALLS, expected)


def events_of(*said: Said | str) -> tuple[list[Any], list[Exception]]:
    """Return the outputs of parsing texts and calls, and the errors after them."""
    outputs: list[Any] = []
    errors: list[Exception] = []
    source = reactivex.from_iterable([read(event) for event in said])
    events = source.pipe(assistant_events())
    events.pipe(partial_parse(A)).pipe(tool_arg_parse(TOOLS)).subscribe(
        outputs.append, errors.append
    )
    return outputs, errors


def parsed(*said: Said | str) -> list[str]:
    events, errors = events_of(*said)
    emitted = [short(event) for event in events]
    return [one for one in emitted if one[0] in "+="] + [type(error).__name__ for error in errors]


WHOLE = '{"a": 1}'


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            ["m:new", 'm:0+{"a":', "m:0+ 1}", f"m:={WHOLE}"],
            ["+{}", '+{"a":1}', "=A1"],
            id="a text",
        ),
        pytest.param([f"m:={WHOLE}"], [], id="its end alone"),
        pytest.param(["m:new", f"m:={WHOLE}"], ["=A1"], id="no delta"),
        pytest.param(["m:new", "m:0+no", "m:=no"], ["+null", "=null", "ParseError"], id="no JSON"),
        pytest.param(
            ["m:new", 'm:0+{"b": 1}', 'm:={"b": 1}', "r:completed"],
            ['+{"b":1}', "=null", "ParseError"],
            id="a misfit",
        ),
        pytest.param(
            ["m:new", f"m:0+{WHOLE}", message("m", "incomplete", WHOLE, status="incomplete")],
            ['+{"a":1}', "=A1"],
            id="whole when it was cut short",
        ),
        pytest.param(
            ["m:new", 'm:0+{"a":', message("m", "incomplete", '{"a":', status="incomplete")],
            ["+{}", "=null"],
            id="cut short",
        ),
        pytest.param(["m:new", 'm:0+{"a":'], ["+{}", "=null"], id="left open"),
        pytest.param(["m:new", "m:0@f", "m:=", "r:completed"], ["=null"], id="an image"),
        pytest.param(
            # The next block ends the text, which has another done event if it grows after that.
            [
                "m:new",
                'm:0+{"a"',
                f"m:1+{WHOLE}",
                "m:0+: 1}",
                message("m", "completed", *[WHOLE] * 2),
            ],
            ["+{}", "=null", '+{"a":1}', '+{"a":1}', "=A1", "=A1"],
            id="done twice",
        ),
    ],
)
def test_a_text_is_parsed_while_it_grows_and_when_it_is_whole(
    said: list[Said | str], expected: list[str]
) -> None:
    assert parsed(*said) == expected


FUNCTION = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": WHOLE}}


def calling(status: str, *calls: dict[str, Any]) -> Said:
    details = {"type": "tool_calls", "tool_calls": list(calls)}
    return step("s", status, step_details=details, status=status)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            [piece('{"a":'), piece(" 1}"), requires_action("c1")],
            ["+{}", '+{"a":1}', "=A1"],
            id="outputs are awaited",
        ),
        pytest.param(
            [piece('{"a":'), calling("completed", FUNCTION)], ["+{}", "=A1"], id="a whole step"
        ),
        pytest.param(
            [piece('{"b": 1}'), requires_action("c1"), "r:completed"],
            ['+{"b":1}', "=null", "ParseError"],
            id="a misfit",
        ),
        pytest.param([piece('{"a":'), "r:failed"], ["+{}", "=null"], id="a run that fails"),
        pytest.param([piece(WHOLE), "r:failed"], ['+{"a":1}', "=A1"], id="after the call"),
        pytest.param([piece('{"a":')], ["+{}", "=null"], id="left open"),
        pytest.param(["s:0+1", "s:=1"], ["+null", "=null"], id="no function"),
        pytest.param(
            [step_delta("s", function(0, WHOLE, id="c2")), requires_action("c2")],
            ["+null", "=null"],
            id="no tool of that name",
        ),
    ],
)
def test_a_call_is_parsed_while_it_grows_and_when_it_is_whole(
    said: list[Said | str], expected: list[str]
) -> None:
    assert parsed(*said) == expected


def test_all_other_events_pass_as_they_are() -> None:
    said = ["r:queued", "s:new", "s:0+1", "s:=1", "m:new", "m:0+x", "m:1@f", "m:=x", "r:failed"]
    plain: list[Any] = []
    source = reactivex.from_iterable([read(event) for event in said])
    source.pipe(assistant_events()).subscribe(plain.append)
    events, _ = events_of(*said)
    assert [event.type for event in events] == [event.type for event in plain]
    assert [event.place for event in events] == [event.place for event in plain]
    texts = {"text.delta", "text.done", "tool_call.delta", "tool_call.done"}
    kept = [event for event in events if event.type not in texts]
    assert kept == [event for event in plain if event.type not in texts]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=5))
def test_what_is_parsed_stays_as_it_was_whatever_the_cut(places: list[int]) -> None:
    pieces = [piece for piece in cut(WHOLE, places) if piece]
    events, errors = events_of(
        "m:new", *(message_delta("m", text(0, one)) for one in pieces), f"m:={WHOLE}"
    )
    deltas = [event for event in events if event.type == "text.delta"]
    known = [dict(event.parsed or {}) for event in deltas]
    assert known == [{"a": 1} if "}" in event.snapshot.value else {} for event in deltas]
    assert not errors


def test_each_subscription_parses_anew() -> None:
    operator = partial_parse(A)
    source = reactivex.from_iterable([read(event) for event in ("m:new", "m:0+no", "m:=no")])
    for _ in range(2):
        errors: list[Exception] = []
        operator(source.pipe(assistant_events())).subscribe(on_error=errors.append)
        assert [type(error) for error in errors] == [ParseError]


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--m:new--m:0+no--|", pipe(TEXTS, rx.take(1)), "---------(text.created,|)")


def test_choices_and_runs_in_one_stream_are_each_parsed_as_their_own() -> None:
    of_a_run, _ = events_of("m:new", 'm:0+{"a":')

    def mixed() -> Iterable[Any]:
        yield from updates([says('{"a": 2}'), ends()])
        yield from of_a_run

    outputs: list[Any] = []
    operator: Any = partial_parse(A)
    operator(reactivex.from_iterable(mixed())).subscribe(outputs.append)
    emitted = [(event.type, event.parsed) for event in outputs if hasattr(event, "parsed")]
    assert emitted == [
        ("content.delta", {"a": 2}),
        ("text.delta", {}),
        ("text.done", None),
        ("content.done", A(a=2)),
    ]
