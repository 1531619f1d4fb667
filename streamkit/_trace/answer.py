"""An answer as it arrives: its reads, its frames, its events, and the rows of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._sources.recorded import choices_of, family_of
from streamkit._trace.frames import FrameCutter
from streamkit._trace.moments import Moments
from streamkit._trace.rows import Mark, Row, Rows

if TYPE_CHECKING:
    from streamkit._cassette.recording import Read, Recording
    from streamkit._trace.frames import Frame
    from streamkit._trace.moments import Moment

__all__ = ["Answer"]


class Answer:
    """All that is known of an answer, read by read; no read is looked at twice.

    Args:
        path: The path of the request's URL, which says the protocol.
        request: The body of the request.
        status: The status of the response, None when none came.
    """

    def __init__(self, path: str, request: Any, status: int | None) -> None:
        self.reads = Row("reads")
        self.frames: list[Frame] = []
        self.moments: list[Moment] = []
        self.rows = Rows()
        family = family_of(path) if status is not None and status < 400 else None
        self._cutter = FrameCutter()
        self._reader = None if family is None else Moments(family, choices_of(request))

    @classmethod
    def of(cls, recording: Recording) -> Answer:
        """Return the whole answer of a recording."""
        answer = cls(recording.path, recording.request, recording.status)
        for read in recording.reads:
            answer.read(read)
        answer.close()
        return answer

    @property
    def is_known(self) -> bool:
        """Whether the answer is one of a protocol whose events are known."""
        return self._reader is not None

    @property
    def is_done(self) -> bool:
        """Whether the event came that ends the answer."""
        return self._reader is not None and self._reader.is_done

    @property
    def error(self) -> Exception | None:
        """The error that the answer ended with."""
        return None if self._reader is None else self._reader.error

    @property
    def first_content(self) -> float | None:
        """The time at which the first part began."""
        return min((row.marks[0].seconds for row in self.rows), default=None)

    def read(self, read: Read) -> None:
        """Take a read of the body."""
        self.reads.marks.append(Mark(read.seconds, number=len(self.reads.marks)))
        for frame in self._cutter.feed(read):
            self._add_frame(frame)

    def add(self, moment: Moment) -> None:
        """Take an event."""
        self.rows.add(len(self.moments), moment)
        self.moments.append(moment)

    def close(self) -> None:
        """Take the end of the body."""
        for frame in self._cutter.close():
            self._add_frame(frame)
        for moment in self._reader.close() if self._reader is not None else ():
            self.add(moment)

    def _add_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        for moment in self._reader.feed(frame) if self._reader is not None else ():
            self.add(moment)
