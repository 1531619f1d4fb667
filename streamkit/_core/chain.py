"""Two machines in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from streamkit._core.machine import AnswerMachine, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit._core.template import Fill, Road

__all__ = ["Chain"]

A = TypeVar("A")
E = TypeVar("E")
C = TypeVar("C")
R = TypeVar("R")


class Chain(AnswerMachine[A, C, R]):
    """A machine that feeds the outputs of one machine to another.

    The second machine gets all outputs for an input at once, and at the end one after another. It
    is closed after the first, unless that raises an error at its end.
    """

    def __init__(self, first: AnswerMachine[A, E, R], second: Machine[Sequence[E], C]) -> None:
        self._second = second
        self.first = first
        """The machine that makes the outputs for the other one."""
        self._feed_first = first.feed
        self._feed_second = second.feed

    def feed(self, value: A, /) -> Sequence[C]:
        """Take an input and return the outputs of the second machine."""
        return self._feed_second(self._feed_first(value))

    def short_road(self, empty: A, fill: Fill[A], /) -> Road[C] | None:
        """Return the short road of the first machine, whose outputs the second one takes."""
        take = self.first.short_road(empty, fill)
        feed = self._feed_second
        if take is None or self._second.passes_short_road(empty):
            return cast("Road[C] | None", take)
        return lambda *values: feed(take(*values))

    def close(self) -> Iterator[C]:
        """Yield the outputs of the end of both."""
        for output in self.first.close():
            yield from self._second.feed((output,))
        yield from self._second.close()

    def fail(self, error: Exception, /) -> None:
        """Let the first machine take the error."""
        self.first.fail(error)

    def snapshot(self) -> R:
        """Return the answer so far, as the first machine has it."""
        return self.first.snapshot()

    def final(self) -> R:
        """Return the whole answer, as the first machine has it."""
        return self.first.final()
