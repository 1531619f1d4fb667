"""The kinds of faults, and the reader of their text and JSON."""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
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
    """A fault: an error comes instead of an answer."""

    code: Annotated[int, Meta(ge=400, le=599)] = 500
    retry_after: Annotated[float, Meta(ge=0)] | None = None
    """The seconds in the header ``Retry-After``; None for no such header."""

    def opening(self) -> Iterable[Opening]:
        """Refuse the request."""
        wait = {} if self.retry_after is None else {"retry-after": f"{self.retry_after:g}"}
        return (Refusal(self.code, wait),)


class HangUp(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hang_up"):
    """A fault: the connection is closed before the headers."""

    def opening(self) -> Iterable[Opening]:
        """Close the connection."""
        return (Do.CLOSE,)


class NotHttp(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="not_http"):
    """A fault: bytes come that are not HTTP."""

    def opening(self) -> Iterable[Opening]:
        """Send noise and close the connection."""
        return (Raw(b"\x00\xffno HTTP\r\n\r\n"), Do.CLOSE)


class Silence(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="silence"):
    """A fault: nothing comes, not even headers, until the answer is released."""

    def opening(self) -> Iterable[Opening]:
        """Stall the answer."""
        return (Do.STALL,)


class _Ending(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ending: ClassVar[Do]

    unit: Literal["events", "bytes"] = "events"
    """The unit of ``after``."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send the part of the answer before the fault, then end it."""
        if self.unit == "events":
            return (frame.data,) if frame.number < self.after else (self.ending,)
        left = self.after - frame.offset
        return (frame.data,) if len(frame.data) <= left else (frame.data[:left], self.ending)

    def halved(self) -> Fault:
        """Return this fault for an answer of two halves."""
        return super().halved() if self.unit == "events" else self


class Cut(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cut"):
    """A fault: the connection is closed."""

    ending = Do.CLOSE


class Truncate(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="truncate"):
    """A fault: the answer ends early, but by the rules of HTTP."""

    ending = Do.END


class Reset(_Ending, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reset"):
    """A fault: the connection is reset, with RST."""

    ending = Do.RESET


class HalfFrame(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="half_frame"):
    """A fault: half an event comes, and the connection is closed."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send half of the event and close the connection."""
        if frame.number < self.after:
            return (frame.data,)
        return (frame.data[: len(frame.data) // 2], Do.CLOSE)


class Stall(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="stall"):
    """A fault: nothing more comes until the answer is released."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Stall the answer before the event."""
        return (Do.STALL, frame.data) if frame.number == self.after else (frame.data,)


class Drip(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="drip"):
    """A fault: the rest comes in little pieces, of ``size`` bytes and ``pace`` seconds apart."""

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
    """A fault: an error event comes, and the answer ends."""

    message: str = "The server had an error while processing your request."
    error_type: str = "server_error"
    """The type of the error, such as ``overloaded_error``; each API has a word for the default."""
    named: bool = False
    """Whether the event has the name ``error`` also where it is not usual."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send the error and end the answer."""
        if frame.number < self.after:
            return (frame.data,)
        error = ApiError(self.message, status=500, kind=self.error_type)
        if frame.streamed:
            event = frame.dialect.event(error, frame.number, named=self.named)
            return (event, Do.END)
        return (msgspec.json.encode(frame.dialect.body(error)), Do.END)

    def halved(self) -> Fault:
        """Return this fault instead of both halves."""
        return replace(self, after=0)


class Garbage(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="garbage"):
    """A fault: an event comes that is not JSON, and then the rest."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send noise before the event."""
        noise = (b"data: {\x00\xff]\n\n",) if frame.number == self.after else ()
        return (*noise, frame.data)


class Duplicate(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="duplicate"):
    """A fault: an event comes twice."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Send the event, and send it again."""
        return (frame.data, frame.data) if frame.number == self.after else (frame.data,)


class Reorder(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reorder"):
    """A fault: two events change places."""

    def steps(self, frame: Frame) -> Iterable[Step]:
        """Hold the event back until the next has been sent."""
        if frame.number == self.after:
            return ()
        return (frame.data, frame.previous) if frame.number == self.after + 1 else (frame.data,)

    def rest(self, last: Frame) -> Iterable[Step]:
        """Send a held event that no other followed."""
        return (last.data,) if last.number == self.after else ()

    def halved(self) -> Fault:
        """Return this fault with the second half first."""
        return replace(self, after=0)


class KeepAlives(Placed, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="keep_alives"):
    """A fault: comments come before the next event."""

    count: Annotated[int, Meta(ge=1)] | None = None
    """The number of comments; None for endless ones."""
    pace: Annotated[float, Meta(ge=0)] = 0.0
    """The seconds between two comments."""

    def steps(self, frame: Frame) -> Iterator[Step]:
        """Send comments before the event."""
        if frame.number == self.after:
            # Before JSON, a server sends white space to keep a connection alive.
            alive = b": keep-alive\n\n" if frame.streamed else b"\n"
            for _ in repeat(None) if self.count is None else range(self.count):
                yield alive
                yield Pause(self.pace)
        yield frame.data

    def halved(self) -> Fault:
        """Return this fault before both halves."""
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
"""The types of faults, by kind."""


def read(fault: Fault | Mapping[str, Any] | str) -> Fault:
    """Return the fault that a mapping, JSON or text such as ``cut?after=3`` describes.

    Raises:
        ValueError: The kind or a parameter of the fault is unknown or invalid.
    """
    if isinstance(fault, Fault):
        return fault
    is_text = isinstance(fault, str)
    given = _fields(fault) if isinstance(fault, str) else dict(fault)
    name = given.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise ValueError(f"no fault {name!r}: there are {', '.join(KINDS)}")
    # The conversion of text is not strict, because text holds numbers as text.
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
