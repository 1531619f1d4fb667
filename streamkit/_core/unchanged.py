"""The machine of raw streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._core.machine import AnswerMachine

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Unchanged"]

A = TypeVar("A")


class Unchanged(AnswerMachine[A, A, None]):
    """A machine that returns its inputs and keeps nothing of the answer."""

    def feed(self, value: A, /) -> Sequence[A]:
        """Return the input."""
        return (value,)

    def snapshot(self) -> None:
        """Return nothing, because nothing is kept."""

    def final(self) -> None:
        """Return nothing, because nothing is kept."""
