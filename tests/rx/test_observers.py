from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from reactivex import operators as rx_operators

from streamkit import OpenAI, StreamTruncatedError
from streamkit._rx.observers import Observers
from tests import sse_bodies
from tests.http_server import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc


class Notes:
    """The notifications of an observer; the end is the error, or ``|``."""

    def __init__(self) -> None:
        self.recorded: list[object] = []

    def subscribe_to(self, observers: Observers[str]) -> abc.DisposableBase:
        note = self.recorded.append
        return observers.observable.subscribe(note, note, lambda: note("|"))


class RefusedError(Exception):
    """The error that an observer raises."""


def refuse(*_: object) -> None:
    raise RefusedError


def test_every_observer_gets_everything_from_its_subscription_on() -> None:
    observers: Observers[str] = Observers()
    first, second = Notes(), Notes()
    first.subscribe_to(observers)
    observers.emit("a")
    second.subscribe_to(observers)
    observers.emit("b")
    observers.complete()
    assert (first.recorded, second.recorded) == (["a", "b", "|"], ["b", "|"])


def test_an_error_of_the_stream_is_emitted() -> None:
    observers: Observers[str] = Observers()
    notes, error = Notes(), OSError("lost")
    notes.subscribe_to(observers)
    observers.fail(error)
    assert notes.recorded == [error]


@pytest.mark.parametrize("error", [None, OSError("lost")])
def test_an_observer_after_the_end_gets_the_same_end(error: OSError | None) -> None:
    observers: Observers[str] = Observers()
    notes = Notes()
    if error:
        observers.fail(error)
    else:
        observers.complete()
    notes.subscribe_to(observers)
    assert notes.recorded == [error or "|"]


def test_there_is_one_end() -> None:
    observers: Observers[str] = Observers()
    notes = Notes()
    notes.subscribe_to(observers)
    observers.complete()
    observers.fail(OSError("lost"))
    observers.complete()
    assert notes.recorded == ["|"]


def test_a_disposed_observer_gets_nothing_more() -> None:
    observers: Observers[str] = Observers()
    staying, leaving = Notes(), Notes()
    staying.subscribe_to(observers)
    subscription = leaving.subscribe_to(observers)
    observers.emit("a")
    subscription.dispose()
    subscription.dispose()
    observers.emit("b")
    observers.complete()
    assert (staying.recorded, leaving.recorded) == (["a", "b", "|"], ["a"])


def test_an_operator_that_has_enough_lets_go() -> None:
    observers: Observers[str] = Observers()
    recorded: list[str] = []
    observers.observable.pipe(rx_operators.take(1)).subscribe(recorded.append)
    assert observers.watching
    observers.emit("a")
    assert not observers.watching
    observers.emit("b")
    assert recorded == ["a"]


def test_there_are_observers_while_there_are() -> None:
    observers: Observers[str] = Observers()
    assert not observers.watching
    subscription = Notes().subscribe_to(observers)
    assert observers
    subscription.dispose()
    assert not observers.watching


def test_an_observer_that_subscribes_during_an_event_gets_the_next_one() -> None:
    observers: Observers[str] = Observers()
    late = Notes()

    def invite(_: str) -> None:
        late.subscribe_to(observers)

    observers.observable.pipe(rx_operators.take(1)).subscribe(invite)
    observers.emit("a")
    observers.emit("b")
    assert late.recorded == ["b"]


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
    observers.emit("a")
    observers.emit("b")
    observers.complete()
    assert before.recorded == after.recorded == ["a", "b", "|"]
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
    assert len(notes.recorded) == 1
    with pytest.raises(RefusedError):
        observers.raise_theirs()


def test_what_several_raise_is_raised_together() -> None:
    observers: Observers[str] = Observers()
    for _ in range(2):
        observers.observable.subscribe(refuse)
    observers.emit("a")
    with pytest.raises(ExceptionGroup) as raised:
        observers.raise_theirs()
    assert [type(error) for error in raised.value.exceptions] == [RefusedError] * 2


def test_what_they_raise_is_raised_once() -> None:
    observers: Observers[str] = Observers()
    observers.raise_theirs()
    observers.observable.subscribe(refuse)
    observers.emit("a")
    with pytest.raises(RefusedError):
        observers.raise_theirs()
    observers.raise_theirs()


def test_where_the_stream_has_failed_what_they_raised_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    observers: Observers[str] = Observers()
    lost = OSError("lost")
    observers.observable.subscribe(refuse)
    observers.observable.subscribe()  # an observer without on_error raises the error itself
    observers.emit("a")
    observers.fail(lost)
    observers.log_theirs(lost)
    observers.raise_theirs()
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is RefusedError


def test_one_that_raises_hides_no_error_of_a_stream(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes()
    with ScriptedServer(sse_bodies.stream(sse_bodies.part("Half"))) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            messages = [{"role": "user", "content": "hello"}]
            with client.chat.completions.stream(model="m", messages=messages) as stream:
                stream.subscribe(refuse)
                stream.subscribe(notes.recorded.append, notes.recorded.append)
                with pytest.raises(StreamTruncatedError) as raised:
                    stream.until_done()
    assert notes.recorded[-1] is raised.value
    logged = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert logged == [RefusedError]


def test_an_observer_that_subscribes_during_the_end_gets_it_once() -> None:
    observers: Observers[str] = Observers()
    late = Notes()

    def invite() -> None:
        late.subscribe_to(observers)

    observers.observable.subscribe(on_completed=invite)
    observers.observable.subscribe(on_completed=invite)
    observers.complete()
    assert late.recorded == ["|", "|"]


def test_an_observer_that_subscribes_from_another_thread_gets_the_end_once() -> None:
    observers: Observers[str] = Observers()
    all_notes = [Notes() for _ in range(50)]

    def subscribe() -> None:
        for notes in all_notes:
            notes.subscribe_to(observers)

    thread = threading.Thread(target=subscribe)
    thread.start()
    observers.complete()
    thread.join()
    assert [notes.recorded for notes in all_notes] == [["|"]] * 50


def test_what_is_no_ordinary_exception_is_not_held_back() -> None:
    observers: Observers[str] = Observers()

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    observers.observable.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        observers.emit("a")
