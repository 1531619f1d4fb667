"""A loopback proxy before a server's socket, which cuts connections in the middle."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

__all__ = ["CuttingProxy", "Direction"]

Direction: TypeAlias = Literal["request", "reply"]


class CuttingProxy:
    """A proxy on a port; a connection is cut where ``cuts`` returns true for a read of its bytes.

    Of a request that is cut, the server gets the first half; of a reply, the client gets nothing.
    """

    def __init__(self, upstream: str, cuts: Callable[[Direction], bool]) -> None:
        self._upstream = upstream
        self._cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in [*self._open]:
            _shut(one)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._upstream)
            except OSError:  # the server is away
                server.close()
                client.close()
                continue
            self._open |= {client, server}
            thread = threading.Thread(target=self._serve, args=(client, server))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=self._pump, args=(server, client, "reply"))
        back.start()
        self._pump(client, server, "request")
        back.join()
        for one in (client, server):
            self._open.discard(one)
            one.close()

    def _pump(self, source: socket.socket, target: socket.socket, direction: Direction) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._cuts(direction):
                    if direction == "request":
                        target.sendall(data[: len(data) // 2])
                    break
                target.sendall(data)
        for one in (source, target):
            _shut(one)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
