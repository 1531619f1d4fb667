"""The retries of a request that failed before its answer began."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streamkit._core.logger import is_debugged, logger
from streamkit._http.backoff import back_off, delay_asked, is_transient
from streamkit._http.redaction import request_id
from streamkit._http.retry_state import RetryState

if TYPE_CHECKING:
    import httpx

    from streamkit._http.request import Request

__all__ = ["Attempts", "logger"]


class Attempts:
    """The attempts at one request: at most ``max_retries`` after the first, when they may help."""

    def __init__(self, request: Request, max_retries: int) -> None:
        self._request = request
        self._max_retries = max_retries
        self._state = RetryState()

    @property
    def number(self) -> int:
        """The number of the attempt that is under way; the first is 1."""
        return self._state.attempt_number

    @property
    def may_follow(self) -> bool:
        """Whether another attempt is allowed after this one."""
        return self._state.attempt_number <= self._max_retries

    def answered(self, response: httpx.Response) -> None:
        """Log that the attempt has led to a response, whose body may still break off."""
        self._log(response)

    def failed(self, error: Exception) -> float:
        """Return the seconds to wait before another attempt; raise ``error`` if there is none."""
        self._log(getattr(error, "response", None), error)
        if not (self.may_follow and is_transient(error)):
            raise error
        self._state.failed(error)
        seconds = delay_asked(error) or back_off(self._state)
        self._state.waits(seconds)
        return seconds

    def _log(self, response: httpx.Response | None, error: Exception | None = None) -> None:
        if not is_debugged():
            return
        logger().debug(
            "%s %s: attempt %d ended with %s after %.3f s, request id %s",
            self._request.method,
            self._request.path,
            self.number,
            type(error).__name__ if response is None else f"status {response.status_code}",
            time.monotonic() - self._state.start_time,
            None if response is None else request_id(response),
        )
