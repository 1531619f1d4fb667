"""Functions on threads keep the rules of operators on the events of every protocol."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from reactivex.subject import Subject

from streamkit import APIConnectionError
from streamkit import operators as ops
from tests.families.common.answers import ANSWERS, Answer, in_letters
from tests.families.common.protocols import PROTOCOLS
from tests.families.common.taking import begun, events_of, source_of

if TYPE_CHECKING:
    from reactivex import Observable

families = pytest.mark.parametrize("family", PROTOCOLS)

TEXT, CALLS = ANSWERS["text"], ANSWERS["calls"]
LOST = APIConnectionError(message="lost")


def taken(observable: Observable[Any]) -> tuple[list[Any], Any]:
    """Return the outputs of an observable that may end on another thread, and its error."""
    outputs: list[Any] = []
    errors: list[Exception] = []
    ended = threading.Event()

    def fail(error: Exception) -> None:
        errors.append(error)
        ended.set()

    observable.subscribe(outputs.append, fail, ended.set)
    assert ended.wait(10)
    return outputs, next(iter(errors), None)


def slowly(event: Any) -> str:
    return str(event.type)


def greet(name: str) -> str:
    return f"Hello {name}"


def results(events: list[Any]) -> list[Any]:
    return sorted(each.output for each in events if each.type == "tool.result")


ON_THREADS: dict[str, tuple[Any, Any]] = {
    "map_async": (lambda: ops.map_async(slowly), list),
    "call_tools": (lambda: ops.call_tools({"greet": greet}), results),
}
on_threads = pytest.mark.parametrize(("operator", "shown"), ON_THREADS.values(), ids=ON_THREADS)
RESULTS = ["Hello Ada", "Hello Bo"]


@families
@on_threads
@pytest.mark.parametrize("answer", [CALLS, in_letters(CALLS)], ids=["pieces", "letters"])
def test_functions_on_threads_have_all_their_results(
    family: str, operator: Any, shown: Any, answer: Answer
) -> None:
    events = events_of(family, answer)
    expected = [event.type for event in events] if shown is list else RESULTS
    pipeline = source_of(events).pipe(operator())
    for _ in range(2):  # each subscription has a state of its own
        outputs, error = taken(pipeline)
        assert (shown(outputs), error) == (expected, None)


@families
@on_threads
def test_an_error_of_the_source_ends_functions_on_threads(
    family: str, operator: Any, shown: Any
) -> None:
    outputs, error = taken(source_of(begun(events_of(family, CALLS)), LOST).pipe(operator()))
    assert error is LOST
    assert len(shown(outputs)) <= len(outputs)


@on_threads
def test_an_empty_source_calls_no_function(operator: Any, shown: Any) -> None:
    outputs, error = taken(source_of([]).pipe(operator()))
    assert (shown(outputs), error) == ([], None)


@families
@on_threads
def test_disposal_lets_the_source_of_functions_go(family: str, operator: Any, shown: Any) -> None:
    source: Subject[Any] = Subject()
    outputs: list[Any] = []
    subscription = source.pipe(operator()).subscribe(outputs.append)
    first, *rest = events_of(family, CALLS)
    source.on_next(first)
    subscription.dispose()
    assert not source.observers
    before = shown(outputs)
    for event in rest:
        source.on_next(event)
    assert shown(outputs) == before


# Operators on the chunks of chat alone


@families
@pytest.mark.parametrize("name", ["accumulate", "split_by_choice", "split_think"])
def test_an_operator_on_chunks_says_that_it_takes_no_common_events(family: str, name: str) -> None:
    operator = getattr(ops, name)()
    _, error = taken(source_of(events_of(family, TEXT)[-1:]).pipe(operator))
    assert isinstance(error, TypeError)
    assert str(error).startswith(f"{name} takes Ch")
