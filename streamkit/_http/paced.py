"""The exchanges of many threads that keep one pace."""

from __future__ import annotations

import threading
import time
from collections import deque
from math import inf
from typing import TYPE_CHECKING

from streamkit._core.deadlines import Deadlines
from streamkit._http.exchange import SyncExchange
from streamkit._http.pace import Pace, hold_asked
from streamkit._rx.cancel_scope import CancelScope, watch
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http._sync.transport import SyncTransport
    from streamkit._http.request import Request
    from streamkit._http.watchdog import Watchdog

__all__ = ["PacedExchange", "PacedSender", "Turns"]


class Turns:
    """The turns of threads at a pace; the one that has waited longest is next.

    Args:
        most: The number of attempts at once that are never exceeded.
        clock: The clock of the pace, in seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = Pace(most)
        self._clock = clock
        self._waiting: deque[_Turn] = deque()
        self._changed = threading.Condition()

    def take(self) -> int:
        """Wait for a turn and return its mark; raise ``StreamClosedError`` if the wait is cut."""
        turn = _Turn(self._changed)
        watch(turn)
        with self._changed:
            self._waiting.append(turn)
            try:
                while (seconds := self._seconds_until(turn)) > 0:
                    self._changed.wait(None if seconds == inf else seconds)
                return self._pace.begin()
            finally:
                self._waiting.remove(turn)
                self._changed.notify_all()

    def give_back(self, mark: int, error: BaseException | None = None) -> None:
        """End a turn, and adapt the pace to its outcome."""
        hold = None if error is None else hold_asked(error)
        with self._changed:
            self._pace.end()
            if hold is not None:
                self._pace.slow_down(mark, self._clock() + hold)
            elif error is None:
                self._pace.speed_up()
            self._changed.notify_all()

    def _seconds_until(self, turn: _Turn) -> float:
        if turn.is_cut:
            raise StreamClosedError("The request was called off before it was sent")
        return self._pace.wait(self._clock()) if self._waiting[0] is turn else inf


class PacedExchange(SyncExchange):
    """An exchange that makes each of its attempts in a turn of its own."""

    def __init__(self, transport: SyncTransport, request: Request, turns: Turns) -> None:
        super().__init__(transport, request)
        self._turns = turns

    def _attempt(self, *, whole: bool) -> tuple[httpx.Response, Watchdog | None]:
        mark = self._turns.take()
        if self._limits is not None and self._attempts.number == 1:
            # The time before the first turn is not the server's.
            self._deadlines = Deadlines(self._limits, self._clock())
        try:
            answered = super()._attempt(whole=whole)
        except BaseException as error:
            self._turns.give_back(mark, error)
            raise
        self._turns.give_back(mark)
        return answered


class PacedSender:
    """The exchanges of many threads at one pace, which are ended together.

    Args:
        transport: The transport of the client.
        most: The number of attempts at once that are never exceeded.
    """

    def __init__(self, transport: SyncTransport, most: int) -> None:
        self._transport = transport
        self._turns = Turns(most)
        self._scopes: set[CancelScope] = set()
        self._lock = threading.Lock()
        self._has_ended = False

    def send(self, request: Request) -> httpx.Response:
        """Send a request until its answer is whole."""
        scope = CancelScope()
        with self._lock:
            if self._has_ended:
                scope.cancel()
            self._scopes.add(scope)
        try:
            with scope:
                return PacedExchange(self._transport, request, self._turns).send()
        finally:
            with self._lock:
                self._scopes.discard(scope)

    def end(self) -> None:
        """End all exchanges, and any that would follow: their threads raise an error."""
        with self._lock:
            self._has_ended = True
            scopes = [*self._scopes]
        for scope in scopes:
            scope.cancel()


class _Turn:
    """A thread's place in the line, which another thread may cut."""

    def __init__(self, changed: threading.Condition) -> None:
        self.is_cut = False
        self._changed = changed

    def cut(self) -> None:
        """End the wait for the turn."""
        with self._changed:
            self.is_cut = True
            self._changed.notify_all()
