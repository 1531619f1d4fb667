"""Servers that make a client wait before an answer is possible."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["MuteServer", "full_listener"]

PATIENCE = 10.0


class MuteServer:
    """A server that reads one byte of the first connection, and waits for ``look`` to read on."""

    def __init__(self) -> None:
        self.heard = threading.Event()
        """Set when the first byte has come."""
        self.look = threading.Event()
        """The test sets this event to let the server read the rest."""
        self.hung_up = threading.Event()
        """Set when everything was read and the client had closed its connection."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self.look.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                if connection.recv(1):
                    self.heard.set()
                    self.look.wait(PATIENCE)
                    with suppress(OSError):
                        while connection.recv(1 << 20):
                            pass
                    self.hung_up.set()


@contextmanager
def full_listener() -> Generator[str]:
    """Yield the address of a listener with a full queue, which accepts no other connection."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"
