"""The body that a thread reads within limits of time.

It differs from the body of a loop (``async_timed_body.py``): a watchdog wakes a thread that waits
in vain, by cutting its connection.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from streamkit._http.body import SyncBody
from streamkit.errors import StreamTimeoutError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._core.deadlines import Deadlines
    from streamkit._http.watchdog import Watchdog

__all__ = ["TimedSyncBody"]


class TimedSyncBody(SyncBody):
    """The bytes of a body as they arrive; reading raises ``StreamTimeoutError`` on late ones.

    ``watchdog`` wakes a reader that waits in vain; the end of the body stops the watchdog.
    """

    def __init__(
        self,
        response: httpx.Response,
        deadlines: Deadlines,
        watchdog: Watchdog,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(response)
        self.on_content = deadlines.content
        self._deadlines = deadlines
        self._watchdog = watchdog
        self._clock = clock
        self._phases: dict[str, float | None] = response.request.extensions["timeout"]
        self._read = self._phases["read"]
        # The watchdog's thread must not keep a body alive that nothing else refers to.
        weakref.finalize(self, watchdog.stop).atexit = False
        expire = weakref.WeakMethod(self._expire)
        watchdog.hand_over(lambda error: (method := expire()) and method(error))

    def __next__(self) -> bytes:
        deadlines, now = self._deadlines, self._clock()
        until = deadlines.wait(now)
        if now >= until and (error := deadlines.reached(now)):
            self._expire(error)
        if not self._connection.is_held:
            self._bound_read(until - now)
        try:
            return super().__next__()
        except StreamTimeoutError as error:
            self._watchdog.stop()
            raise self._judged(error) from error.__cause__
        except BaseException:
            self._watchdog.stop()
            raise
        finally:
            deadlines.arrived(self._clock())

    def close(self) -> None:
        """End the body now, and close the connection unless everything was read."""
        self._watchdog.stop()
        super().close()

    def _expire(self, error: StreamTimeoutError) -> None:
        if self._end is None:
            error.request_id = request_id_in(self.response.headers)
            self._end = error
        self.close()

    def _bound_read(self, seconds: float) -> None:
        # There is no socket whose cut could wake the reader, as with HTTP/2; but the HTTP client
        # reads the limit of each read from these phases, every time.
        self._phases["read"] = min(self._read, seconds) if self._read is not None else seconds

    def _judged(self, error: StreamTimeoutError) -> StreamTimeoutError:
        reached = self._deadlines.reached(self._clock()) if error.limit == "read" else None
        if reached is None:
            return error
        self._end = None
        self._expire(reached)
        return reached
