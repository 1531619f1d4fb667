"""The kinds of faults, and how they are read."""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from streamkit._core.compiled import convert
from streamkit.server.faults.fault import (
    Do,
    Fault,
    Frame,
    Opening,
    Pause,
    Placed,
    Raw,
    Refusal,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Status(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="status"):
    """An error instead of an answer."""

    code: Annotated[int, Meta(ge=400, le=599)] = 500
    retry_after: Annotated[float, Meta(ge=0)] | None = None
    """The seconds that ``Retry-After`` asks for."""

    def opening(self) -> Iterable[Opening]:
        """Refuse."""
        wait = {} if self.retry_after is None else {"retry-after": f"{self.retry_after:g}"}
        return (Refusal(self.code, wait),)


class HangUp(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hang_up"):
    """The connection is closed before the headers."""

    def opening(self) -> Iterable[Opening]:
        """Close."""
        return (Do.CLOSE,)


class NotHttp(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="not_http"):
    """What comes is not HTTP."""

    def opening(self) -> Iterable[Opening]:
        """Send noise and close."""
        return (Raw(b"\x00\xffno HTTP\r\n\r\n"), Do.CLOSE)


class Silence(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="silence"):
    """Nothing comes, not even headers, until it is released."""

    def opening(self) -> Iterable[Opening]:
        """Wait."""
        return (Do.STALL,)


class _Ending(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ending: ClassVar[Do]

    unit: Literal["events", "bytes"] = "events"
    """What ``after`` counts."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send what comes before the end, then end."""
        if self.unit == "events":
            return (frame.data,) if frame.number < self.after else (self.ending,)
        left = self.after - frame.offset
        return (frame.data,) if len(frame.data) <= left else (frame.data[:left], self.ending)

    def halved(self) -> Fault:
        """This fault where it comes in an answer of two halves."""
        return super().halved() if self.unit == "events" else self


class Cut(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cut"):
    """The connection is closed."""

    ending = Do.CLOSE


class Truncate(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="truncate"):
    """The answer ends early, and by the rules of HTTP."""

    ending = Do.END


class Reset(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reset"):
    """The connection is reset."""

    ending = Do.RESET


class HalfFrame(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="half_frame"):
    """Half an event comes, and the connection is closed."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send half of the event and close."""
        if frame.number < self.after:
            return (frame.data,)
        return (frame.data[: len(frame.data) // 2], Do.CLOSE)


class Stall(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="stall"):
    """Nothing more comes until it is released."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Wait before the event."""
        return (Do.STALL, frame.data) if frame.number == self.after else (frame.data,)


class Drip(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="drip"):
    """The rest comes in little pieces."""

    size: Annotated[int, Meta(ge=1)] = 1
    pace: Annotated[float, Meta(ge=0)] = 0.0

    def steps(self, frame: Frame) -> Iterator[Step]:
        """Send the event piece by piece."""
        if frame.number < self.after:
            yield frame.data
            return
        for start in range(0, len(frame.data), self.size):
            yield frame.data[start : start + self.size]
            yield Pause(self.pace)


class Error(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="error"):
    """An error event, and the end."""

    message: str = "The server had an error while processing your request."
    named: bool = False
    """Whether the event has a name, ``error``."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send the error and end."""
        if frame.number < self.after:
            return (frame.data,)
        error = msgspec.json.encode(
            {"error": {"message": self.message, "type": "server_error", "code": None}}
        )
        if not frame.streamed:
            return (error, Do.END)
        name = b"event: error\n" if self.named else b""
        return (name + b"data: " + error + b"\n\n", Do.END)

    def halved(self) -> Fault:
        """This fault instead of both halves."""
        return replace(self, after=0)


class Garbage(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="garbage"):
    """An event that is not JSON, and the rest."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send noise before the event."""
        noise = (b"data: {\x00\xff]\n\n",) if frame.number == self.after else ()
        return (*noise, frame.data)


class Duplicate(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="duplicate"):
    """An event comes twice."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send the event again."""
        return (frame.data, frame.data) if frame.number == self.after else (frame.data,)


class Reorder(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reorder"):
    """Two events change places."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Keep the event back until the next was sent."""
        if frame.number == self.after:
            return ()
        return (frame.data, frame.previous) if frame.number == self.after + 1 else (frame.data,)

    def rest(self, last: Frame) -> Iterable[Step]:
        """Send an event that had no next one."""
        return (last.data,) if last.number == self.after else ()

    def halved(self) -> Fault:
        """This fault with the second half first."""
        return replace(self, after=0)


class KeepAlives(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="keep_alives"):
    """Comments before the next event."""

    count: Annotated[int, Meta(ge=1)] | None = None
    """How many; None for no end of them."""
    pace: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds from one to the next."""

    def steps(self, frame: Frame) -> Iterator[Step]:
        """Send comments before the event."""
        if frame.number == self.after:
            # In JSON a server that keeps a connection alive sends white space.
            alive = b": keep-alive\n\n" if frame.streamed else b"\n"
            for _ in repeat(None) if self.count is None else range(self.count):
                yield alive
                yield Pause(self.pace)
        yield frame.data

    def halved(self) -> Fault:
        """This fault before both halves."""
        return replace(self, after=0)


KINDS: dict[str, type[Fault]] = {
    "status": Status,
    "hang_up": HangUp,
    "not_http": NotHttp,
    "silence": Silence,
    "cut": Cut,
    "truncate": Truncate,
    "reset": Reset,
    "half_frame": HalfFrame,
    "stall": Stall,
    "drip": Drip,
    "error": Error,
    "garbage": Garbage,
    "duplicate": Duplicate,
    "reorder": Reorder,
    "keep_alives": KeepAlives,
}
"""Every fault by its name."""


def read(fault: Fault | Mapping[str, Any] | str) -> Fault:
    """Make a fault of a mapping, of JSON, or of text such as ``cut?after=3``.

    Raises:
        ValueError: There is no such fault.
    """
    if isinstance(fault, Fault):
        return fault
    is_text = isinstance(fault, str)
    given = _fields(fault) if isinstance(fault, str) else dict(fault)
    name = given.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise ValueError(f"no fault {name!r}: there are {', '.join(KINDS)}")
    # Not strict for text, in which a number is written like anything else.
    made = convert(given, KINDS[name], strict=not is_text)
    for field, value in msgspec.structs.asdict(made).items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field} must be finite")
    return made


def _fields(text: str) -> dict[str, Any]:
    if text.startswith("{"):
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
    kind, _, fields = text.partition("?")
    return {"kind": kind, **dict(parse_qsl(fields, strict_parsing=bool(fields)))}
