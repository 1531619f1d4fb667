"""TLS through a proxy that is spoken to by TLS itself: `ssl` wraps no socket twice."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TLSInTLS"]

T = TypeVar("T")

_RECORD = 1 << 14
"""The most bytes that TLS encrypts at once."""


class TLSInTLS:
    """What is read and written in place of ``carrier``, with the names of a socket's methods."""

    def __init__(
        self, carrier: ssl.SSLSocket, context: ssl.SSLContext, hostname: str | None
    ) -> None:
        self._carrier = carrier
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
        self.settimeout = carrier.settimeout
        self.selected_alpn_protocol = self._inner.selected_alpn_protocol

    def do_handshake(self) -> None:
        """Agree with the server on keys."""
        self._carried(self._inner.do_handshake)

    def recv(self, size: int) -> bytes:
        """Read what there is, waiting for it; nothing when it has ended."""
        try:
            return self._carried(lambda: self._inner.read(size))
        except ssl.SSLEOFError:  # it ended without a word, as it does with an SSLSocket
            return b""

    def send(self, data: memoryview) -> int:
        """Write some of it; return how many bytes that is."""
        return self._carried(lambda: self._inner.write(data[:_RECORD]))

    def _carried(self, step: Callable[[], T]) -> T:
        """What ``step`` returns once all that it needs was read and written."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._carrier.recv(_RECORD):
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._carrier.sendall(data)
