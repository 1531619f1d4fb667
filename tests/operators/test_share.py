from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators

from streamkit import OpenAI
from streamkit.operators import share
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


class RefusedError(Exception):
    """The error that an observer raises."""


def refuse(*_: object) -> None:
    raise RefusedError


class Notes:
    """The notifications of an observer; the end is the error, or ``|``."""

    def __init__(self) -> None:
        self.recorded: list[Any] = []

    def subscribe_to(self, source: rx.Observable[Any]) -> rx.abc.DisposableBase:
        note = self.recorded.append
        return source.subscribe(note, note, lambda: note("|"))


@pytest.fixture
def source() -> rx.Subject[str]:
    return rx.Subject()


@pytest.fixture
def shared(source: rx.Subject[str]) -> rx.Observable[str]:
    return source.pipe(share())


def complete(source: rx.Subject[str]) -> None:
    source.on_completed()


LOST = OSError("lost")


def fail(source: rx.Subject[str]) -> None:
    source.on_error(LOST)


ENDS = pytest.mark.parametrize(
    ("end", "recorded"), [(complete, "|"), (fail, LOST)], ids=["complete", "error"]
)


@ENDS
def test_there_is_one_subscription_for_all(
    source: rx.Subject[str],
    shared: rx.Observable[str],
    end: Callable[[rx.Subject[str]], None],
    recorded: object,
) -> None:
    first, late, after_the_end = Notes(), Notes(), Notes()
    first.subscribe_to(shared)
    source.on_next("a")
    late.subscribe_to(shared)
    assert len(source.observers) == 1
    source.on_next("b")
    end(source)
    after_the_end.subscribe_to(shared)
    assert first.recorded == ["a", "b", recorded]
    assert late.recorded == ["b", recorded]
    assert after_the_end.recorded == [recorded]


def test_an_empty_source_is_empty(source: rx.Subject[str], shared: rx.Observable[str]) -> None:
    notes = Notes()
    notes.subscribe_to(shared)
    source.on_completed()
    assert notes.recorded == ["|"]


def test_one_that_raises_hurts_no_other(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    before, after = Notes(), Notes()
    before.subscribe_to(shared)
    shared.subscribe(refuse)
    after.subscribe_to(shared)
    source.on_next("a")
    source.on_next("b")
    with pytest.raises(RefusedError):
        source.on_completed()
    assert before.recorded == after.recorded == ["a", "b", "|"]


def test_what_it_raised_is_raised_after_an_error_as_well(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    notes = Notes()
    shared.subscribe(refuse)
    notes.subscribe_to(shared)
    source.on_next("a")
    with pytest.raises(RefusedError):
        source.on_error(LOST)
    assert notes.recorded == ["a", LOST]


def test_when_all_have_raised_the_source_is_let_go(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    for _ in range(2):
        shared.subscribe(refuse)
    with pytest.raises(ExceptionGroup):
        source.on_next("a")
    assert source.observers == []


def test_the_source_is_let_go_with_the_last_and_begun_anew_by_the_next(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    first, second, third = Notes(), Notes(), Notes()
    subscriptions = [first.subscribe_to(shared), second.subscribe_to(shared)]
    subscriptions[0].dispose()
    assert len(source.observers) == 1
    subscriptions[1].dispose()
    assert source.observers == []
    third.subscribe_to(shared)
    source.on_next("a")
    assert (first.recorded, second.recorded, third.recorded) == ([], [], ["a"])


def test_after_one_that_raised_alone_the_next_begins_anew(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    shared.subscribe(refuse)
    with pytest.raises(RefusedError):
        source.on_next("a")
    notes = Notes()
    notes.subscribe_to(shared)
    source.on_next("b")
    assert notes.recorded == ["b"]


def test_an_early_end_downstream_lets_go_of_the_source(source: rx.Subject[str]) -> None:
    notes = Notes()
    notes.subscribe_to(source.pipe(share(), rx_operators.take(1)))
    source.on_next("a")
    assert notes.recorded == ["a", "|"]
    assert source.observers == []


def test_to_dispose_after_the_end_changes_nothing(
    source: rx.Subject[str], shared: rx.Observable[str]
) -> None:
    notes = Notes()
    subscription = notes.subscribe_to(shared)
    source.on_completed()
    subscription.dispose()
    notes.subscribe_to(shared)
    assert notes.recorded == ["|", "|"]


def test_many_observers_make_one_request() -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            events = client.chat.completions.observe(**ASKED).pipe(share())
            notes = Notes()
            notes.subscribe_to(rx.merge(events, events))
        assert len(server.requests) == 1
    types = [getattr(recorded, "type", recorded) for recorded in notes.recorded]
    assert types == [*sorted(["chunk", "content.delta", "content.done", "finish"] * 2), "|"]


def test_one_that_raises_leaves_the_stream_to_the_others_and_is_heard_at_the_end() -> None:
    notes = Notes()
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            events = client.chat.completions.observe(**ASKED).pipe(share())

            def begin(event: Any) -> None:
                if event.type == "chunk":
                    notes.subscribe_to(events)
                refuse()

            with pytest.raises(RefusedError):
                events.subscribe(begin)
    assert [getattr(recorded, "type", recorded) for recorded in notes.recorded] == [
        "content.delta",
        "content.done",
        "finish",
        "|",
    ]


def test_the_last_to_raise_hangs_up() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with pytest.raises(RefusedError):
                client.chat.completions.observe(**ASKED).pipe(share()).subscribe(refuse)
            assert server.hung_up.wait(10)
