"""How an answer begins that has limits of time: the request is sent until there is one to read.

And again, with the same policy and the same number of retries in all, when a streamed answer breaks
off before anything of it was told.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._core.deadlines import Deadlines
from streamkit._http.body import SyncBody
from streamkit._http.request import encoded
from streamkit._http.timed_body import TimedSyncBody
from streamkit._http.watchdog import Watchdog
from streamkit._rx.cancel_scope import CancelScope
from streamkit.errors import APITimeoutError, StreamClosedError, StreamkitError, StreamTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http.async_transport import AsyncTransport
    from streamkit._http.request import Request
    from streamkit._http.transport import SyncTransport

__all__ = ["Exchange", "SyncExchange"]

_log = logging.getLogger("streamkit")

AnyTransport = TypeVar("AnyTransport", bound="SyncTransport | AsyncTransport")


class Exchange(Generic[AnyTransport]):
    """What needs no waiting: the attempts that were made, and the time that is left."""

    def __init__(
        self, transport: AnyTransport, request: Request, clock: Callable[[], float]
    ) -> None:
        self._transport = transport
        self._request = request
        self._content = encoded(request)
        self._clock = clock
        self._attempts = transport.attempts(request)
        self._limits = transport.time_limits(request)
        self._deadlines = None if self._limits is None else Deadlines(self._limits, clock())

    @property
    def may_follow(self) -> bool:
        """Whether another attempt may follow this one."""
        return self._attempts.may_follow

    def _request_within(self, seconds: float) -> Request:
        """The request, with no more time than that for each step: not all of them can be cut."""
        if self._limits is None or seconds == inf:
            return self._request
        return replace(self._request, timeout=self._limits.within(max(seconds, 0.0)))

    def _delay_after(self, error: Exception) -> float:
        """Seconds until the next attempt; raises ``error`` if there shall be none."""
        # Of the limits of a stream only that of its first content says that it might be quicker the
        # next time, and who sets it asks for that.
        if isinstance(error, StreamTimeoutError) and error.limit != "first_content":
            raise error
        delay = self._attempts.failed(error)
        if self._deadlines is not None and self._deadlines.have_passed(self._clock() + delay):
            raise error
        return delay

    def _log_break(self, error: Exception, delay: float) -> None:
        _log.info(
            "%s %s: the answer ended before its first content (%s); attempt %d follows in %.3f s",
            self._request.method,
            self._request.path,
            type(error).__name__,
            self._attempts.number,
            delay,
        )


class SyncExchange(Exchange["SyncTransport"]):
    """The attempts at one answer, for a client that blocks."""

    def __init__(
        self,
        transport: SyncTransport,
        request: Request,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(transport, request, clock)
        self._scope = CancelScope()

    def open(self) -> SyncBody:
        """Send the request until it is answered, with the body still to be read."""
        response, watchdog = self._answered(whole=False)
        if self._limits is None or self._deadlines is None or watchdog is None:
            return SyncBody(response)
        response.request.extensions["timeout"]["read"] = self._limits.read
        return TimedSyncBody(response, self._deadlines, watchdog, self._clock)

    def send(self) -> httpx.Response:
        """Send it until there is a whole answer, which is content when its last byte has come."""
        response, watchdog = self._answered(whole=True)
        if watchdog is not None:
            watchdog.stop()
        return response

    def again(self, error: Exception) -> SyncBody:
        """Send it once more, ``error`` having ended the answer; raises what is to be told."""
        delay = self._delay_after(error)
        self._log_break(error, delay)
        with self._scope:
            self._transport.wait(delay)
            return self.open()

    def close(self) -> None:
        """Let no other answer begin; from any thread."""
        self._scope.cancel()

    def _answered(self, *, whole: bool) -> tuple[httpx.Response, Watchdog | None]:
        while True:
            try:
                response, watchdog = self._attempt(whole=whole)
            except StreamkitError as error:
                self._transport.wait(self._delay_after(error))
            else:
                self._attempts.answered(response)
                return response, watchdog

    def _attempt(self, *, whole: bool) -> tuple[httpx.Response, Watchdog | None]:
        deadlines, clock = self._deadlines, self._clock
        if deadlines is None:
            return self._transport.attempt(self._request, self._content, whole=whole), None
        deadlines.begin()
        now = clock()
        request = self._request_within(deadlines.wait(now) - now)
        scope = CancelScope()
        watchdog = Watchdog(deadlines, clock, lambda _: scope.cancel())
        try:
            with scope:
                response = self._transport.attempt(request, self._content, whole=whole)
            deadlines.arrived(clock())
        except (APITimeoutError, StreamClosedError) as error:
            watchdog.stop()
            raise deadlines.reached(clock()) or error from error.__cause__
        except BaseException:
            watchdog.stop()
            raise
        return response, watchdog
