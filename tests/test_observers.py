from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from reactivex import operators as rx_operators

from streamkit.observers import Observers

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc


class Notes:
    """What an observer was told; the end is the error, or ``|``."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def subscribe_to(self, observers: Observers[str]) -> abc.DisposableBase:
        note = self.told.append
        return observers.observable.subscribe(note, note, lambda: note("|"))


class RefusedError(Exception):
    """What an observer raises in these tests."""


def refuse(*_: object) -> None:
    raise RefusedError


def test_every_observer_is_told_everything_from_its_subscription_on() -> None:
    observers: Observers[str] = Observers()
    first, second = Notes(), Notes()
    first.subscribe_to(observers)
    observers.tell("a")
    second.subscribe_to(observers)
    observers.tell("b")
    observers.complete()
    assert (first.told, second.told) == (["a", "b", "|"], ["b", "|"])


def test_an_error_of_the_stream_is_told() -> None:
    observers: Observers[str] = Observers()
    notes, error = Notes(), OSError("lost")
    notes.subscribe_to(observers)
    observers.fail(error)
    assert notes.told == [error]


@pytest.mark.parametrize("error", [None, OSError("lost")])
def test_whoever_comes_after_the_end_is_told_how_it_was(error: OSError | None) -> None:
    observers: Observers[str] = Observers()
    notes = Notes()
    if error:
        observers.fail(error)
    else:
        observers.complete()
    notes.subscribe_to(observers)
    assert notes.told == [error or "|"]


def test_there_is_one_end() -> None:
    observers: Observers[str] = Observers()
    notes = Notes()
    notes.subscribe_to(observers)
    observers.complete()
    observers.fail(OSError("lost"))
    observers.complete()
    assert notes.told == ["|"]


def test_whoever_has_disposed_is_told_nothing_more() -> None:
    observers: Observers[str] = Observers()
    staying, leaving = Notes(), Notes()
    staying.subscribe_to(observers)
    subscription = leaving.subscribe_to(observers)
    observers.tell("a")
    subscription.dispose()
    subscription.dispose()
    observers.tell("b")
    observers.complete()
    assert (staying.told, leaving.told) == (["a", "b", "|"], ["a"])


def test_an_operator_that_has_enough_lets_go() -> None:
    observers: Observers[str] = Observers()
    told: list[str] = []
    observers.observable.pipe(rx_operators.take(1)).subscribe(told.append)
    assert observers.watching
    observers.tell("a")
    assert not observers.watching
    observers.tell("b")
    assert told == ["a"]


def test_there_are_observers_while_there_are() -> None:
    observers: Observers[str] = Observers()
    assert not observers.watching
    subscription = Notes().subscribe_to(observers)
    assert observers
    subscription.dispose()
    assert not observers.watching


def test_one_that_subscribes_while_others_are_told_hears_the_next_event() -> None:
    observers: Observers[str] = Observers()
    late = Notes()

    def invite(_: str) -> None:
        late.subscribe_to(observers)

    observers.observable.pipe(rx_operators.take(1)).subscribe(invite)
    observers.tell("a")
    observers.tell("b")
    assert late.told == ["b"]


def test_one_that_raises_is_let_go_and_hurts_no_other() -> None:
    observers: Observers[str] = Observers()
    before, after = Notes(), Notes()
    refused: list[str] = []

    def refuse_all(event: str) -> None:
        refused.append(event)
        raise RefusedError

    before.subscribe_to(observers)
    observers.observable.subscribe(refuse_all)
    after.subscribe_to(observers)
    observers.tell("a")
    observers.tell("b")
    observers.complete()
    assert before.told == after.told == ["a", "b", "|"]
    assert refused == ["a"]
    with pytest.raises(RefusedError):
        observers.raise_theirs()


@pytest.mark.parametrize(
    "end",
    [Observers[str].complete, partial(Observers[str].fail, error=OSError("lost"))],
    ids=["complete", "fail"],
)
def test_one_that_raises_at_the_end_hurts_no_other(end: Callable[[Observers[str]], None]) -> None:
    observers: Observers[str] = Observers()
    notes = Notes()
    observers.observable.subscribe(on_error=refuse, on_completed=refuse)
    notes.subscribe_to(observers)
    end(observers)
    assert len(notes.told) == 1
    with pytest.raises(RefusedError):
        observers.raise_theirs()


def test_what_several_raise_is_raised_together() -> None:
    observers: Observers[str] = Observers()
    for _ in range(2):
        observers.observable.subscribe(refuse)
    observers.tell("a")
    with pytest.raises(ExceptionGroup) as raised:
        observers.raise_theirs()
    assert [type(error) for error in raised.value.exceptions] == [RefusedError] * 2


def test_what_they_raise_is_raised_once() -> None:
    observers: Observers[str] = Observers()
    observers.raise_theirs()
    observers.observable.subscribe(refuse)
    observers.tell("a")
    with pytest.raises(RefusedError):
        observers.raise_theirs()
    observers.raise_theirs()


def test_what_is_no_ordinary_exception_is_not_held_back() -> None:
    observers: Observers[str] = Observers()

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    observers.observable.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        observers.tell("a")
