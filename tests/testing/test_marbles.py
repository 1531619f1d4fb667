"""`assert_marbles` compares typed events with diagrams, and says what is unlike."""

from __future__ import annotations

from itertools import count
from typing import Any

import pydantic
import pytest
import reactivex
from _pytest.assertion.rewrite import AssertionRewriter
from reactivex import operators as rx
from reactivex.disposable import Disposable

import streamkit.operators as ops
import streamkit.testing
from streamkit.testing import assert_marbles, events_of


class Person(pydantic.BaseModel):
    a: int


EVENTS = events_of({"reasoning_content": "Hm."}, "Hello", " world")
BY_TYPE: dict[str, list[Any]] = {}
for each in EVENTS:
    BY_TYPE.setdefault(each.type, []).append(each)
VALUES = {
    "r": BY_TYPE["reasoning.delta"][0],
    "a": BY_TYPE["content.delta"][0],
    "b": BY_TYPE["content.delta"][1],
    "d": BY_TYPE["content.done"][0],
}


def test_events_have_their_names_in_a_diagram() -> None:
    assert_marbles("-r-a--(b,d)-|", ops.only("content.delta"), "---a--b-----|", values=VALUES)


def test_outputs_are_compared_by_what_matters() -> None:
    def shout(event: Any) -> str:
        return str(event.delta).upper()

    upper = rx.map(shout)
    values = {**VALUES, "A": "HELLO"}
    assert_marbles("--a--|", upper, "--A--|", values=values)
    deltas = {**VALUES, "A": "Hello"}
    assert_marbles("-a-|", ops.only("content.delta"), "-A-|", values=deltas, by=lambda e: e.delta)


def test_errors_and_disposal_are_compared() -> None:
    assert_marbles("--a--#", rx.map(lambda x: x), "--a--#")
    assert_marbles("--a--#", rx.map(lambda x: x), "--a--#", error=KeyError("k"))
    assert_marbles("-a-b-|", rx.map(lambda x: x), "-a---", until="--!")
    assert_marbles("-a-|", rx.map(lambda _: 1 // 0), "-#", raises=ZeroDivisionError)


UNLIKE: list[tuple[Any, str]] = [
    (rx.delay(1.0), "tick 3: emits 'a'"),
    (rx.map(lambda _: "x"), "tick 2: emits 'x'\n"),
    (rx.take(0), "the operator emits"),
]


@pytest.mark.parametrize(("operator", "said"), UNLIKE)
def test_what_is_unlike_is_said(operator: Any, said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_marbles("--a--|", operator, "--a--|")
    assert said in str(caught.value)
    assert "expected to emit\n  tick 2: emits 'a'\n  tick 5: completes" in str(caught.value)


@pytest.mark.parametrize("diagram", ["-a-(b|)", "-a-(b#)", "-(a,b|)"])
def test_a_tick_without_commas_is_refused_with_how_it_is_written(diagram: str) -> None:
    with pytest.raises(ValueError, match=r"commas separate .*, as in \(b,[|#]\)"):
        assert_marbles("-a-b|", rx.map(lambda x: x), diagram)


def test_a_failure_shows_the_line_of_the_test_and_a_module_may_import_what_it_loads() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_marbles("-a-|", rx.map(lambda x: x), "-b-|")
    assert caught.traceback[-1].frame.f_locals["__tracebackhide__"]
    assert AssertionRewriter.is_rewrite_disabled(streamkit.testing.__doc__ or "")


def test_a_source_that_is_not_let_go_is_noticed() -> None:
    def holds(source: reactivex.Observable[Any]) -> reactivex.Observable[Any]:
        def subscribe(observer: Any, _: Any = None) -> Disposable:
            source.subscribe(observer.on_next, observer.on_error, observer.on_completed)
            return Disposable()

        return reactivex.create(subscribe)

    with pytest.raises(AssertionError, match="the source was subscribed to"):
        assert_marbles("-a-b-|", holds, "-a---", until="--!")


def test_state_that_subscriptions_share_is_noticed() -> None:
    counts = count()
    with pytest.raises(AssertionError, match="the operator emits"):
        assert_marbles("-a-|", rx.map(lambda _: next(counts)), "-0-|")


def test_events_are_those_of_an_answer() -> None:
    assert [event.type for event in EVENTS if event.type != "chunk"] == [
        "reasoning.delta",
        "content.delta",
        "content.delta",
        "reasoning.done",
        "content.done",
        "finish",
    ]
    *_, done, _ = events_of('{"a": ', "1}", format=Person)
    assert done.parsed == Person(a=1)
