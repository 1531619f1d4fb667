"""The connection of an exchange, by which any thread can end the exchange at any time.

`STOPPING.md`, beside this file, lists how an exchange is ended in each of its states.
"""

# Strategy: only the thing that a thread waits for can wake that thread. So a connection holds each
# such thing before the wait begins, and can shut it down: a place in the pool, the lookup of a
# name, a socket from the moment it is made. On an event loop a task could be cancelled instead; but
# httpcore loses connections when a task is cancelled, so sockets are shut down there as well.

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from streamkit._http.process import this_process
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from typing import Self

    import httpx

__all__ = ["Connection", "Waited", "connection_here"]

_KEY = "streamkit._http.connection"


class Pool(Protocol):
    """The pool that the connections of a client come from."""

    @property
    def let_go(self) -> deque[Callable[[], Any]]:
        """The functions that close the bodies which were collected before they were closed."""
        ...


class Waited(Protocol):
    """Something that a thread or a task can wait for."""

    def shut_down(self) -> None:
        """Wake the thread or task that waits, and end later waits at once; from any thread."""
        ...


class Connection:
    """The holder of the thing that one exchange waits for, while the exchange lasts.

    Afterwards the socket may already carry another thread's request. In a fork of the process the
    socket belongs to the parent, and is left alone.
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self.is_cut = False
        self._process = this_process()
        self._pool = pool  # which must not be collected before the exchange is over
        self._held: Waited | None = None
        # A thread that holds the lock may collect garbage, and thereby call `let_go`.
        self._lock = threading.RLock()

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """Return the connection that follows ``request``, or a new one if none does."""
        connection: Self | None = request.extensions.get(_KEY)
        return connection or cls()

    def follow(self, request: httpx.Request) -> None:
        """Attach this connection to the request that is about to be sent."""
        request.extensions[_KEY] = self

    def answered(self, response: httpx.Response) -> None:
        """Take the response to the request; its body is still to be read."""

    def let_go(self, close: Callable[[], Any]) -> None:
        """Cut the exchange, and have the pool call ``close`` when that is possible.

        Any code may come to call this: code that cannot await, or that is in the midst of its work.
        """
        self.cut()
        if self._pool is not None:
            self._pool.let_go.append(close)
        self.leave()

    def leave(self) -> None:
        """Note that the exchange is over."""
        self._pool = None

    @property
    def is_of_this_process(self) -> bool:
        """Whether this process began the exchange, and not the process it was forked from."""
        return self._process is this_process()

    @property
    def is_held(self) -> bool:
        """Whether the connection holds something that can be shut down."""
        return self._held is not None

    def hold(self, one: Waited) -> None:
        """Hold the thing that the exchange will wait for; shut it down after a cut."""
        if self._held is not one:
            with self._lock:
                self._held = one
        if self.is_cut and self.is_of_this_process:
            self._shut_down()

    def raise_if_cut(self) -> None:
        """Raise ``StreamClosedError`` if the exchange was cut."""
        if self.is_cut:
            raise self.closed_error()

    def release(self) -> None:
        """Hold the socket no longer, because other exchanges may be about to use it."""
        with self._lock:
            self._held = None

    def cut(self) -> None:
        """Shut down the thing that the exchange waits for or will wait for; from any thread.

        Nothing happens to a socket that the exchange no longer holds.
        """
        self.is_cut = True  # set first and read last by `hold`: one of the two sees the other's
        if self.is_of_this_process:
            self._shut_down()

    def closed_error(self) -> StreamClosedError:
        """Return the error of an exchange that ended because it was cut."""
        return StreamClosedError("The stream was closed before the answer ended")

    def _shut_down(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.shut_down()


connection_here: ContextVar[Connection | None] = ContextVar("connection_here", default=None)
"""The connection of the request that this thread or task is sending by our own client."""
