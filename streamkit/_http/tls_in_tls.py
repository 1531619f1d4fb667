"""TLS inside the TLS connection to a proxy, because `ssl` cannot wrap a socket twice."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TLSInTLS"]

T = TypeVar("T")

_RECORD = 1 << 14
"""The largest number of bytes that TLS encrypts at once."""


class TLSInTLS:
    """The inner TLS connection over ``carrier``, with the names of a socket's methods."""

    def __init__(
        self, carrier: ssl.SSLSocket, context: ssl.SSLContext, hostname: str | None
    ) -> None:
        self._carrier = carrier
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
        self.settimeout = carrier.settimeout
        self.selected_alpn_protocol = self._inner.selected_alpn_protocol

    def do_handshake(self) -> None:
        """Perform the TLS handshake with the server."""
        self._carried(self._inner.do_handshake)

    def recv(self, size: int) -> bytes:
        """Wait for bytes and return them; ``b""`` once the connection has ended."""
        try:
            return self._carried(lambda: self._inner.read(size))
        except ssl.SSLEOFError:  # an end without notice is an end, as in an SSLSocket
            return b""

    def send(self, data: memoryview) -> int:
        """Write the beginning of ``data``; return the number of bytes written."""
        return self._carried(lambda: self._inner.write(data[:_RECORD]))

    def _carried(self, step: Callable[[], T]) -> T:
        """Return the result of ``step``, after all reads and writes that it needs."""
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
