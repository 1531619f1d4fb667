"""The exchange, which sends a request within limits of time until there is an answer to read.

It sends the request again, with the same policy and the same number of retries in all, when a
streamed answer breaks off before any of its content was emitted.
"""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec.structs import replace

from streamkit._core.deadlines import Deadlines
from streamkit._core.logger import logger
from streamkit._http.body import SyncBody
from streamkit._http.request import encoded
from streamkit._http.timed_body import TimedSyncBody
from streamkit._http.watchdog import Watchdog
from streamkit._rx.cancel_scope import CancelScope
from streamkit.errors import APITimeoutError, StreamClosedError, StreamkitError, StreamTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._http._sync.transport import SyncTransport
    from streamkit._http.request import Request

__all__ = ["Exchange", "SyncExchange"]

AnyTransport = TypeVar("AnyTransport", bound="SyncTransport | AsyncTransport")


class Exchange(Generic[AnyTransport]):
    """The part of an exchange that never waits: the attempts made, and the time left."""

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
        instrument = transport.instrument
        self.watch = None if instrument is None else instrument(transport.config, request)
        """The watch of an instrument over the request."""

    @property
    def may_follow(self) -> bool:
        """Whether another attempt may follow this one."""
        return self._attempts.may_follow

    def _request_within(self, seconds: float) -> Request:
        """Return the request with at most ``seconds`` for each step: not every step can be cut."""
        if self._limits is None or seconds == inf:
            return self._request
        return replace(self._request, timeout=self._limits.within(max(seconds, 0.0)))

    def _delay_after(self, error: Exception) -> float:
        """Return the seconds until the next attempt; raise ``error`` if there is to be none."""
        # Of the limits of a stream only `first_content` suggests that another attempt might be
        # quicker, and a caller that sets it asks for another attempt.
        if isinstance(error, StreamTimeoutError) and error.limit != "first_content":
            raise error
        delay = self._attempts.failed(error)
        if self._deadlines is not None and self._deadlines.have_passed(self._clock() + delay):
            raise error
        return delay

    def _gave_up(self, error: BaseException) -> None:
        """Take the error that ends the exchange before an answer."""
        if self.watch is not None:
            self.watch.ended(None, error)

    def _log_break(self, error: Exception, delay: float) -> None:
        logger().info(
            "%s %s: the answer broke off (%s); attempt %d follows in %.3f s",
            self._request.method,
            self._request.path,
            type(error).__name__,
            self._attempts.number,
            delay,
        )


class SyncExchange(Exchange["SyncTransport"]):
    """The attempts at one answer in a blocking client."""

    def __init__(
        self,
        transport: SyncTransport,
        request: Request,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(transport, request, clock)
        self._scope = CancelScope()

    def open(self) -> SyncBody:
        """Send the request until it is answered; return the body, which is still to be read."""
        response, watchdog = self._answered(whole=False)
        if self._limits is None or self._deadlines is None or watchdog is None:
            return SyncBody(response)
        response.request.extensions["timeout"]["read"] = self._limits.read
        return TimedSyncBody(response, self._deadlines, watchdog, self._clock)

    def send(self) -> httpx.Response:
        """Send the request until an answer is whole; its last byte counts as its first content."""
        response, watchdog = self._answered(whole=True)
        if watchdog is not None:
            watchdog.stop()
        if self.watch is not None:
            self.watch.answered(response)
        return response

    def again(self, error: Exception) -> SyncBody:
        """Send the request again after ``error`` ended the answer, or raise the final error."""
        delay = self._delay_after(error)
        self._log_break(error, delay)
        with self._scope:
            self._transport.wait(delay)
            return self.open()

    def close(self) -> None:
        """Prevent any further attempt; from any thread."""
        self._scope.cancel()

    def _answered(self, *, whole: bool) -> tuple[httpx.Response, Watchdog | None]:
        while True:
            try:
                try:
                    response, watchdog = self._attempt(whole=whole)
                except StreamkitError as error:
                    self._transport.wait(self._delay_after(error))
                    continue
            except BaseException as error:
                self._gave_up(error)
                raise
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
