# Made from ../_async/pool.py by .ci/unasync.py: change it there.
"""The connections of a client: those in use, and those that are kept for the next exchanges."""

# Strategy: httpcore's own pool looks at every connection whenever an exchange begins or ends, and
# for each idle one at all others again. So an exchange costs with the square of the connections.
# Here only those are looked at that are about to be used or have been idle for too long. The one
# that was used last is used first, so that few exchanges keep few connections. httpcore still makes
# the connections, and they do all that is HTTP.

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpcore

__all__ = ["Pool"]


class Pool:
    """The connections of a client, each of which serves one exchange at a time.

    Args:
        make: A function that returns a new connection to an origin, which connects when used.
        max_idle: The maximum number of idle connections.
        keepalive: The seconds that an idle connection is kept.
        clock: The clock of those seconds.
    """

    def __init__(
        self,
        make: Callable[[httpcore.Origin], httpcore.ConnectionInterface],
        max_idle: int,
        keepalive: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._max_idle = max_idle
        self._keepalive = keepalive
        self._clock = clock
        self._used: set[httpcore.ConnectionInterface] = set()
        self._idle: deque[tuple[float, httpcore.ConnectionInterface]] = deque()
        self._is_closed = False
        # A thread that holds the lock may collect garbage, and thereby close the pool.
        self._lock = threading.RLock()

    def take(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        """Return a connection to ``origin`` for an exchange."""
        while True:
            while (too_old := self._too_old()) is not None:
                too_old.close()
            connection = self._next(origin)
            if not connection.has_expired():  # a new one has not, one whose server hung up has
                return connection
            self.drop(connection)

    def give_back(self, connection: httpcore.ConnectionInterface) -> None:
        """Take the connection of an exchange that has ended, and keep it if it can be used.

        If too many are idle then, the one that has been so for longest is closed.
        """
        idle = self._clock(), connection
        with self._lock:
            self._used.discard(connection)
            if connection.is_closed() or not connection.is_idle():
                return
            self._idle.append(idle)
            has_room = len(self._idle) <= self._max_idle and not self._is_closed
            surplus = None if has_room else self._idle.popleft()[1]
        if surplus is not None:
            surplus.close()

    def drop(self, connection: httpcore.ConnectionInterface) -> None:
        """Close a connection that cannot be used, unless httpcore has closed it, and forget it."""
        with self._lock:
            self._used.discard(connection)
        if not connection.is_closed():
            connection.close()

    def close(self) -> None:
        """Close all connections, and from now on each one that is given back."""
        with self._lock:
            self._is_closed = True
            closing = [*self._used, *(connection for _, connection in self._idle)]
            self._used.clear()
            self._idle.clear()
        for connection in closing:
            connection.close()

    def _too_old(self) -> httpcore.ConnectionInterface | None:
        """Take a connection out that has been idle for too long; None if there is none."""
        # One at a time: a task that is cancelled while it closes one would lose the others.
        with self._lock:
            idle = self._idle
            if idle and idle[0][0] < self._clock() - self._keepalive:
                return idle.popleft()[1]
        return None

    def _next(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        """Return an idle connection to ``origin``, or a new one."""
        with self._lock:
            idle = self._idle
            for place in range(len(idle) - 1, -1, -1):
                connection = idle[place][1]
                if connection.can_handle_request(origin):
                    del idle[place]
                    break
            else:
                connection = self._make(origin)
            self._used.add(connection)
            return connection
