"""The lookup of a name's addresses, in a thread of its own, because nothing can wake it."""

from __future__ import annotations

import socket
import threading
from typing import Any

__all__ = ["Lookup"]


class Lookup:
    """A lookup that any thread can abandon; the lookup's own thread then runs on until it ends."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._found: list[Any] = []
        self._error: Exception | None = None
        self._is_over = threading.Event()
        self.shut_down = self._is_over.set
        """Wake the thread that waits for the lookup, and end later waits at once."""
        try:
            threading.Thread(target=self._look_up, name="streamkit-lookup", daemon=True).start()
        except RuntimeError:  # the interpreter is about to end, and starts no thread
            self._look_up()

    def wait(self, timeout: float | None) -> list[Any]:
        """Return the result of ``socket.getaddrinfo``, or nothing after `shut_down`.

        Raises the errors of ``getaddrinfo``, and ``TimeoutError`` after ``timeout`` seconds.
        """
        if not self._is_over.wait(timeout):
            raise TimeoutError("the lookup of the name timed out")
        if self._error is not None:
            raise self._error
        return self._found

    def _look_up(self) -> None:
        try:
            self._found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except Exception as error:  # noqa: BLE001 - the thread that waits for it raises it
            self._error = error.with_traceback(None)  # which would hold this lookup and its data
        self._is_over.set()
