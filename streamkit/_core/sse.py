"""The decoder of bytes into server-sent events, without I/O.

Source of the rules: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

# Strategy: cut the bytes into lines (CR, LF or CRLF; no other line break counts, so U+2028 in JSON
# is harmless) and the lines into frames at each empty line. A frame of one `data:` line, alone or
# after an `event:` line, which nearly every frame is, is read here; httpx-sse reads the others.
# Bytes without a line break are only stored, so many small reads stay linear in the bytes received.

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from streamkit._core.frames import CODING, FrameReader
from streamkit._core.machine import Machine
from streamkit._core.strays import FIELDS, strays
from streamkit.errors import QUOTE_LIMIT, LimitExceededError, StreamDecodeError, StreamkitError
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["SSEDecoder", "ServerSentEvent"]

_BOM = b"\xef\xbb\xbf"
_COLON = ord(":")
_CR = ord("\r")
_HEAD_LIMIT = 4 * QUOTE_LIMIT + 1  # more bytes than the quoted characters can have


class ServerSentEvent(Struct, frozen=True, gc=False):
    """One event, its data not yet decoded."""

    data: bytes
    event: str = "message"
    id: str = ""
    """The last id, of this event or an earlier one."""
    retry: int | None = None


class SSEDecoder(Machine[bytes, ServerSentEvent]):
    """A decoder of bytes into events, wherever the bytes are cut.

    A frame without data is no event. A frame that the end of the input cuts off is dropped, as the
    standard has it, unless ``unfinished`` is asked for it. Beyond the standard, an ``error`` field,
    JSON without a ``data:`` and, after the first event, words of a failure in no field are events
    of their own. Raises ``LimitExceededError`` for an event
    or a stream of more bytes than ``limits`` allow, and ``StreamDecodeError`` at the end of a body
    in which was no event at all.
    """

    def __init__(self, *, limits: Limits = DEFAULTS) -> None:
        self._limits = limits
        # Templates read and set the next three: a call for each frame would cost more.
        self.max_event_bytes = limits.event_bytes
        """The number of bytes that an event may have."""
        self.room = limits.stream_bytes
        """The number of bytes that the stream may still have."""
        self.is_between_frames = False
        """Whether a frame may begin here, after the first event."""
        self.name = "message"
        """The type of the event whose data were returned last without it."""
        self._head: bytes | None = b""  # the bytes before the first event, to be quoted
        self._start = b""  # up to two bytes that may begin a byte order mark
        self._started = False
        self._after_cr = False
        self._line = bytearray()  # the unfinished line
        self._frame: list[bytes] = []  # the finished lines of the unfinished frame
        self._size = 0  # the bytes of both together
        self._id = ""  # the last id received
        # The bytes before the data of the last event with a name, and the name: most repeat it.
        self._named = b""
        self._name = ""
        self._fault: StreamDecodeError | None = None
        self._frame_reader: FrameReader | None = None  # made at the first frame of several lines

    def feed(self, value: bytes, /) -> Sequence[ServerSentEvent]:
        """Take bytes and return the events they complete."""
        data = self.plain_data(value)
        if data is not None:
            return (ServerSentEvent(data, self.name, self._id),)
        event = self.plain_event(value)
        return self.split(value) if event is None else (event,)

    def split(self, value: bytes) -> Sequence[ServerSentEvent]:
        """Return the events of bytes that are neither ``plain_data`` nor a ``plain_event``."""
        if self._fault is not None:
            raise self._fault
        if self._head is not None:
            self._head = (self._head + value[:_HEAD_LIMIT])[:_HEAD_LIMIT]
        if not self._started:
            value = self._skip_bom(value)
        if self._after_cr or b"\r" in value:
            value = self._normalise(value)
        self.room -= len(value)
        events = self._checked(self._cut(value))
        self.is_between_frames = not (
            self._frame or self._line or self._after_cr or self._fault or self._head is not None
        )
        return events

    def unfinished(self) -> tuple[Sequence[ServerSentEvent], ServerSentEvent | None]:
        """Take the end of the body, and return the events in the frame that it cuts off.

        These are the strays in the frame, which need no blank line, and the frame's own event.
        """
        if self._fault is not None:
            raise self._fault
        frame = [line for line in (*self._frame, bytes(self._line)) if line[:1] not in {b"", b":"}]
        self._frame.clear()
        self._line.clear()
        if not frame:
            return (), None
        events = self._events(frame)
        has_own = any(line.partition(b":")[0] == b"data" for line in frame)
        return (events[:-1], events[-1]) if has_own else (events, None)

    def close(self) -> Iterable[ServerSentEvent]:
        """Take the end of the body."""
        if self._fault is not None:
            raise self._fault
        if self._head == b"":
            raise StreamDecodeError("the body of the stream is empty")
        if self._head is not None:
            raise StreamDecodeError("the body is no event stream", received=self._head)
        return ()

    def fail(self, error: Exception, /) -> None:
        """Set ``bytes_received`` on an error of the stream."""
        if isinstance(error, StreamkitError):
            error.bytes_received = self._limits.stream_bytes - self.room

    def plain_data(self, value: bytes) -> bytes | None:
        """Return the data of a read that is one frame of one ``data:`` line, and needs no event.

        The line is alone, or after the ``event:`` line of an earlier frame; ``name`` is the event's
        type. Return None for any other read; nothing is done with it here.
        """
        # A hot path: servers send a frame at a time, and such a read has nothing else for the rules
        # of `split`. The checks here are the cheapest ones: `startswith` and `find` cost three
        # times as much as `removeprefix` and a look for one byte, which is given as a number.
        rest, name, size = value.removeprefix(b"data: "), "message", len(value)
        if len(rest) == size:
            rest, name = value.removeprefix(self._named), self._name
            if len(rest) == size:
                return None
        line, _, end = rest.partition(b"\n")
        if (
            end == b"\n"
            and self.is_between_frames
            and _CR not in line
            and size - 2 <= self.max_event_bytes
            and (room := self.room - size) >= 0
        ):
            self.room = room
            self.name = name
            return line
        return None

    def plain_event(self, value: bytes) -> ServerSentEvent | None:
        """Return the event of a read that is one frame of an ``event:`` and a ``data:`` line.

        Return None for any other read; nothing is done with it here.
        """
        name, _, rest = value.partition(b"\n")
        data, _, rest = rest.partition(b"\n")
        if (
            rest == b"\n"
            and self.is_between_frames
            and _is_named(name, data)
            and len(name) + len(data) <= self.max_event_bytes
            and value.find(b"\r") < 0
            and (room := self.room - len(value)) >= 0
        ):
            self.room = room
            self._named, self._name = value[: len(name) + 7], str(name[7:], "utf-8", "replace")
            return ServerSentEvent(data[6:], self._name, self._id)
        return None

    def around_frames(self, value: bytes) -> tuple[bytes, bytes, bytes] | None:
        """Return the whole frames in a read, after the end of one and before the beginning of one.

        Nothing is done with them here. None for a read that is one frame or a piece of one, and for
        one that may pass a limit: it is read as a whole, so that its events come before the error.
        """
        end = value.rfind(b"\n\n") + 2
        if (
            end < 2
            or self._head is not None
            or self._after_cr
            or self._fault is not None
            or value.find(b"\r") >= 0
            or self._size + len(value) > self.room
        ):
            return None
        first = value.find(b"\n\n") + 2
        if first == len(value):
            return None
        most = self.max_event_bytes - self._size
        if len(value) > most and max(map(len, value.split(b"\n\n"))) + 2 > most:
            return None
        start = 0 if self.is_between_frames else first
        return value[:start], value[start:end], value[end:]

    def _cut(self, value: bytes) -> list[ServerSentEvent]:
        if b"\n" not in value:
            self._put_aside(value)
            return []
        *lines, rest = value.split(b"\n")
        if self._line:
            self._size -= len(self._line)
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        events: list[ServerSentEvent] = []
        frame, size = self._frame, self._size
        for line in lines:
            if line:
                if line[0] != _COLON:  # a comment is dropped, and does not count
                    frame.append(line)
                    size += len(line)
            elif size > self.max_event_bytes:
                rest = b""
                break
            elif frame:
                events += self._events(frame)
                frame.clear()
                size = 0
        self._size = size
        self._put_aside(rest)
        return events

    def _events(self, frame: list[bytes]) -> list[ServerSentEvent]:
        """Return the strays in the frame, and the frame's own event, if there is one."""
        line = frame[0]
        if len(frame) == 1 and line.startswith(b"data:"):
            data = line[6:] if line.startswith(b"data: ") else line[5:]
            self._head = None
            return [ServerSentEvent(data, "message", self._id)]
        if len(frame) == 2 and _is_named(line, frame[1]):
            self._head = None
            return [ServerSentEvent(frame[1][6:], str(line[7:], "utf-8", "replace"), self._id)]
        names = set[bytes]()
        for line in frame:
            name, _, value = line.partition(b":")
            names.add(name)
            # An id applies to the following events too, even when its own frame is no event.
            if name == b"id" and b"\0" not in value:
                self._id = value.removeprefix(b" ").decode("utf-8", "replace")
        events: list[ServerSentEvent] = []
        if not names <= FIELDS:
            found = strays(frame, words=self._head is None)
            events += [ServerSentEvent(data, kind, self._id) for kind, data in found]
        if b"data" in names:
            events.append(self._read(frame))
        if events:
            self._head = None
        return events

    def _read(self, frame: list[bytes]) -> ServerSentEvent:
        if self._frame_reader is None:
            self._frame_reader = FrameReader()
        # httpx-sse accepts all that `int` does as a retry time; the standard accepts digits alone.
        event = self._frame_reader.read(
            [line for line in frame if not line.startswith(b"retry:") or _RETRY(line)]
        )
        data, name = event.data.encode(CODING), event.event.encode(CODING)
        return ServerSentEvent(data, name.decode("utf-8", "replace"), self._id, event.retry)

    def _skip_bom(self, value: bytes) -> bytes:
        value, self._start = self._start + value, b""
        if len(value) < len(_BOM) and _BOM.startswith(value):
            self._start = value
            return b""
        self._started = True
        return value.removeprefix(_BOM)

    def _normalise(self, value: bytes) -> bytes:
        # A CR ends its line at once, so that no event waits for the next read; an LF that follows
        # it, then or later, belongs to it.
        if not value:
            return value
        if self._after_cr:
            value = value.removeprefix(b"\n")
        self._after_cr = value.endswith(b"\r")
        return value.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _put_aside(self, rest: bytes) -> None:
        if rest:
            self._line += rest
            self._size += len(rest)

    def _checked(self, events: list[ServerSentEvent]) -> Sequence[ServerSentEvent]:
        if self._size > self.max_event_bytes:
            begin = b"\n".join((*self._frame, self._line[:QUOTE_LIMIT]))[:QUOTE_LIMIT]
            self._fault = LimitExceededError(
                "event_bytes", self.max_event_bytes, "an event is too large", received=begin
            )
        elif self.room < 0:
            most = self._limits.stream_bytes
            self._fault = LimitExceededError("stream_bytes", most, "the stream is too long")
        if self._fault is not None and not events:
            raise self._fault
        return events


def _is_named(line: bytes, next_line: bytes) -> bool:
    """Return whether two lines are the name and the data of an event, as all servers write them."""
    return line.startswith(b"event: ") and len(line) > 7 and next_line.startswith(b"data: ")


_RETRY = re.compile(rb"retry: ?[0-9]+").fullmatch
