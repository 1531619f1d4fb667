from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx

from streamkit._core.sse import SSEDecoder
from streamkit.errors import APIError, StreamTruncatedError
from streamkit.families.assistants.machine import AssistantEvents
from streamkit.families.assistants.message_events import (
    TextCreatedEvent,
    TextDeltaEvent,
    TextDoneEvent,
)
from streamkit.operators import assistant_events, decode_assistant_events, pipe
from tests.assistant_streams import (
    EMITTED,
    READ,
    Said,
    all_emitted,
    body,
    code,
    emitted,
    image,
    message,
    message_delta,
    read,
    run,
    said,
    step,
    step_delta,
    text,
)

if TYPE_CHECKING:
    from tests.conftest import Marbles

EVENTS = pipe(READ, assistant_events(), EMITTED)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--r:queued--m:new--m:0+H----------------m:=H--------------|",
            "--r:queued--m:new--(m:0new,m:0+H,m:+)---(m:0=H,m:done)----|",
            id="a message",
        ),
        pytest.param(
            "--s:new--s:0+1----------------s:=1--------------|",
            "--s:new--(s:0new,s:0+1,s:+)---(s:0=1,s:done)----|",
            id="a step",
        ),
        pytest.param(
            "--s:0+1--------------------r:failed---------|",
            "--(s:new,s:0new,s:0+1,s:+)-(s:0=1,r:failed)-|",
            id="a run that fails",
        ),
        pytest.param(
            "--m:0+H--------------------|",
            "--(m:new,m:0new,m:0+H,m:+)-(m:0=H,|)",
            id="a text that is left open",
        ),
        pytest.param(
            "--m:new--m:0+H-----------------m:1+i---------------------m:1+j----------|",
            "--m:new--(m:0new,m:0+H,m:+)----(m:0=H,m:1new,m:1+i,m:+)--(m:1+j,m:+)----(m:1=ij,|)",
            id="a text that the next one ends",
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--m:new--#", "--m:new--#", id="error"),
    ],
)
def test_everything_is_emitted_in_order(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, EVENTS, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--m:new--m:0+H--|", EVENTS, "--m:new--", until="--------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--m:new--m:0+H--|", pipe(EVENTS, rx.take(1)), "--(m:new,|)")


def test_other_events_emit_nothing() -> None:
    machine = AssistantEvents()
    assert machine.feed(read(("thread.created", {"id": "thread_1"}))) == []
    assert machine.feed(read(("thread.hologram", {"id": "x"}))) == []


def test_what_an_event_adds_is_all_but_its_snapshot() -> None:
    machine = AssistantEvents()
    names = ("r:queued", "s:new", "s:0+1", "s:=12", "m:new", "m:0+x", "m:=a", "r:failed")
    for event in (event for name in names for event in machine.feed(read(name))):
        whole = event.to_dict()
        views = (
            {"snapshot", "parsed", "parsed_arguments"} if "delta" in event.type else {"snapshot"}
        )
        assert event.to_dict(delta=True) == {
            name: value for name, value in whole.items() if name not in views
        }
        assert ("snapshot" in whole) == event.type.endswith(".delta")


def test_what_is_known_of_the_run_is_as_of_the_last_event() -> None:
    machine = AssistantEvents()
    assert (machine.run, machine.message(), machine.run_step()) == (None, None, None)
    known: list[Any] = []
    for event in ("r:queued", "s:new", "s:0+1", "s:=12", "m1:new", "m2:0+x", "m1:=a", "r:failed"):
        machine.feed(read(event))
        message, step = machine.message(), machine.run_step()
        known.append(
            (
                machine.run and machine.run.status,
                message and message.id,
                step and [call.code_interpreter.input for call in step.step_details.tool_calls],  # type: ignore[union-attr]  # every step of these runs code
            )
        )
    assert known == [
        ("queued", None, None),
        ("queued", None, []),
        ("queued", None, ["1"]),
        ("queued", None, ["12"]),
        ("queued", "m1", None),
        ("queued", "m2", None),
        ("queued", "m1", None),
        ("failed", "m1", None),
    ]


def test_an_error_of_the_stream_carries_what_had_arrived() -> None:
    errors: list[Exception] = []
    events = map(read, ("r:in_progress", "s:0+1", "m:new", "m:0+Ha", "m:0+lf"))
    source = reactivex.concat(reactivex.of(*events), reactivex.throw(APIError("overloaded")))
    source.pipe(assistant_events()).subscribe(on_error=errors.append)
    (error,) = errors
    assert isinstance(error, APIError)
    assert error.completion is None
    assert error.run is not None
    assert error.run.status == "in_progress"
    assert [each.content[0].text.value for each in error.messages] == ["Half"]  # type: ignore[union-attr]  # it is a text
    assert [each.id for each in error.run_steps] == ["s"]


def test_an_error_of_another_kind_passes_as_it_is() -> None:
    errors: list[Exception] = []
    lost = OSError("lost")
    reactivex.throw(lost).pipe(assistant_events()).subscribe(on_error=errors.append)
    assert errors == [lost]


def test_events_say_what_was_true_when_they_were_emitted() -> None:
    events: list[Any] = []
    source = reactivex.of(*map(read, ("m:new", "m:0+H", "m:0+i", "s:0+1", "s:0+2")))
    source.pipe(assistant_events()).subscribe(events.append)
    late = [event.to_dict() for event in events]
    now: list[Any] = []
    source.pipe(assistant_events()).subscribe(lambda event: now.append(event.to_dict()))
    assert late == now


THINGS = ("m0", "m1", "s0", "s1")
PLACES = range(3)


@st.composite
def interleavings(draw: st.DrawFn) -> list[Said | str]:
    """Return a run whose messages and steps, and their blocks and calls, grow in any order.

    Each begins, grows and ends; apart from that the order is random. Indices have gaps.
    """
    waiting: dict[str, list[Said | str]] = {}
    for thing in draw(st.sets(st.sampled_from(THINGS), min_size=1)):
        fragments = draw(
            st.lists(
                st.lists(st.tuples(st.sampled_from(PLACES), st.text("ab", max_size=2)), max_size=3),
                max_size=5,
            )
        )
        waiting[thing] = [f"{thing}:new", *(delta(thing, each) for each in fragments)]
        if draw(st.booleans()):
            waiting[thing].append(whole(thing, fragments))
    events: list[Said | str] = ["r:queued"]
    while waiting:
        thing = draw(st.sampled_from(sorted(waiting)))
        events.append(waiting[thing].pop(0))
        if not waiting[thing]:
            del waiting[thing]
    return [*events, "r:completed"]


def delta(thing: str, fragments: Sequence[tuple[int, str]]) -> Said:
    if thing.startswith("m"):
        return message_delta(thing, *(text(index, piece) for index, piece in fragments))
    return step_delta(thing, *(code(index, piece) for index, piece in fragments))


def whole(thing: str, fragments: Sequence[Sequence[tuple[int, str]]]) -> Said:
    texts: dict[int, str] = defaultdict(str)
    for index, piece in (pair for each in fragments for pair in each):
        texts[index] += piece
    make = message if thing.startswith("m") else step
    return make(thing, "completed", *(texts[index] for index in sorted(texts)))


@given(interleavings())
def test_any_interleaving_emits_each_thing_once_and_in_order(events: list[Said | str]) -> None:
    machine = AssistantEvents()
    parts: dict[tuple[str, int], list[str]] = defaultdict(list)
    wholes: dict[str, list[str]] = defaultdict(list)
    outputs = [output for event in events for output in machine.feed(read(event))]
    for output in map(emitted, (*outputs, *machine.close())):
        thing, _, what = output.partition(":")
        if what[0].isdigit():
            parts[thing, int(what[0])].append(what[1:])
            assert wholes[thing][0] == "new"
            assert "done" not in wholes[thing]
        elif thing != "r":
            wholes[thing].append(what)
    for (thing, _), pieces in parts.items():
        created, *middle, done = pieces
        deltas = [piece.removeprefix("+") for piece in middle if piece.startswith("+")]
        early = [piece for piece in middle if not piece.startswith("+")]
        assert created == "new"
        assert done == "=" + "".join(deltas)
        # A text that continues after the next block has begun has one more done event.
        assert len(early) <= (1 if thing.startswith("m") else 0)
        assert not early or (early[0].startswith("=") and middle[-1] != early[0])
    for steps in wholes.values():
        assert steps[0] == "new"
        assert steps.count("new") == 1
        assert set(steps[1:-1]) <= {"+"}
    ended = {
        event[1]["id"]
        for event in events
        if not isinstance(event, str) and event[0].endswith("completed")
    }
    assert {thing for thing, steps in wholes.items() if steps[-1] == "done"} == ended


@given(interleavings())
def test_in_any_interleaving_a_text_is_done_before_the_next_of_its_message_begins(
    events: list[Said | str],
) -> None:
    machine = AssistantEvents()
    outputs = [output for event in events for output in machine.feed(read(event))]
    open_: dict[str, int] = {}
    so_far: dict[tuple[str, int], str] = defaultdict(str)
    for output in (*outputs, *machine.close()):
        if isinstance(output, TextCreatedEvent):
            assert output.message_id not in open_
            open_[output.message_id] = output.index
        elif isinstance(output, TextDeltaEvent):
            so_far[output.message_id, output.index] += output.delta.value or ""
        elif isinstance(output, TextDoneEvent):
            assert output.text.value.startswith(so_far[output.message_id, output.index])
            if open_.get(output.message_id) == output.index:
                del open_[output.message_id]
    assert not open_


@given(st.lists(st.integers(1, 40), min_size=1))
def test_any_cut_of_the_bytes_emits_the_same(sizes: list[int]) -> None:
    wire = body(
        *("r:queued", "s:new", "s:0+é", "s:0+🚀", "s:=é🚀"),
        message("m", "created"),
        message_delta("m", text(0, "hé"), image(1, "f")),
        *("m:0+🚀", "r:completed"),
    )

    def events(pieces: list[bytes]) -> list[str]:
        decoder = SSEDecoder()
        outputs: list[Any] = []
        frames = [frame for piece in pieces for frame in decoder.feed(piece)]
        reactivex.from_iterable(frames).pipe(
            decode_assistant_events(), assistant_events()
        ).subscribe(outputs.append)
        return list(map(emitted, outputs))

    pieces: list[bytes] = []
    rest = wire
    while rest:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:size])
        rest = rest[size:]
    assert events(pieces) == events([wire])


def test_a_cut_stream_carries_what_had_arrived() -> None:
    errors: list[Exception] = []
    decoder = SSEDecoder()
    frames = decoder.feed(body("r:in_progress", "m:0+Half", done=False))
    source = reactivex.from_iterable(frames)
    source.pipe(decode_assistant_events(), assistant_events()).subscribe(on_error=errors.append)
    (error,) = errors
    assert isinstance(error, StreamTruncatedError)
    assert error.run == read(run("in_progress")).data
    assert [each.id for each in error.messages] == ["m"]


def test_the_first_event_may_be_about_anything() -> None:
    assert all_emitted(AssistantEvents(), [said("s:=1"), "r:completed"]) == [
        "s:done",
        "r:completed",
    ]


def test_an_event_says_its_place() -> None:
    outputs: list[Any] = []
    source = reactivex.of(read("m:0+H"), read("s:0+1"), read("m:1+i"))
    source.pipe(assistant_events()).subscribe(outputs.append)
    places = {(event.type, event.place) for event in outputs}
    assert {("message.delta", ("m",)), ("run_step.delta", ("s",))} < places
    assert {("text.delta", ("m", 0)), ("text.delta", ("m", 1)), ("tool_call.delta", ("s", 0))} < (
        places
    )
