"""The body that a task reads within limits of time.

It differs from the body of a thread (``timed_body.py``): a limit cancels the read.
"""

# Strategy: no read arms a timer. One timer for the body wakes when the first of the reads could be
# late, looks how long the current one may still wait, and sleeps on.

from __future__ import annotations

import asyncio
import weakref
from math import inf
from typing import TYPE_CHECKING, Any, cast

from streamkit._http.async_body import AsyncBody
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    import httpx

    from streamkit._core.deadlines import Deadlines

__all__ = ["TimedAsyncBody"]


class TimedAsyncBody(AsyncBody):
    """The bytes of a body as they arrive; reading raises ``StreamTimeoutError`` on late ones."""

    def __init__(self, response: httpx.Response, deadlines: Deadlines) -> None:
        super().__init__(response)
        self.on_content = deadlines.content
        self._deadlines = deadlines
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = inf  # the time of the timer
        self._until = inf
        self._reader: asyncio.Task[Any] | None = None
        self._is_late = False

    async def __anext__(self) -> bytes:
        if self._end is not None:
            raise self._end
        time = self._loop.time
        self._until = until = self._deadlines.wait(time())
        if until < self._looks_at:
            self._look_at(until)
        reader = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))
        cancels = reader.cancelling()
        self._reader = reader
        try:
            return await super().__anext__()
        except asyncio.CancelledError:
            if not self._is_late or reader.uncancel() > cancels:
                raise  # it was cancelled from elsewhere, too
            self._end = error = self._deadlines.error()
            error.request_id = request_id_in(self.response.headers)
            raise error from None
        finally:
            self._reader = None
            self._deadlines.arrived(time())

    def _needs_no_help(self) -> None:
        super()._needs_no_help()
        self._stop_timer()

    def _look_at(self, when: float) -> None:
        self._stop_timer()
        self._looks_at = when
        # The timer does not keep a body alive that nothing else refers to.
        self._timer = self._loop.call_at(when, _look, weakref.ref(self))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._looks_at = inf

    def look(self) -> None:
        """Cancel the current read if it has waited too long, or look again when it will have."""
        self._stop_timer()
        if self._reader is None:
            return
        if self._loop.time() < self._until:
            self._look_at(self._until)
        else:
            self._is_late = True
            self._reader.cancel()


def _look(body: weakref.ref[Any]) -> None:
    there = body()
    if there is not None:
        there.look()
