"""Calling off, from another thread, what is asked of a server.

It differs from calling off a task (``async_cancel_scope.py``): nothing but the end of its socket
wakes a thread, so a scope knows what its thread waits for.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["BackOff", "CancelScope", "Cuttable", "watch"]


class Cuttable(Protocol):
    """What can be ended from another thread: an exchange, or the wait between two."""

    def cut(self) -> None:
        """End it, now or when it begins."""
        ...


class BackOff:
    """A wait between two attempts, which any thread may cut short."""

    def __init__(self) -> None:
        self._is_cut = threading.Event()

    def cut(self) -> None:
        """End it."""
        self._is_cut.set()

    def wait(self, seconds: float) -> None:
        """Wait so long; raises ``StreamClosedError`` when it is cut."""
        if self._is_cut.wait(seconds):
            raise StreamClosedError("The request was called off between two attempts")


class CancelScope:
    """What its thread asks of servers within it ends when another thread cancels it.

    Also before the server says anything, and between two attempts: what waits for the server
    raises ``StreamClosedError``. A scope can be entered again, and knows the newest exchange only.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
        self._newest: Cuttable | None = None

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
        """End the exchange there is, and any that would follow."""
        # The mark first, and in `watch` last: so one of the two sees the other's.
        self.is_cancelled = True
        if self._newest is not None:
            self._newest.cut()

    def watch(self, one: Cuttable) -> None:
        """Take what is about to begin."""
        self._newest = one
        if self.is_cancelled:
            one.cut()


def watch(one: Cuttable) -> None:
    """Let the scopes that this thread is in end what is about to begin."""
    for scope in _entered.scopes:
        scope.watch(one)


class _Entered(threading.local):
    scopes: tuple[CancelScope, ...] = ()


_entered = _Entered()
