"""Two wrappers of a machine: one holds events until the first content, one notes content's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.hold import HELD_EVENTS, ContentWatch, Hold
from streamkit.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Twice(Machine[str, str]):
    """A machine that emits each input twice, and a farewell at the end."""

    def __init__(self) -> None:
        self.failed_by: list[Exception] = []

    def feed(self, value: str, /) -> Sequence[str]:
        return (value, value)

    def close(self) -> Iterable[str]:
        return ("bye",)

    def fail(self, error: Exception, /) -> None:
        self.failed_by.append(error)


def test_events_are_kept_until_one_is_content() -> None:
    hold = Hold(Twice(), str.isupper)
    assert [*hold.feed("a"), *hold.feed("b")] == []
    assert hold.holds
    assert list(hold.feed("C")) == ["a", "a", "b", "b", "C", "C"]
    assert not hold.holds
    assert list(hold.feed("d")) == ["d", "d"]


def test_no_more_events_are_kept_than_the_limit() -> None:
    hold = Hold(Twice(), str.isupper)
    given = [len(hold.feed("a")) for _ in range(HELD_EVENTS)]
    assert given == [0] * (HELD_EVENTS // 2 - 1) + [HELD_EVENTS] + [2] * (HELD_EVENTS // 2)


def test_what_is_kept_comes_before_the_end() -> None:
    hold = Hold(Twice(), str.isupper)
    hold.feed("a")
    assert list(hold.close()) == ["a", "a", "bye"]


def test_what_is_released_comes_once() -> None:
    hold = Hold(Twice(), str.isupper)
    hold.feed("a")
    assert list(hold.release()) == ["a", "a"]
    assert list(hold.release()) == []
    assert list(hold.close()) == ["bye"]


def test_content_is_noted_before_its_events() -> None:
    emitted: list[str] = []
    watch = ContentWatch(Twice(), str.isupper, lambda: emitted.append("content"))
    for value in "aBc":
        emitted.extend(watch.feed(value))
    emitted.extend(watch.close())
    assert emitted == ["a", "a", "content", "B", "B", "c", "c", "bye"]


def test_held_content_is_noted_when_it_comes() -> None:
    emitted: list[str] = []
    hold = Hold(ContentWatch(Twice(), str.isupper, lambda: emitted.append("content")), str.islower)
    assert (list(hold.feed("A")), emitted) == ([], ["content"])


def test_an_error_goes_to_the_machine_within() -> None:
    machine, error = Twice(), OSError("lost")
    Hold(ContentWatch(machine, str.isupper, list), str.isupper).fail(error)
    assert machine.failed_by == [error]
