"""Two machines in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streamkit._core.chain import Chain
from streamkit._core.machine import AnswerMachine, Machine
from streamkit.errors import ParseError, StreamTruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Letters(AnswerMachine[str, str, str]):
    """A word to its letters; at the end two more, and an error if there is one."""

    def __init__(self, error: Exception | None = None) -> None:
        self._words = ""
        self._error = error

    def feed(self, value: str, /) -> Sequence[str]:
        self._words += value
        return value

    def close(self) -> Iterator[str]:
        yield from "yz"
        if self._error is not None:
            raise self._error

    def snapshot(self) -> str:
        return self._words

    def final(self) -> str:
        return self._words + "!"


class Counted(Machine["Sequence[str]", str]):
    """Some letters to one text, with their number; at the end a dot."""

    def feed(self, value: Sequence[str], /) -> Sequence[str]:
        return (f"{len(value)}:{''.join(value)}",)

    def close(self) -> Iterator[str]:
        yield "."


def test_the_second_gets_all_outputs_for_an_input_at_once() -> None:
    assert [*Chain(Letters(), Counted()).feed("abc")] == ["3:abc"]


def test_at_the_end_the_second_gets_one_output_after_another_and_is_closed() -> None:
    assert [*Chain(Letters(), Counted()).close()] == ["1:y", "1:z", "."]


def test_the_error_of_the_end_comes_after_its_outputs() -> None:
    closing = Chain(Letters(ParseError("no", content="")), Counted()).close()
    assert [next(closing), next(closing)] == ["1:y", "1:z"]
    with pytest.raises(ParseError):
        next(closing)


def test_the_answer_is_that_of_the_first() -> None:
    chain = Chain(Letters(), Counted())
    chain.feed("ab")
    error = StreamTruncatedError("cut")
    chain.fail(error)
    assert (chain.snapshot(), chain.final(), error.partial) == ("ab", "ab!", "ab")
