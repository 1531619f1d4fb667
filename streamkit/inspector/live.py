"""The exchanges of a recorder that runs, as streams that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from streamkit._cassette.lines import EndLine, ReadLine, RequestLine, ResponseLine
from streamkit._cassette.recording import Read
from streamkit.inspector.stream import Ending, Head, ResponseHead, Stream
from streamkit.recording.writer import Writer

if TYPE_CHECKING:
    from os import PathLike

    from streamkit._cassette.lines import Line
    from streamkit.inspector.library import Library
    from streamkit.recording.clock import Clock

__all__ = ["LiveWriter"]


class LiveWriter(Writer):
    """The writer of a cassette, which also shows what it writes.

    Args:
        path: The cassette.
        clock: The clock that times the reads.
        library: The library to which each exchange is added.
        source: The name of the API.
    """

    def __init__(
        self, path: str | PathLike[str], clock: Clock, library: Library, source: str
    ) -> None:
        super().__init__(path, clock)
        self._library = library
        self._source = source
        self._open: dict[int, Stream] = {}

    def write(self, line: Line) -> None:
        """Write a line, and add it to its stream."""
        super().write(line)
        if isinstance(line, RequestLine):
            request = line.request
            body = request.json
            if body is UNSET:
                body = None if request.text is UNSET else request.text
            head = Head(self._source, request.method, request.url, request.headers, body, line.at)
            self._open[line.n] = Stream(f"live-{line.n}", head)
            self._library.begin(self._open[line.n])
            return
        stream = self._open.get(line.n)
        if stream is None:  # a body that cannot be decoded ends before its response is noted
            return
        seconds = round(line.at - stream.head.started, 6)
        match line:
            case ResponseLine():
                part = line.response
                stream.take(ResponseHead(seconds, part.status, part.headers))
            case ReadLine():
                data = line.base64 if line.text is UNSET else line.text.encode()
                stream.take(Read(seconds, b"" if data is UNSET else data))
            case EndLine():
                failure = None if line.error is UNSET else line.error
                stream.take(Ending(seconds, line.end, failure))
                del self._open[line.n]
