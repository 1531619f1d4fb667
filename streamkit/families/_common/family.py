"""The description of a protocol whose answers have common events as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.chain import Chain
from streamkit._core.family import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.machine import AnswerMachine, Machine
    from streamkit.families._common.final import Final
    from streamkit.limits import Limits

__all__ = ["AnswerFamily"]

A = TypeVar("A")
E = TypeVar("E")
C = TypeVar("C")


class AnswerFamily(Family[A, E], Generic[A, E, C], frozen=True):
    """A family with two vocabularies: the events of its protocol, and common ones made of these."""

    common: Callable[[], Machine[Sequence[E], C]]
    """A function that makes the machine that turns events of the protocol into common events.

    Each input is the events that one part of the answer has led to, or several parts that were
    read at once. The machine emits in ``feed`` what it can: it is not closed when an error of the
    content ends the stream.
    """
    final: Callable[[Any], Final[Any]]
    """A function that turns the whole answer, as the protocol has it, into the common one."""

    def in_common(self) -> Family[A, C]:
        """Return the family whose events are the common ones."""
        return Family(self.decoder, self.is_content, self._common_machine)

    def _common_machine(self, limits: Limits) -> AnswerMachine[A, C, Any]:
        return Chain(self.machine(limits), self.common())
