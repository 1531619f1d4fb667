"""A loopback proxy that opens tunnels and notes their destinations."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = ["ProxyServer"]


class ProxyServer:
    """A proxy that opens a tunnel to any requested address; with ``tls`` it is itself encrypted."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[bytes] = []
        """The first line of each request."""
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._start(self._serve, connection)

    def _start(self, do: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=do, args=args)
        self._threads.append(thread)
        thread.start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                near = self._tls.wrap_socket(near, server_side=True)
            self._open.append(near)
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := near.recv(1 << 16)):
                    return
                head += data
            self.asked.append(head.partition(b"\r\n")[0])
            host, _, port = head.split(b" ")[1].rpartition(b":")
            far = socket.create_connection((host.decode(), int(port)))
            self._open.append(far)
            self._start(_pump, far, near, b"HTTP/1.1 200 Connected\r\n\r\n")
            _pump(near, far)


def _pump(source: socket.socket, sink: socket.socket, first: bytes = b"") -> None:
    """Forward bytes until one of the two sockets is closed, and then close the other."""
    with suppress(OSError):
        sink.sendall(first)
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with suppress(OSError):
        socket.socket.shutdown(sink, socket.SHUT_RDWR)
