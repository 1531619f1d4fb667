"""The description of a protocol for the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from streamkit._core.sse import SSEDecoder
from streamkit._core.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
    from streamkit._core.machine import AnswerMachine
    from streamkit.limits import Limits

__all__ = ["Family", "NewDecoder", "NewFrames"]

A = TypeVar("A")
E = TypeVar("E")


class NewDecoder(Protocol[A]):
    """A function that makes the decoder of one response."""

    def __call__(self, *, on_truncated: OnTruncated, limits: Limits) -> AnswerDecoder[A]: ...


class NewFrames(Protocol):
    """A function that makes the decoder of the bytes of one response."""

    def __call__(self, *, limits: Limits) -> SSEDecoder: ...


class Family(Value, Generic[A, E], frozen=True):
    """The parts of a protocol that read the answer of one call."""

    frames: ClassVar[NewFrames] = SSEDecoder
    """A function that makes the decoder of bytes into the events that hold the parts."""
    decoder: NewDecoder[A]
    """A function that makes the decoder of server-sent events into parts of the answer."""
    is_content: Callable[[A], bool]
    """A function that returns whether a part has content.

    After the first such part, the request is not repeated, and the limit until content is met.
    """
    machine: Callable[[Limits], AnswerMachine[A, E, Any]]
    """A function that makes the machine that turns the parts of an answer into events."""
