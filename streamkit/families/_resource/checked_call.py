"""A call for an answer, and the reading of an answer that comes whole. No I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._http.redaction import keeping_secrets
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import Wire

if TYPE_CHECKING:
    import httpx

    from streamkit._core.machine import AnswerMachine
    from streamkit._http.request import Request

__all__ = ["CheckedCall"]

P = TypeVar("P", bound=Wire)
M = TypeVar("M", bound=Wire)


class CheckedCall(ABC, Generic[P, M]):
    """A call for an answer, which is read plainly or parsed.

    The constructor raises an error before any request for parameters that would fail later.
    """

    request: Request

    @abstractmethod
    def machine(self, limits: Limits = DEFAULTS) -> AnswerMachine[Any, Any, M]:
        """Return a new machine for the answer."""

    @abstractmethod
    def _decoded(self, response: httpx.Response, limits: Limits) -> P:
        """Return the whole answer in a response, as received."""

    @abstractmethod
    def _feed(self, machine: Any, answer: P) -> None:
        """Feed a machine of this call with a whole answer, as a stream that brings all at once."""

    @keeping_secrets
    def plain(self, response: httpx.Response, limits: Limits = DEFAULTS) -> P:
        """Return the answer of a call that was not streamed, as received."""
        return self._decoded(response, limits)

    @keeping_secrets
    def parsed(self, response: httpx.Response, limits: Limits = DEFAULTS) -> M:
        """Return the parsed answer of a call that was not streamed."""
        return self.read(self._decoded(response, limits), limits)

    def read(self, answer: P, limits: Limits = DEFAULTS) -> M:
        """Return a whole answer parsed; the rules, and the errors, are those of a stream."""
        machine = self.machine(limits)
        self._feed(machine, answer)
        for _ in machine.close():
            pass
        parsed = machine.final()
        parsed.note_request_id(answer.request_id)
        return parsed
