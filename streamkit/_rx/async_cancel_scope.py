"""The cancellation of a task's requests from another task.

It differs from the cancellation of a thread (``cancel_scope.py``): a task is cancelled wherever it
waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streamkit._rx.loop import Signal, required_loop
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["AsyncBackOff", "AsyncCancelScope"]


class AsyncBackOff:
    """The wait of a task between two attempts, which any thread may cut short."""

    def __init__(self) -> None:
        self._cut = Signal()

    def cut(self) -> None:
        """End the wait."""
        self._cut.give()

    async def wait(self, seconds: float) -> None:
        """Wait ``seconds``; raise ``StreamClosedError`` when the wait is cut."""
        if (await asyncio.wait([self._cut.given], timeout=seconds))[0]:
            raise StreamClosedError("The request was called off between two attempts")


class AsyncCancelScope:
    """A context in which a task's wait raises ``StreamClosedError`` when another task cancels it.

    A wait whose result is there already returns it as usual, so check ``is_cancelled`` as well. A
    scope can be entered again, one time after the other.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
        required_loop()
        self._timeout: asyncio.Timeout  # set whenever the scope is entered
        self._is_entered = False

    async def __aenter__(self) -> Self:
        # A timeout set to now cancels, and asyncio takes care of the details.
        self._timeout = asyncio.timeout(0 if self.is_cancelled else None)
        await self._timeout.__aenter__()
        self._is_entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_entered = False
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise StreamClosedError("The stream was closed before the answer began") from None

    def cancel(self) -> None:
        """End the current wait, if there is one."""
        self.is_cancelled = True
        if self._is_entered and not self._timeout.expired():
            self._timeout.reschedule(0)
