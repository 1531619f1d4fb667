from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.disposable import Disposable

from streamkit.machine import Machine
from streamkit.operators import lift, pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

    from tests.conftest import Marbles


class RefusedError(Exception):
    """The error that the machine under test raises."""


class Twice(Machine[str, str]):
    """A machine that emits each input twice with a count, and at the end the count.

    ``stop`` is its last input, ``raise`` makes it raise, and ``leave`` makes ``close()`` raise.
    """

    def __init__(self) -> None:
        self._fed = 0
        self._leaves = False
        self.failed_with: Exception | None = None

    def feed(self, value: str, /) -> Sequence[str]:
        self._fed += 1
        if value == "raise":
            raise RefusedError
        if value == "leave":
            self._leaves = True
            return ()
        self.done = value == "stop"
        return [f"{value}{self._fed}"] * 2

    def close(self) -> Iterable[str]:
        yield f"fed{self._fed}"
        if self._leaves:
            raise RefusedError

    def fail(self, error: Exception, /) -> None:
        self.failed_with = error


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--a--------b--------|", "--(a1,a1)--(b2,b2)--(fed2,|)", id="some"),
        pytest.param("--|", "--(fed0,|)", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--a--------#", "--(a1,a1)--#", id="error"),
        pytest.param("-#", "-#", id="error at once"),
        pytest.param("--stop-----b--|", "--(stop1,stop1,fed1,|)", id="done"),
    ],
)
def test_an_operator_does_as_its_machine(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, lift(Twice), expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--a--------raise--b--|", "--(a1,a1)--#", id="in an input"),
        pytest.param("--leave--|", "---------(fed1,#)", id="at the end"),
    ],
)
def test_what_a_machine_raises_is_the_error_of_the_stream(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, lift(Twice), expected, raises=RefusedError)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--a--------b--|", lift(Twice), "--(a1,a1)--", until="-----!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--a--b--|", pipe(lift(Twice), rx_operators.take(1)), "--(a1,|)")


def test_state_is_per_subscription() -> None:
    observable = rx.of("a", "b").pipe(lift(Twice))
    assert outputs(observable) == outputs(observable) == ["a1", "a1", "b2", "b2", "fed2"]


def test_a_machine_hears_of_an_error_of_the_source() -> None:
    machines: list[Twice] = []
    error = OSError("lost")
    ended_with: list[Exception] = []

    def make() -> Twice:
        machines.append(Twice())
        return machines[-1]

    rx.throw(error).pipe(lift(make)).subscribe(on_error=ended_with.append)
    assert ended_with == [error]
    assert [machine.failed_with for machine in machines] == [error]


@pytest.mark.parametrize("source", [rx.of(1), rx.empty()], ids=["by an input", "by the end"])
def test_a_machine_hears_of_its_own_errors(source: Observable[int]) -> None:
    raised: list[Exception] = []
    rx_error = ValueError("mine")

    class Failing(Machine[int, int]):
        def feed(self, _value: int, /) -> Sequence[int]:
            raise rx_error

        def close(self) -> Iterable[int]:
            raise rx_error

        def fail(self, error: Exception, /) -> None:
            error.add_note("evidence")

    source.pipe(lift(Failing)).subscribe(on_error=raised.append)
    assert raised == [rx_error]
    assert rx_error.__notes__ == ["evidence"]


def test_a_source_that_pushes_while_it_is_subscribed_to_is_not_heard_after_the_end() -> None:
    def subscribe(observer: rx.abc.ObserverBase[str], _: object = None) -> rx.abc.DisposableBase:
        for value in ("a", "stop", "b"):
            observer.on_next(value)
        observer.on_completed()
        return Disposable()

    observable: Observable[str] = rx.Observable(subscribe)
    ends: list[str] = []
    recorded: list[str] = []
    observable.pipe(lift(Twice)).subscribe(recorded.append, on_completed=lambda: ends.append("|"))
    assert recorded == ["a1", "a1", "stop2", "stop2", "fed2"]
    assert ends == ["|"]


@pytest.mark.parametrize("last", ["stop", "raise"])
def test_the_source_is_let_go_before_the_end_is_emitted(last: str) -> None:
    subject: rx.Subject[str] = rx.Subject()
    listening: list[int] = []

    def note(*_: object) -> None:
        listening.append(len(subject.observers))

    subject.pipe(lift(Twice)).subscribe(on_error=note, on_completed=note)
    subject.on_next(last)
    assert listening == [0]


@pytest.mark.parametrize("place", ["next", "error", "completed"])
def test_what_an_observer_raises_is_raised_where_the_source_is_driven(place: str) -> None:
    subject: rx.Subject[str] = rx.Subject()

    def fail(*_: object) -> None:
        raise RefusedError

    def ignore(*_: object) -> None:
        pass

    observers: dict[str, Callable[..., None]] = {
        "next": ignore,
        "error": ignore,
        "completed": ignore,
    }
    observers[place] = fail
    subject.pipe(lift(Silent)).subscribe(
        observers["next"], observers["error"], observers["completed"]
    )
    drive: dict[str, Callable[[], None]] = {
        "next": lambda: subject.on_next("a"),
        "error": lambda: subject.on_error(OSError("lost")),
        "completed": subject.on_completed,
    }
    with pytest.raises(RefusedError):
        drive[place]()


class Forgetful(Machine[str, str]):
    """A machine whose ``feed`` returns nothing for "b", and whose ``close`` may return nothing."""

    def feed(self, value: str, /) -> Sequence[str]:
        nothing: Any = None
        return cast("Sequence[str]", nothing) if value == "b" else (value,)

    def close(self) -> Iterable[str]:
        nothing: Any = None
        return cast("Iterable[str]", nothing)


@pytest.mark.parametrize(
    ("source", "came", "said"),
    [
        (
            "ab",
            ["a"],
            "Forgetful.feed() returns the outputs, as a list or a tuple, and not NoneType",
        ),
        (
            "a",
            ["a"],
            "Forgetful.close() returns the outputs, as a list or a tuple, and not NoneType",
        ),
    ],
    ids=["feed", "close"],
)
def test_a_machine_that_returns_no_outputs_is_named_in_the_error(
    source: str, came: list[str], said: str
) -> None:
    subject: rx.Subject[str] = rx.Subject()
    recorded: list[str] = []
    failed: list[Exception] = []
    subject.pipe(lift(Forgetful)).subscribe(recorded.append, failed.append)
    for value in source:
        subject.on_next(value)
    subject.on_completed()
    assert recorded == came
    assert [(type(error), str(error)) for error in failed] == [(TypeError, said)]
    assert subject.observers == []


def test_a_function_that_makes_no_machine_is_named_in_the_error() -> None:
    def counter() -> Any:
        Twice()

    with pytest.raises(TypeError, match="counter must return a machine, and not NoneType"):
        rx.just("a").pipe(lift(counter)).subscribe()


class Silent(Machine[str, str]):
    """A machine that emits its inputs, and overrides nothing else."""

    def feed(self, value: str, /) -> Sequence[str]:
        return (value,)


def outputs(observable: Observable[str]) -> list[str]:
    recorded: list[str] = []
    observable.subscribe(recorded.append)
    return recorded
