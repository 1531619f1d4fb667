"""The description of a protocol whose answers have common events as well."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class AnswerFamily(Family[A, E], Generic[A, E, C]):
    """A family with two vocabularies: the events of its protocol, and common ones made of these."""

    common: Callable[[], Machine[Sequence[E], C]]
    """A function that makes the machine that turns events of the protocol into common events.

    An input are the events of one part of the answer, or of a few; a part of one event is a
    sequence of one. The machine emits all in ``feed``: the protocol's events show every end.
    """
    final: Callable[[Any], Final[Any]]
    """A function that turns the whole answer, as the protocol has it, into the common one."""

    def in_common(self) -> Family[A, C]:
        """Return the family whose events are the common ones."""
        return Family(self.decoder, self.is_content, self._common_machine)

    def _common_machine(self, limits: Limits) -> AnswerMachine[A, C, Any]:
        return Chain(self.machine(limits), self.common())
