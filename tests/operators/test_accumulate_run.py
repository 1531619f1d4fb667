from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from reactivex import operators as rx

from streamkit import LimitExceededError, Limits
from streamkit.families.assistants.events import RunEvent
from streamkit.families.assistants.run_accumulator import RunAccumulator
from streamkit.families.assistants.step_events import RunStepDeltaEvent
from streamkit.operators import accumulate_run, pipe
from tests.assistant_streams import (
    EMITTED,
    READ,
    Said,
    code,
    function,
    read,
    requires_action,
    step,
    step_delta,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Marbles

ACCUMULATED = pipe(READ, accumulate_run(), EMITTED)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--r:queued--s:new--s:0+1--s:0++--s:=1+--r:completed--m:new--|",
            "--r:queued--s:new--s:+----s:+----s:done-r:completed---------|",
            id="a run and a step",
        ),
        pytest.param("--s:0+1--------s:0+1--|", "--(s:new,s:+)--s:+----|", id="resumed"),
        pytest.param("--s:=1----|", "--s:done--|", id="its end alone"),
        pytest.param("--s:new--s:new--s:=--s:=---|", "--s:new---------s:done-----|", id="once"),
        pytest.param("--s:=1----s:0+1--|", "--s:done---------|", id="after its end"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--s:new--#", "--s:new--#", id="error"),
    ],
)
def test_steps_begin_grow_and_end(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, ACCUMULATED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--s:new--s:0+1--|", ACCUMULATED, "--s:new--", until="--------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--s:new--s:0+1--|", pipe(ACCUMULATED, rx.take(1)), "--(s:new,|)")


def calls(events: Iterable[Said | str]) -> list[list[dict[str, Any]]]:
    """Return the calls in the snapshot of each delta, read after the last event."""
    machine = RunAccumulator()
    emitted = [output for event in events for output in machine.feed(read(event))]
    deltas = [event for event in emitted if isinstance(event, RunStepDeltaEvent)]
    return [
        [call.to_dict() for call in event.snapshot.step_details.tool_calls]  # type: ignore[union-attr]  # every step of these calls tools
        for event in deltas
    ]


def inputs(events: Iterable[Said | str]) -> list[list[str]]:
    return [[call["code_interpreter"]["input"] for call in each] for each in calls(events)]


def test_a_snapshot_stays_as_it_was() -> None:
    assert inputs(["s:new", "s:0+1", "s:0+2", "s:1+x"]) == [["1"], ["12"], ["12", "x"]]


def test_steps_are_distinguished_by_their_id() -> None:
    events = ["s1:new", "s2:new", "s1:0+a", "s2:0+x", "s1:0+b", "s2:0+y"]
    assert inputs(events) == [["a"], ["x"], ["ab"], ["xy"]]


def test_indices_may_have_gaps_and_come_in_any_order() -> None:
    assert inputs(["s:new", "s:7+b", "s:2+a", "s:7+c"]) == [["b"], ["a", "b"], ["a", "bc"]]


def named(call: dict[str, Any], name: str) -> dict[str, Any]:
    return call | {"function": call["function"] | {"name": name}}


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param(
            [named(function(0, "{", id="c"), "get_it"), named(function(0, "}", id="c"), "get_it")],
            id="a name that is repeated",
        ),
        pytest.param(
            [
                named(function(0, "", id="c"), "get_"),
                named(function(0, "{", id="c"), "it"),
                named(function(0, "}", id="c"), "get_it"),
                named(function(0, "", id="c"), "no_more"),
            ],
            id="a name in fragments",
        ),
        pytest.param(
            [named(function(0, "{", id="c"), "get_it"), named(function(0, "}", id="d"), "")],
            id="an id per fragment",
        ),
        pytest.param(
            [
                named(function(None, "", id="c"), "get_it"),
                function(None, "{", id="d"),
                function(None, "}", id="d"),
            ],
            id="two ids for one call, without an index",
        ),
        pytest.param(
            [named(function(0, "", id="c"), "get_it"), named(function(0, {}, id=""), "")],
            id="an empty id, and arguments as an object",
        ),
    ],
)
def test_the_fragments_of_a_call_add_up_to_it(fragments: list[dict[str, Any]]) -> None:
    assert calls([step_delta("s", fragment) for fragment in fragments])[-1] == [
        {"type": "function", "id": "c", "function": {"name": "get_it", "arguments": "{}"}}
    ]


def test_another_id_with_a_name_is_another_call_where_there_is_no_index() -> None:
    fragments = [
        named(function(None, "{", id="c"), "f"),
        named(function(None, "{}", id="d"), "f"),
        function(None, "}", id="c"),
        function(None, "{}", id="e"),
    ]
    last = calls([step_delta("s", *fragments)])[-1]
    assert [(each["id"], each["function"]["arguments"]) for each in last] == [
        *(("c", "{}"), ("d", "{}"), ("e", "{}"))
    ]


def test_a_name_has_a_limit() -> None:
    machine = RunAccumulator(limits=Limits(name_length=4))
    list(machine.feed(read(step_delta("s", named(function(0, "", id="c"), "ab")))))
    with pytest.raises(LimitExceededError, match="name_length"):
        list(machine.feed(read(step_delta("s", named(function(0, "", id="c"), "abc")))))


def test_a_call_without_an_index_is_found_by_its_id_and_else_is_the_last() -> None:
    events = [
        step_delta("s", code(None, "a", id="A")),
        step_delta("s", code(None, "x", id="B")),
        step_delta("s", code(None, "b", id="A")),
        step_delta("s", code(None, "y")),
        step_delta("s", function(None, "{}")),
    ]
    last = calls(events)[-1]
    assert [call["type"] for call in last] == ["code_interpreter", "code_interpreter", "function"]
    assert inputs(events[:-1])[-1] == ["ab", "xy"]


def test_outputs_accumulate_by_their_index() -> None:
    def output(*outputs: dict[str, Any]) -> Said:
        call = {"index": 0, "type": "code_interpreter", "code_interpreter": {"outputs": outputs}}
        return step_delta("s", call)

    events = [
        output({"index": 0, "type": "logs", "logs": "1"}),
        output({"index": 1, "type": "image", "image": {"file_id": "f"}}),
        output({"index": 0, "type": "logs", "logs": "2"}),
    ]
    assert calls(events)[-1][0]["code_interpreter"]["outputs"] == [
        {"type": "logs", "logs": "12"},
        {"type": "image", "image": {"file_id": "f"}},
    ]


def test_a_delta_may_say_once_more_with_what_calls_the_step_began() -> None:
    # open-assistant-api does this.
    whole = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    searched = {
        "id": "d",
        "type": "file_search",
        "file_search": {"results": [{"file_id": "x", "content": [{"type": "text", "text": "t"}]}]},
    }
    details = {"type": "tool_calls", "tool_calls": [whole, searched]}
    events = [
        step("s", "created", step_details=details),
        step_delta("s", {**whole, "index": 0}, {**searched, "index": 1}),
    ]
    (after,) = calls(events)
    assert after[0]["function"]["arguments"] == '{"a": 1}'
    assert len(after[1]["file_search"]["results"]) == 1


def test_what_goes_on_from_what_the_step_began_with_is_added() -> None:
    events: list[Said | str] = [step("s", "created", "1+"), "s:0+1", "s:0+1"]
    assert inputs(events) == [["1+1"], ["1+11"]]


def test_a_step_that_writes_a_message_names_it() -> None:
    details = {"type": "message_creation", "message_creation": {"message_id": "m"}}
    machine = RunAccumulator()
    machine.feed(read(step("s", "created")))
    machine.feed(read(("thread.run.step.delta", {"id": "s", "delta": {"step_details": details}})))
    (snapshot,) = machine.steps.snapshots()
    assert snapshot.step_details.to_dict()["message_creation"] == {"message_id": "m"}


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired"])
def test_a_step_ends_as_it_may(status: str) -> None:
    machine = RunAccumulator()
    machine.feed(read("s:new"))
    (done,) = machine.feed(read(step("s", status, status=status)))
    assert done.type == "run_step.done"
    assert done.run_step.status == status


@pytest.mark.parametrize(
    "status",
    [
        *("created", "queued", "in_progress", "cancelling"),
        *("requires_action", "completed", "incomplete", "failed", "cancelled", "expired"),
    ],
)
def test_every_state_of_the_run_is_emitted(status: str) -> None:
    machine = RunAccumulator()
    (event,) = machine.feed(read(f"r:{status}"))
    assert isinstance(event, RunEvent)
    assert (event.status, event.run.id) == (status, "run_1")
    working = {"created", "queued", "in_progress", "cancelling"}
    assert event.rests == (status not in working)
    assert machine.run is event.run


def test_a_completed_event_may_say_that_the_run_requires_action() -> None:
    machine = RunAccumulator()
    machine.feed(read(("thread.run.completed", requires_action("c")[1])))
    assert machine.status == "requires_action"


def test_what_is_no_output_is_passed_over() -> None:
    odd = {"index": 0, "type": "code_interpreter", "code_interpreter": {"outputs": ["odd"]}}
    assert calls([step_delta("s", odd)])[-1][0]["code_interpreter"]["outputs"] == []
