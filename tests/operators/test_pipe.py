from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.disposable import Disposable

from streamkit._rx.observable import Observable as OwnObservable
from streamkit.operators import accumulate, decode, pipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from tests.conftest import Marbles


def adding(letter: str) -> Callable[[Observable[str]], Observable[str]]:
    def add(value: str) -> str:
        return letter + value

    return rx_operators.map(add)


def test_operators_are_applied_from_left_to_right(marbles: Marbles) -> None:
    marbles("--a----b----|", pipe(adding("f"), adding("g")), "--gfa--gfb--|")


def test_errors_pass(marbles: Marbles) -> None:
    marbles("--a----#", pipe(adding("f"), adding("g")), "--gfa--#")


def test_disposal_reaches_the_source(marbles: Marbles) -> None:
    marbles("--a----b----|", pipe(adding("f"), adding("g")), "--gfa--", until="----!")


def test_a_pipe_goes_into_a_pipe(marbles: Marbles) -> None:
    inner = pipe(adding("f"), adding("g"))
    marbles("--a------|", pipe(inner, inner), "--gfgfa--|")


def test_without_operators_it_gives_back_its_source() -> None:
    source = rx.of("a")
    assert pipe()(source) is source


def test_any_number_of_operators_go_into_it(marbles: Marbles) -> None:
    letters = string.ascii_lowercase
    marbles("--a" + "-" * 26 + "|", pipe(*map(adding, letters)), f"--{letters[::-1]}a|")


def test_an_operator_is_applied_when_the_pipe_is_not_before() -> None:
    applied: list[str] = []

    def note(source: Observable[str]) -> Observable[str]:
        applied.append("applied")
        return source

    operator = pipe(note)
    assert applied == []
    operator(rx.of("a"))
    assert applied == ["applied"]


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (accumulate, "accumulate is none: if it makes one, call it"),
        (decode, "decode is none: if it makes one, call it"),
        (print, "print makes nothing of its source"),
        (5, "not int"),
    ],
)
def test_what_is_no_operator_is_named(operator: Any, words: str) -> None:
    with pytest.raises(TypeError, match=f"pipe takes operators, and {words}"):
        pipe(operator)(rx.empty())
    own: OwnObservable[int] = OwnObservable(_never)
    with pytest.raises(TypeError, match=words):
        own.pipe(operator)


def _never(*_: object) -> Disposable:
    return Disposable()
