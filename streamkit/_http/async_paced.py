"""The exchanges of many tasks of one event loop that keep one pace.

They differ from those of threads (``paced.py``): a task that waits for its turn is cancelled, and a
timer of the loop lets the next ones begin.
"""

from __future__ import annotations

import asyncio
from collections import deque
from math import inf
from typing import TYPE_CHECKING

from streamkit._core.deadlines import Deadlines
from streamkit._http.async_exchange import AsyncExchange
from streamkit._http.pace import Pace, hold_asked
from streamkit._rx.loop import required_loop

if TYPE_CHECKING:
    import httpx

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._http.request import Request

__all__ = ["AsyncPacedExchange", "AsyncPacedSender", "AsyncTurns"]


class AsyncTurns:
    """The turns of tasks at a pace; the one that has waited longest is next.

    Args:
        most: The number of attempts at once that are never exceeded.
    """

    def __init__(self, most: int) -> None:
        self._pace = Pace(most)
        self._loop = required_loop()
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self) -> int:
        """Wait for a turn and return its mark."""
        turn: asyncio.Future[int] = self._loop.create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(turn.result(), asyncio.CancelledError())
            raise

    def give_back(self, mark: int, error: BaseException | None = None) -> None:
        """End a turn, and adapt the pace to its outcome."""
        self._pace.end()
        hold = None if error is None else hold_asked(error)
        if hold is not None:
            self._pace.slow_down(mark, self._loop.time() + hold)
        elif error is None:
            self._pace.speed_up()
        self._let_in()

    def _let_in(self) -> None:
        """Let as many begin as may, and come back when more may by the passing of time alone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            if self._waiting[0].done():  # its task was cancelled
                self._waiting.popleft()
                continue
            seconds = self._pace.wait(self._loop.time())
            if seconds == inf:
                return
            if seconds > 0:
                self._timer = self._loop.call_later(seconds, self._let_in)
                return
            self._waiting.popleft().set_result(self._pace.begin())


class AsyncPacedExchange(AsyncExchange):
    """An exchange that makes each of its attempts in a turn of its own."""

    def __init__(self, transport: AsyncTransport, request: Request, turns: AsyncTurns) -> None:
        super().__init__(transport, request)
        self._turns = turns

    async def _attempt(self, *, whole: bool) -> httpx.Response:
        mark = await self._turns.take()
        if self._limits is not None and self._attempts.number == 1:
            # The time before the first turn is not the server's.
            self._deadlines = Deadlines(self._limits, self._clock())
        try:
            response = await super()._attempt(whole=whole)
        except BaseException as error:
            self._turns.give_back(mark, error)
            raise
        self._turns.give_back(mark)
        return response


class AsyncPacedSender:
    """The exchanges of many tasks at one pace.

    Args:
        transport: The transport of the client.
        most: The number of attempts at once that are never exceeded.
    """

    def __init__(self, transport: AsyncTransport, most: int) -> None:
        self._transport = transport
        self._turns = AsyncTurns(most)

    async def send(self, request: Request) -> httpx.Response:
        """Send a request until its answer is whole."""
        return await AsyncPacedExchange(self._transport, request, self._turns).send()

    def end(self) -> None:
        """Do nothing: whoever runs the tasks cancels them."""
