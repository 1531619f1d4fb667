from __future__ import annotations

import string
from typing import TYPE_CHECKING

import reactivex as rx
from reactivex import operators as rx_operators

from streamkit.operators import pipe

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
