from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators

from streamkit import StreamTruncatedError, Usage
from streamkit._core.text import TextLog
from streamkit.events import (
    AnnotationEvent,
    AttemptResetEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    EventsDroppedEvent,
    FinishEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    UsageEvent,
)
from streamkit.machine import Machine
from streamkit.operators import chat_events, lift, pipe, split_by_part
from streamkit.structured.reader import Reader
from tests.chat_chunks import call, calls, ends, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import GroupedObservable, Observable

    from tests.conftest import Marbles

EVENTS: dict[str, Callable[[tuple[str]], Any]] = {
    "+": lambda part: ContentDeltaEvent(0, "+", TextLog(), 0, Reader(), _part=part),
    "=": lambda part: ContentDoneEvent[Any](0, "=", None, _part=part),
    "t+": lambda part: ReasoningDeltaEvent(0, "t+", TextLog(), 0, _part=part),
    "t=": lambda part: ReasoningDoneEvent(0, "t=", _part=part),
    "@": lambda part: AnnotationEvent(0, "@", _part=part),
    "reset": lambda _: AttemptResetEvent(2, 0.0, StreamTruncatedError("cut")),
    "dropped": lambda _: EventsDroppedEvent(3),
    "usage": lambda _: UsageEvent(Usage(1)),
    "finish": lambda part: FinishEvent(0, "stop", "stop", _part=part),
}
SHORT = {event: short for short, make in EVENTS.items() for event in [make(("a",)).type]}


def read(element: str) -> Any:
    """Return the event of ``a:+``: a piece of the text that is part a."""
    part, event = element.split(":")
    return EVENTS[event]((part,))


class Said(Machine["Any", str]):
    """A machine that emits the part and the event, and the end of the part."""

    def __init__(self, part: str) -> None:
        self._part = part

    def feed(self, value: Any, /) -> Sequence[str]:
        assert getattr(value, "part", (self._part,)) == (self._part,)
        return (f"{self._part}:{SHORT[value.type]}",)

    def close(self) -> Iterable[str]:
        return (f"{self._part}!",)


def said(part: GroupedObservable[tuple[int | str, ...], Any]) -> Observable[str]:
    return part.pipe(lift(lambda: Said(str(part.key[0]))))


SPLIT = pipe(rx_operators.map(read), split_by_part())
MERGED = pipe(SPLIT, rx_operators.flat_map(said))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--a:+--b:+--a:+--a:=-------b:=-------|",
            "--a:+--b:+--a:+--(a:=,a!)--(b:=,b!)--|",
            id="two parts",
        ),
        pytest.param(
            "--a:t+--a:+--a:t=--a:=-------|",
            "--a:t+--a:+--a:t=--(a:=,a!)--|",
            id="a part in which two texts began",
        ),
        pytest.param("--a:=-------|", "--(a:=,a!)--|", id="done without a piece"),
        pytest.param(
            "--a:+--a:=-------a:+--a:=-------|",
            "--a:+--(a:=,a!)--a:+--(a:=,a!)--|",
            id="goes on after it was done",
        ),
        pytest.param("--a:@--a:+-----|", "--a:@--a:+-----(a!,|)", id="never done"),
        pytest.param("--a:usage--a:finish--|", "---------------------|", id="about no part"),
        pytest.param(
            "--a:+--b:+--_:reset------------a:+--a:=-------b:=-------|",
            "--a:+--b:+--(a:reset,b:reset)--a:+--(a:=,a!)--(b:=,b!)--|",
            id="another attempt",
        ),
        pytest.param(
            "--a:=-------_:reset--a:=-------|",
            "--(a:=,a!)-----------(a:=,a!)--|",
            id="another attempt, after the part was done",
        ),
        pytest.param(
            "--a:t+--a:+--_:reset--a:+--a:=-------|",
            "--a:t+--a:+--a:reset--a:+--(a:=,a!)--|",
            id="a text of the attempt before is not waited for",
        ),
        pytest.param(
            "--a:+--_:dropped--a:=-------|", "--a:+--a:dropped--(a:=,a!)--|", id="events dropped"
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--a:+--#", "--a:+--#", id="error"),
    ],
)
def test_each_part_has_an_observable(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, MERGED, expected)


def test_the_key_of_an_observable_is_the_part(marbles: Marbles) -> None:
    def key(part: GroupedObservable[tuple[int | str, ...], Any]) -> str:
        return f"part_{part.key[0]}"

    keys = pipe(SPLIT, rx_operators.map(key))
    marbles("--b:+------b:+--a:+------|", keys, "--part_b--------part_a---|")


def test_disposal_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--a:+--b:+--a:+--|", MERGED, "--a:+--b:+--", until="----------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--a:+--b:+--|", pipe(MERGED, rx_operators.take(1)), "--(a:+,|)")


def test_the_parts_of_a_chat_completion_are_its_choices_and_calls() -> None:
    chunks = [
        says("a"),
        says("x", 1),
        calls(call(0, "{}", id="A", name="f")),
        calls(call(1, "{", id="B", name="g")),
        ends("tool_calls"),
        ends(index=1),
    ]
    lasted: dict[Any, list[str]] = {}

    def note(part: GroupedObservable[Any, Any]) -> None:
        kinds = lasted[part.key] = []
        part.subscribe(lambda event: kinds.append(event.type.rpartition(".")[2]))

    rx.from_iterable(chunks).pipe(chat_events(), split_by_part()).subscribe(note)
    assert lasted == {key: ["delta", "done"] for key in [(0,), (1,), (0, 0), (0, 1)]}
