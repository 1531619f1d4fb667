"""The interface of every stage: a state machine without I/O, threads, clocks or Rx."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit._core.template import Fill, Road

__all__ = ["AnswerMachine", "Machine"]

A_contra = TypeVar("A_contra", contravariant=True)
B_co = TypeVar("B_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


class Machine(ABC, Generic[A_contra, B_co]):
    """A machine that turns inputs into outputs, one input at a time.

    A machine belongs to one stream. ``lift`` makes it an operator; a loop calls it directly.
    """

    done: bool = False
    """Whether the machine has seen the end of its stream before its source ended."""

    @abstractmethod
    def feed(self, value: A_contra, /) -> Sequence[B_co]:
        """Take an input and return its outputs.

        A machine whose input holds several units (bytes with many events) returns the outputs from
        before a fault, and raises at the next call, so that no cut of the input loses an output.
        """

    def short_road(self, _empty: A_contra, _fill: Fill[A_contra], /) -> Road[B_co] | None:
        """Return a function that does what ``feed`` does with an input that ``fill`` makes.

        ``empty`` is such an input whose piece is empty. The function holds as long as nothing is
        fed but such inputs, of these pieces or of others. It is asked for when such an input has
        just been fed; None means that there is none.
        """
        return None

    def passes_short_road(self, _empty: Any, /) -> bool:
        """Return whether the machine, after another one, passes on the outputs of its short road.

        ``_empty`` is the input with an empty piece for which that machine has the road.
        """
        return False

    def close(self) -> Iterable[B_co]:
        """Take the end of the input; the returned iterable may raise after its last output."""
        return ()

    def fail(self, error: Exception, /) -> None:
        """Take the error of the source that ends the stream; the machine may add evidence to it."""


class AnswerMachine(Machine[A_contra, B_co], Generic[A_contra, B_co, R_co]):
    """A machine that turns the parts of an answer into events, and knows the answer so far."""

    def fail(self, error: Exception, /) -> None:
        """Attach the answer so far to an error of the stream."""
        if isinstance(error, StreamkitError) and error.partial is None:
            error.partial = self.snapshot()

    @abstractmethod
    def snapshot(self) -> R_co:
        """Return the answer so far, parsed as far as it has arrived."""

    @abstractmethod
    def final(self) -> R_co:
        """Return the whole answer, parsed; call this after ``close``."""
