"""The base of faults, and the steps that a fault consists of."""

# Strategy: a fault knows neither sockets nor time. It returns steps, and the middleware carries
# them out; so a fault can be read, and tested, without a server.

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit.server.dialects import Dialect


class Do(enum.Enum):
    """A step other than sending bytes; after any but a stall, the answer is over."""

    STALL = "wait until somebody lets it go on"
    CLOSE = "close the connection"
    RESET = "reset the connection"
    END = "end the answer by the rules of HTTP"


@dataclass(frozen=True)
class Pause:
    """A number of seconds without a byte; 0 only separates two writes."""

    seconds: float


@dataclass(frozen=True)
class Refusal:
    """An error response instead of the answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Raw:
    """Bytes that are written to the connection outside HTTP."""

    data: bytes


@dataclass(frozen=True)
class Frame:
    """A piece of an answer: an event, or half of an answer that is not streamed."""

    data: bytes
    number: int
    """The number of frames before this one."""
    offset: int
    """The number of bytes before this frame."""
    previous: bytes
    """The bytes of the frame before this one; empty for the first."""
    streamed: bool
    dialect: Dialect


Step: TypeAlias = "bytes | Do | Pause"
Opening: TypeAlias = "Refusal | Raw | Do"


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The base of all faults, which changes nothing in an answer."""

    times: Annotated[int, Meta(ge=1)] | None = None
    """The number of repetitions of the same request that are hit; None for all."""

    def opening(self) -> Iterable[Opening]:
        """Return the steps before the headers."""
        return ()

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Return the steps for one frame of the answer."""
        return (frame.data,)

    def rest(self, last: Frame) -> Iterable[Step]:
        """Return the steps after the last frame."""
        del last
        return ()

    def halved(self) -> Fault:
        """Return this fault for an answer of two halves."""
        return self


class Placed(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of faults that have a place in the answer."""

    after: Annotated[int, Meta(ge=0)] = 0
    """The number of events before the fault."""

    def halved(self) -> Fault:
        """Return this fault between the halves, or before them."""
        return replace(self, after=min(self.after, 1))
