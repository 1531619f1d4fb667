"""What the pipeline is told of a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
    from streamkit._core.machine import Machine
    from streamkit.limits import Limits

__all__ = ["Family", "NewDecoder"]

A = TypeVar("A")
E = TypeVar("E")


class NewDecoder(Protocol[A]):
    """Makes the decoder of one response."""

    def __call__(self, *, on_truncated: OnTruncated, limits: Limits) -> AnswerDecoder[A]: ...


@dataclass(frozen=True)
class Family(Generic[A, E]):
    """A protocol, as far as one call of it is concerned: how its answer is read."""

    decoder: NewDecoder[A]
    """Server-sent events to the parts of an answer; it knows whether the answer has ended."""
    is_content: Callable[[A], bool]
    """Whether a part brings what a reader waits for.

    Once one has come, the request is not made again, and the time until content is over.
    """
    machine: Callable[[Limits], Machine[A, E]]
    """The parts of an answer to events."""
