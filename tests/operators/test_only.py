"""``only`` lets the events of some types pass, given as names or as classes."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import operators as rx_operators

from streamkit.events import ContentDeltaEvent, ContentDoneEvent
from streamkit.operators import only, pipe
from streamkit.operators.only import OnlyMachine
from streamkit.types.responses import UnknownResponseEvent
from tests.chat_chunks import run
from tests.operators.texts import call_events, events

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Marbles

RECORDINGS = Path(__file__).parent.parent / "recordings"
CHUNK, DELTA, *_ = events(["a"])
DONE = next(event for event in events(["a"]) if event.type == "content.done")
NAMED = {"k": CHUNK, "a": DELTA, "d": DONE}


def letters(operator: Callable[[Any], Any]) -> Any:
    names = {id(event): letter for letter, event in NAMED.items()}
    return pipe(
        rx_operators.map(NAMED.__getitem__),
        operator,
        rx_operators.map(lambda event: names[id(event)]),
    )


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param(only("content.delta", "content.done"), id="by names"),
        pytest.param(only(ContentDeltaEvent, ContentDoneEvent), id="by classes"),
    ],
)
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--k--a--k--d--|", "-----a-----d--|", id="happy"),
        pytest.param("--k--k--|", "--------|", id="none of them"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--a--#", "--a--#", id="error"),
    ],
)
def test_only_these_pass(
    marbles: Marbles, operator: Callable[[Any], Any], source: str, expected: str
) -> None:
    marbles(source, letters(operator), expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--a--k--a--|", letters(only("content.delta")), "--a---", until="------!")


def test_events_of_tools_are_known_by_their_names() -> None:
    called = call_events("search", ["{", "}"])
    passed = run(OnlyMachine(frozenset({"tool_calls.function.arguments.done"})), called)
    assert [event.arguments for event in passed] == ["{}"]


def test_an_event_that_is_new_in_a_protocol_is_known_by_its_name() -> None:
    new = UnknownResponseEvent(type="response.new")
    assert run(OnlyMachine(frozenset({"response.new"})), [new, DELTA]) == [new]


@pytest.mark.parametrize("wrong", [(), (1,), ("content.delta", None)])
def test_what_is_no_type_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="only takes the names of types"):
        only(*wrong)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("contnet.delta", "content.delta"),
        ("content.detla", "content.delta"),
        ("content_delta", "content.delta"),
        ("content.dones", "content.done"),
        ("tool_calls.function.argument.done", "tool_calls.function.arguments.done"),
        ("finsh", "finish"),
    ],
)
def test_a_misspelt_type_is_refused_at_once_with_the_one_that_is_meant(
    name: str, meant: str
) -> None:
    with pytest.raises(ValueError, match=f"{name!r} is none: perhaps .*{meant!r}.* is meant"):
        only("usage", name)


@pytest.mark.parametrize("name", ["order.placed", "delta", "content-delta", "my.content", "done"])
def test_events_of_ones_own_pass_by_the_name_of_their_type(name: str) -> None:
    own = SimpleNamespace(type=name)
    passed: list[Any] = []
    reactivex.of(own, DELTA).pipe(only(name)).subscribe(passed.append)
    assert passed == [own]


def test_no_type_of_a_protocol_is_taken_for_a_misspelt_one() -> None:
    recorded = {
        name.decode()
        for path in RECORDINGS.rglob("*.sse")
        for name in re.findall(rb'"type": ?"([a-z_.]+)"', path.read_bytes())
    }
    assert "response.output_text.delta" in recorded
    assert "content_block_delta" in recorded
    for name in sorted(recorded):
        only(name)
