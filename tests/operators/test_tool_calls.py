from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import operators as rx

from streamkit.families.assistants.run_accumulator import RunAccumulator
from streamkit.families.assistants.tool_calls import ToolCallEmitter, ToolCallEvent
from streamkit.operators import accumulate_run, pipe, tool_calls
from streamkit.types.beta.threads.runs import CodeInterpreterToolCallDelta
from tests.assistant_streams import (
    EMITTED,
    READ,
    Said,
    code,
    emitted,
    read,
    requires_action,
    step,
    step_delta,
)

if TYPE_CHECKING:
    from tests.conftest import Marbles

CALLS = pipe(READ, accumulate_run(), tool_calls(), EMITTED)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--s:new--s:0+1-----------s:0++--s:=1+1--|",
            "---------(s:0new,s:0+1)--s:0++--s:0=1+1-|",
            id="a call",
        ),
        pytest.param("--s:new--s:=1-----------|", "---------(s:0new,s:0=1)-|", id="no delta"),
        pytest.param("--s:=1--|", "--------|", id="its end alone"),
        pytest.param(
            "--s:0+1-----------r:failed--|", "--(s:0new,s:0+1)--s:0=1-----|", id="the run ended"
        ),
        pytest.param("--s:0+1-----------|", "--(s:0new,s:0+1)--(s:0=1,|)", id="left open"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--s:0+1-----------#", "--(s:0new,s:0+1)--#", id="error"),
    ],
)
def test_tool_calls_are_emitted(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, CALLS, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--s:0+1-----------s:0++--|", CALLS, "--(s:0new,s:0+1)--", until="-----------------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--s:0+1---s:0++--|", pipe(CALLS, rx.take(1)), "--(s:0new,|)")


def calls(*events: Said | str) -> list[str]:
    steps, machine = RunAccumulator(), ToolCallEmitter()
    outputs: list[Any] = []
    for event in events:
        for update in steps.feed(read(event)):
            outputs += machine.feed(update)
    return [emitted(output) for output in (*outputs, *machine.close())]


def test_the_first_fragment_is_in_what_was_created_and_is_a_delta() -> None:
    outputs: list[Any] = []
    source = reactivex.of(read("s:new"), read("s:0+1"), read("s:0+2"))
    source.pipe(accumulate_run(), tool_calls()).subscribe(outputs.append)
    created, first, second, done = outputs
    assert created.tool_call.code_interpreter.input == "1"
    assert first.delta.code_interpreter.input == "1"
    assert first.snapshot.code_interpreter.input == "1"
    assert second.snapshot.code_interpreter.input == "12"
    assert done.tool_call.code_interpreter.input == "12"


def test_interleaved_calls_are_done_when_their_step_is() -> None:
    assert calls("s:new", "s:0+a", "s:1+x", "s:0+b", step("s", "completed", "ab", "x")) == [
        *("s:0new", "s:0+a", "s:1new", "s:1+x", "s:0+b"),
        *("s:0=ab", "s:1=x"),
    ]


def test_every_step_has_calls_of_its_own() -> None:
    assert calls("s1:0+a", "s1:=a", "s2:0+x", "s2:=x") == [
        *("s1:0new", "s1:0+a", "s1:0=a"),
        *("s2:0new", "s2:0+x", "s2:0=x"),
    ]


def test_a_call_is_done_when_the_run_waits_for_its_output_and_never_again() -> None:
    events = ("s:new", "s:0+a", requires_action("s0"), "r:in_progress", "s:0+b", "s:=ab")
    assert calls(*events, "r:completed") == ["s:0new", "s:0+a", "s:0=a"]


def test_a_call_that_a_delta_says_once_more_is_emitted_once() -> None:
    created = step("s", "created", "1+1")
    repeated = step_delta("s", code(0, "1+1", id="s0"))
    assert calls(created, repeated, "s:=1+1") == ["s:0new", "s:0+1+1", "s:0=1+1"]


def test_what_the_whole_step_lacks_is_done_as_far_as_it_got() -> None:
    assert calls("s:new", "s:0+a", "s:1+b", step("s", "failed", "A"))[-2:] == ["s:0=A", "s:1=b"]


def test_a_step_may_end_without_its_calls() -> None:
    details = {"type": "message_creation", "message_creation": {"message_id": "m"}}
    assert calls("s:0+a", step("s", "completed", step_details=details))[-1] == "s:0=a"


def test_indices_with_gaps_are_those_of_the_whole_step_in_order() -> None:
    events = ("s:new", "s:2+a", "s:5+b", step("s", "completed", "A", "B"))
    assert calls(*events)[-2:] == ["s:2=A", "s:5=B"]


def test_of_a_resumed_step_only_what_this_stream_spoke_of_is_emitted() -> None:
    assert calls("s:1+b", step("s", "completed", "A", "B")) == ["s:1new", "s:1+b", "s:1=B"]


def test_code_as_it_is_typed() -> None:
    source = reactivex.of(*map(read, ("s:new", "s:0+print", "s:0+(1", "s:0+)", "s:=print(1)")))
    typed: list[str] = []

    def is_delta(event: ToolCallEvent) -> bool:
        return event.type == "tool_call.delta"

    def input_of(event: Any) -> str:
        delta = event.delta
        assert isinstance(delta, CodeInterpreterToolCallDelta)
        assert delta.code_interpreter is not None
        return delta.code_interpreter.input or ""

    source.pipe(
        accumulate_run(),
        tool_calls(),
        rx.filter(is_delta),
        rx.map(input_of),
    ).subscribe(typed.append)
    assert typed == ["print", "(1", ")"]
