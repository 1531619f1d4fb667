"""The limit on a client's open exchanges; further ones wait for a place, and can be cut meanwhile.

httpcore limits connections as well, but wakes no thread that waits for one, and loses count when an
exchange ends badly.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamkit._http.connection import Connection

__all__ = ["Places", "no_place"]


class Places:
    """A number of places; the thread that has waited longest gets the next free one."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[_Turn] = deque()
        self._lock = threading.Lock()

    def take(self, connection: Connection, seconds: float | None) -> None:
        """Take a place; raise ``TimeoutError``, or ``StreamClosedError`` if the wait is cut."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = _Turn()
            self._waiting.append(turn)
        try:
            connection.hold(turn)
            turn.wait(seconds)
        finally:
            connection.release()
            with self._lock:
                if not turn.has_come:
                    self._waiting.remove(turn)
        if not turn.has_come:
            connection.raise_if_cut()
            raise TimeoutError(no_place(seconds))

    def give_back(self) -> None:
        """Give the place to the next thread that waits, or free it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().come()
            else:
                self._free += 1


def no_place(seconds: float | None) -> str:
    """Return the error message for a wait of ``seconds`` in which no place was free."""
    return f"no place for another connection was free for {seconds} s"


class _Turn:
    """The turn of one thread that waits for a place."""

    def __init__(self) -> None:
        self.has_come = False
        self._is_over = threading.Event()
        self.shut_down = self._is_over.set
        self.wait = self._is_over.wait

    def come(self) -> None:
        self.has_come = True
        self._is_over.set()
