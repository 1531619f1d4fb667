"""A source of the states of a job, and diagrams of what is polled from it in virtual time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from reactivex import Observable
from reactivex.notification import OnError, OnNext
from reactivex.testing import ReactiveTest, TestScheduler
from reactivex.testing.recorded import Recorded


@dataclass(frozen=True)
class Job:
    """A state: its name in a diagram, and the hint that comes with it."""

    status: str
    hint: object = None
    id: str = "job_1"

    def __str__(self) -> str:
        return self.status


@dataclass
class Source:
    """A source that returns its states, raises the exceptions among them, and repeats the last."""

    states: list[Any]
    on_fetch: Callable[[], object] = lambda: None
    fetches: int = 0

    def __call__(self) -> Any:
        state = self.states[min(self.fetches, len(self.states) - 1)]
        self.fetches += 1
        self.on_fetch()
        if isinstance(state, Exception):
            raise state
        return Job(state) if isinstance(state, str) else state


def is_z(state: Any) -> bool | None:
    """Return whether a state is final: "z" is, and "?" is unknown."""
    return None if state.status == "?" else bool(state.status == "z")


def diagram(
    observable: Observable[Any], *, until: str = "", scheduler: TestScheduler | None = None
) -> str:
    """Return the diagram of an observable in virtual time, a column a second; ``!`` disposes."""
    disposed = ReactiveTest.subscribed + until.index("!") if until else ReactiveTest.disposed
    observer = (scheduler or TestScheduler()).start(lambda: observable, disposed=disposed)
    return drawn(observer.messages)


def drawn(messages: Iterable[Recorded[Any]]) -> str:
    text = ""
    for time, records in itertools.groupby(messages, lambda record: record.time):
        signs = [sign(record.value) for record in records]
        text = text.ljust(int(time - ReactiveTest.subscribed), "-")
        text += signs[0] if len(signs) == 1 else f"({','.join(signs)})"
    return text


def sign(notification: Any) -> str:
    if isinstance(notification, OnNext):
        return str(cast("OnNext[object]", notification).value)
    return "#" if isinstance(notification, OnError) else "|"


def failure(observable: Observable[Any]) -> Any:
    """Return the error that ends an observable in virtual time."""
    observer = TestScheduler().start(lambda: observable, disposed=5000)
    return getattr(observer.messages[-1].value, "exception")  # noqa: B009 - only errors have one
