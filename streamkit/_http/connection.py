"""What an exchange waits for, known early enough to be ended at any time.

`STOPPING.md`, beside this file, says what ends an exchange, in each of its states.
"""

# Strategy: a thread that waits is woken by what it waits for, and by nothing else. So whatever an
# exchange is about to wait for is held here first, and can be shut down: a place in the pool, the
# lookup of a name, a socket from the moment it is made. On an event loop a task could be cancelled
# instead; but httpcore loses connections when it is, so sockets are shut down there as well.

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from streamkit._http.process import this_process
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    import httpx

__all__ = ["Connection", "Waited", "connection_here"]

_KEY = "streamkit._http.connection"


class Pool(Protocol):
    """Where the connections of a client come from."""

    @property
    def let_go(self) -> deque[Callable[[], Any]]:
        """Closes what was let go without having been closed."""
        ...


class Waited(Protocol):
    """Something that a thread or a task can wait for."""

    def shut_down(self) -> None:
        """Wake the one that waits, and let nobody wait for it again; from any thread."""
        ...


class Connection:
    """What one exchange waits for, for as long as it does.

    Afterwards the socket may already carry another thread's request. In a fork of the process it is
    the parent's, and left alone.
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self.is_cut = False
        self._process = this_process()
        self._pool = pool  # which must not be collected before the exchange is over
        self._held: Waited | None = None
        # A thread that holds it may collect garbage, and so come to `let_go`.
        self._lock = threading.RLock()

    @classmethod
    def of(cls, request: httpx.Request) -> Connection:
        """The one that follows ``request``; for one that is followed by none, a new one."""
        connection: Connection | None = request.extensions.get(_KEY)
        return connection or cls()

    def follow(self, request: httpx.Request) -> None:
        """Take the request that is about to be sent."""
        request.extensions[_KEY] = self

    def answered(self, response: httpx.Response) -> None:
        """Take the response to it, whose body is still to be read."""

    def let_go(self, close: Callable[[], Any]) -> None:
        """Cut it, and have ``close`` called when that is possible.

        This may happen anywhere: where nothing can be awaited, and in the midst of other work.
        """
        self.cut()
        if self._pool is not None:
            self._pool.let_go.append(close)
        self.leave()

    def leave(self) -> None:
        """Take it that the exchange is over."""
        self._pool = None

    @property
    def is_of_this_process(self) -> bool:
        """Whether this process has begun the exchange, and not the one that it was forked from."""
        return self._process is this_process()

    @property
    def is_held(self) -> bool:
        """Whether there is something that can be shut down."""
        return self._held is not None

    def hold(self, one: Waited) -> None:
        """Take what the exchange is about to wait for, and shut it down if it is cut already."""
        if self._held is not one:
            with self._lock:
                self._held = one
        if self.is_cut and self.is_of_this_process:
            self._shut_down()

    def raise_if_cut(self) -> None:
        """Raise ``StreamClosedError`` when the exchange was cut."""
        if self.is_cut:
            raise self.closed_error()

    def release(self) -> None:
        """Let go of it: others may be about to use it."""
        with self._lock:
            self._held = None

    def cut(self) -> None:
        """Shut down what the exchange waits for, or is about to wait for; from any thread.

        Nothing happens to a socket that the exchange no longer holds.
        """
        self.is_cut = True  # first: `hold` looks for it last, so one of the two sees the other's
        if self.is_of_this_process:
            self._shut_down()

    def closed_error(self) -> StreamClosedError:
        """What it means that the exchange ended, once the connection was cut."""
        return StreamClosedError("The stream was closed before the answer ended")

    def _shut_down(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.shut_down()


connection_here: ContextVar[Connection | None] = ContextVar("connection_here", default=None)
"""Of the exchange whose request this thread, or this task, is sending by our own client."""
