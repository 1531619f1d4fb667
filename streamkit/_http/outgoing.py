"""The head of a request and the beginning of its body, which are sent together."""

# Strategy: httpcore writes the one and then the other. Two writes are two packets and two calls of
# the system, each of which costs as much as a tenth of all else that a request costs.

from __future__ import annotations

__all__ = ["Outgoing"]

_HEAD_END = b"\r\n\r\n"
_MOST = 1 << 16
"""The bytes of a body that may be copied behind its head."""


class Outgoing:
    """Holds back the head of a request until more of the request is written, or none is to come.

    httpcore writes once more after a head in any case, if only ``b""`` at the end of the request.
    """

    def __init__(self) -> None:
        self._head = b""

    def feed(self, data: bytes, *, begins: bool) -> tuple[bytes, ...]:
        """Take bytes, which may begin a request; return the pieces that are to be sent now."""
        if begins and data.endswith(_HEAD_END):
            self._head = data
            return ()
        head, self._head = self._head, b""
        if head and len(data) <= _MOST:
            return (head + data,)
        return tuple(filter(None, (head, data)))

    def rest(self) -> bytes:
        """Return what is held back, and hold it no longer."""
        head, self._head = self._head, b""
        return head
