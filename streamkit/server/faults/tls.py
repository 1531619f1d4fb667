"""A server that fails every TLS handshake."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

How: TypeAlias = Literal["self_signed", "no_certificate", "plain_text"]

SELF_SIGNED = Path(__file__).parent / "self_signed.pem"
PLAIN = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BrokenTLS:
    """A server on the loopback interface that fails every TLS handshake, in a ``with`` block.

    Args:
        how: The way to fail: with a certificate that no client trusts, without a certificate, or
            with an answer in plain text.
    """

    def __init__(self, how: How = "self_signed") -> None:
        self.handshakes = 0
        """The number of connections that clients tried."""
        self._how = how
        self._listener: socket.socket | None = None
        self._thread = Thread()

    @property
    def base_url(self) -> str:
        """The ``base_url`` for clients.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._listener is None:
            raise RuntimeError("the server is not running: enter it")
        port: int = self._listener.getsockname()[1]
        return f"https://127.0.0.1:{port}/v1"

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, args=(self._listener,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._listener is not None:
            listener, self._listener = self._listener, None
            address = listener.getsockname()
            with suppress(OSError):
                socket.create_connection(address).close()  # this wakes the thread
            self._thread.join()
            listener.close()

    def _serve(self, listener: socket.socket) -> None:
        context = self._context()
        while True:
            connection, _ = listener.accept()
            with connection:
                if self._listener is None:
                    return
                self.handshakes += 1
                with suppress(OSError):
                    if context is None:
                        connection.recv(1 << 16)
                        connection.sendall(PLAIN)
                    else:
                        context.wrap_socket(connection, server_side=True).close()

    def _context(self) -> ssl.SSLContext | None:
        if self._how == "plain_text":
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self._how == "self_signed":
            context.load_cert_chain(SELF_SIGNED)
        return context
