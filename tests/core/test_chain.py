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
    """A word to its letters; at the end two more, and an error."""

    def __init__(self) -> None:
        self._words = ""

    def feed(self, value: str, /) -> Sequence[str]:
        self._words += value
        return value

    def close(self) -> Iterator[str]:
        yield from "yz"
        raise ParseError("no", content="")

    def snapshot(self) -> str:
        return self._words

    def final(self) -> str:
        return self._words + "!"


class Counted(Machine["Sequence[str]", str]):
    """Some letters to one text, with their number."""

    def feed(self, value: Sequence[str], /) -> Sequence[str]:
        return (f"{len(value)}:{''.join(value)}",)


def test_the_second_gets_all_outputs_for_an_input_at_once() -> None:
    assert [*Chain(Letters(), Counted()).feed("abc")] == ["3:abc"]


def test_the_error_of_the_end_comes_after_its_outputs() -> None:
    closing = Chain(Letters(), Counted()).close()
    assert [next(closing), next(closing)] == ["1:y", "1:z"]
    with pytest.raises(ParseError):
        next(closing)


def test_the_answer_is_that_of_the_first() -> None:
    chain = Chain(Letters(), Counted())
    chain.feed("ab")
    error = StreamTruncatedError("cut")
    chain.fail(error)
    assert (chain.snapshot(), chain.final(), error.partial) == ("ab", "ab!", "ab")
