"""The cancellation of a thread's requests from another thread.

It differs from the cancellation of a task (``async_cancel_scope.py``): only the end of its socket
wakes a thread, so a scope holds the exchange that its thread waits for.
"""

from __future__ import annotations

import threading
import time
from math import inf
from typing import TYPE_CHECKING, Protocol

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["BackOff", "CancelScope", "Cuttable", "time_left", "watch"]


class Cuttable(Protocol):
    """An exchange, or the wait between two, which another thread can end."""

    def cut(self) -> None:
        """End the exchange or the wait, now or when it begins."""
        ...


class BackOff:
    """The wait between two attempts, which any thread may cut short."""

    def __init__(self) -> None:
        self._is_cut = threading.Event()

    def cut(self) -> None:
        """End the wait."""
        self._is_cut.set()

    def wait(self, seconds: float) -> None:
        """Wait ``seconds``; raise ``StreamClosedError`` when the wait is cut."""
        watch(self)
        if self._is_cut.wait(seconds):
            raise StreamClosedError("The request was called off between two attempts")


class CancelScope:
    """A context whose requests end when another thread cancels it.

    Its thread then raises ``StreamClosedError``, also before the server has answered and between
    two attempts. A scope can be entered again, and holds only the newest exchange.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
        self._newest: Cuttable | None = None
        self.ends_at = inf
        """The time of the monotonic clock at which the scope will be cancelled."""

    def until(self, moment: float) -> Self:
        """Set the time at which the scope will be cancelled, and return the scope."""
        self.ends_at = moment
        return self

    def __enter__(self) -> Self:
        _entered.scopes = (*_entered.scopes, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _entered.scopes = _entered.scopes[:-1]

    def cancel(self) -> None:
        """End the current exchange, and any that would follow."""
        # The mark is set first here, and read last in `watch`: so one of the two sees the other.
        self.is_cancelled = True
        if self._newest is not None:
            self._newest.cut()

    def watch(self, one: Cuttable) -> None:
        """Hold an exchange or a wait that is about to begin."""
        self._newest = one
        if self.is_cancelled:
            one.cut()


def watch(one: Cuttable) -> None:
    """Register an exchange or a wait, before it begins, with the scopes that this thread is in."""
    for scope in _entered.scopes:
        scope.watch(one)


def time_left() -> float:
    """Return the seconds until a scope that this thread is in is cancelled; ``inf`` without one."""
    moment = min((scope.ends_at for scope in _entered.scopes), default=inf)
    return moment if moment == inf else max(moment - time.monotonic(), _SHORTEST)


class _Entered(threading.local):
    scopes: tuple[CancelScope, ...] = ()


_entered = _Entered()

_SHORTEST = 0.001
"""The minimum of ``time_left``, in seconds, because zero would make a socket non-blocking."""
