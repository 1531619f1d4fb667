"""The place where the head of a response ends, and its body begins."""

# Strategy: httpcore parses the head, and we read the body ourselves, without its layers. So the
# stream below it, which is ours, returns no byte of a body in the same read as a head: the bytes
# after a head wait until somebody reads on.

from __future__ import annotations

import re

__all__ = ["Heads"]

_END = re.compile(rb"\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.\d 1\d\d")


class Heads:
    """Holds back the bytes that come after the head of a response.

    A head that only informs (100 to 199) is followed by another one. Bytes that begin no response
    of HTTP, such as the answer of a SOCKS proxy, are passed through.
    """

    def __init__(self) -> None:
        self.held = b""
        """The bytes that have come and are to be read next."""
        self._head: bytearray | None = None

    def begin(self) -> bool:
        """Expect a head: a request is being written. Return whether this is its beginning."""
        if self._head is not None:
            return False
        self._head = bytearray()
        return True

    def feed(self, data: bytes, most: int) -> bytes:
        """Take bytes from the server; return those to the end of a head, and hold the others.

        At most ``most`` bytes are returned.
        """
        data = self._to_the_end(data)
        if len(data) > most:
            self.held = data[most:] + self.held
            data = data[:most]
        return data

    def take(self) -> bytes:
        """Return the bytes that are held, and hold them no longer."""
        held, self.held = self.held, b""
        return held

    def _to_the_end(self, data: bytes) -> bytes:
        head = self._head
        if head is None:
            return data
        searched = max(0, len(head) - 2)
        head += data
        if not head.startswith(b"H"):
            self._head = None
            return data
        end = _END.search(head, searched)
        if end is None:
            return data
        after = len(head) - end.end()
        self._head = bytearray() if _INFORMATIONAL.match(head) else None
        if after:
            self.held = data[-after:]
            data = data[:-after]
        return data
