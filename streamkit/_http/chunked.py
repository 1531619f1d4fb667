"""The decoder of a body that a server sends in chunks (RFC 9112, section 7.1)."""

# Strategy: a server that streams sends most often one chunk at a time, and it arrives in one read.
# Such a read costs one match and one slice. All others take the loop, which copies each byte once.

from __future__ import annotations

import re

__all__ = ["LIMIT", "Chunked", "ChunkedError"]

LIMIT = 1 << 13
"""The maximum number of bytes of the line before a chunk, and of the fields after the last one.

They are ignored, but for the chunk's size.
"""

# The quantifiers are possessive: a server that is slow to end a line has it read once only.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,20}+)[ \t]*+(?:;[^\r\n]*+)?+\r\n")
_BREAK = b"\r\n"
_TRAILER_END = re.compile(rb"(?:\A|\n)\r?\n")


class ChunkedError(Exception):
    """The server sent something other than chunks, or hung up before the last one."""


class Chunked:
    """Decodes one body; what came before an error is returned before the error is raised."""

    def __init__(self) -> None:
        self.is_complete = False
        """Whether the last chunk and the fields after it have come."""
        self.rest = b""
        """The bytes that came after the body, which belong to nothing that was requested."""
        self._failure = ""
        self._left = 0  # of the chunk, with the line break after it
        self._kept = b""  # of a line that has not ended
        self._is_trailer = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes from the server, and return what came of each chunk.

        Raises:
            ChunkedError: The bytes are no chunks, and nothing before them is left to return.
        """
        if not self._left and not self._kept and (size := _SIZE.match(data)):
            start = size.end()
            stop = start + int(size[1], 16)
            if start < stop == len(data) - len(_BREAK) and data.endswith(_BREAK):
                return [data[start:stop]]
        pieces: list[bytes] = []
        try:
            self._take(data, pieces)
        except ChunkedError as error:
            if not pieces:
                raise
            self._failure = str(error)
        return pieces

    def check(self) -> None:
        """Raise ``ChunkedError`` if the bytes after those that were returned are no chunks."""
        if self._failure:
            raise ChunkedError(self._failure)

    def close(self) -> None:
        """Take the end of the connection; raise ``ChunkedError`` unless the body is complete."""
        if not self.is_complete:
            raise ChunkedError("the server hung up before the last chunk of the body")

    def _take(self, data: bytes, pieces: list[bytes]) -> None:
        if self._kept and b"\n" not in data:
            self._keep(self._kept + data)
            return
        data, self._kept = self._kept + data, b""
        at, end = 0, len(data)
        while at < end and not self.is_complete:
            if self._left:
                at = self._chunk(data, at, pieces)
            elif self._is_trailer:
                at = self._trailer(data, at)
            else:
                at = self._whole_chunks(data, at, pieces)
                at = self._size(data, at) if at < end else at
        if self.is_complete:
            self.rest += data[at:]

    def _whole_chunks(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        """Take the chunks that are in ``data`` from their size to their line break."""
        while size := _SIZE.match(data, at):
            start = size.end()
            stop = start + int(size[1], 16)
            if start == stop or data[stop : stop + len(_BREAK)] != _BREAK:
                break
            pieces.append(data[start:stop])
            at = stop + len(_BREAK)
        return at

    def _size(self, data: bytes, at: int) -> int:
        """Take the line before a chunk, or keep the beginning of one."""
        size = _SIZE.match(data, at)
        if size is None:
            line = data[at:]
            if b"\n" in line:
                raise ChunkedError(f"the server sent no chunk but {line[:80]!r}")
            self._keep(line)
            return len(data)
        length = int(size[1], 16)
        self._is_trailer = not length
        self._left = length + len(_BREAK) if length else 0
        return size.end()

    def _chunk(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        """Take what came of a chunk, and of the line break after it."""
        stop = min(len(data), at + self._left)
        content = min(stop, at + max(0, self._left - len(_BREAK)))
        if content > at:
            pieces.append(data[at:content])
        self._left -= stop - at
        ends = len(_BREAK) - self._left
        if stop > content and data[content:stop] != _BREAK[ends - (stop - content) : ends]:
            raise ChunkedError(f"the server sent {data[content:stop]!r} for the end of a chunk")
        return stop

    def _trailer(self, data: bytes, at: int) -> int:
        """Skip the fields after the last chunk, or keep those that have come of them."""
        found = _TRAILER_END.search(data[at:])
        if found is None:
            self._keep(data[at:])
            return len(data)
        self.is_complete = True
        return at + found.end()

    def _keep(self, line: bytes) -> None:
        if len(line) > LIMIT:
            raise ChunkedError(f"the server sent no chunk in {LIMIT} bytes, but {line[:80]!r}")
        self._kept = line
