"""What a fault is: what is sent instead of an answer, or of each of its events."""

# Strategy: a fault knows neither sockets nor time. It says in steps what is to be done, and the
# middleware does it; so the whole of it can be read, and tested, without a server.

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Do(enum.Enum):
    """What is done besides sending bytes; after all but a stall the answer is over."""

    STALL = "wait until somebody lets it go on"
    CLOSE = "close the connection"
    RESET = "reset the connection"
    END = "end the answer by the rules of HTTP"


@dataclass(frozen=True)
class Pause:
    """So many seconds without a byte; with 0, what was sent goes out by itself."""

    seconds: float


@dataclass(frozen=True)
class Refusal:
    """An answer instead of the answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Raw:
    """Bytes outside of HTTP."""

    data: bytes


@dataclass(frozen=True)
class Frame:
    """A piece of an answer: an event, or half of an answer that is not streamed."""

    data: bytes
    number: int
    """How many came before."""
    offset: int
    """How many bytes came before."""
    previous: bytes
    """The one before; empty for the first."""
    streamed: bool


Step: TypeAlias = "bytes | Do | Pause"
Opening: TypeAlias = "Refusal | Raw | Do"


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The base of all faults: it changes nothing."""

    times: Annotated[int, Meta(ge=1)] | None = None
    """How many repetitions of the same request are hit; None for all."""

    def opening(self) -> Iterable[Opening]:
        """What is done before the headers."""
        return ()

    def steps(self, frame: Frame) -> Iterable[Step]:
        """What is sent for a piece of the answer."""
        return (frame.data,)

    def rest(self, last: Frame) -> Iterable[Step]:
        """What is sent after the last piece."""
        del last
        return ()

    def halved(self) -> Fault:
        """This fault where it comes in an answer of two halves."""
        return self


class Placed(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that has its place in the answer."""

    after: Annotated[int, Meta(ge=0)] = 0
    """How many events come before it."""

    def halved(self) -> Fault:
        """This fault between the halves, or before them."""
        return replace(self, after=min(self.after, 1))
