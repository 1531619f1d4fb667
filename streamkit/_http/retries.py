"""How a request is sent again that failed before its answer began."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import tenacity
from tenacity import RetryCallState

from streamkit._http.backoff import back_off, delay_asked, is_transient
from streamkit._http.redaction import request_id

if TYPE_CHECKING:
    import httpx

    from streamkit._http.request import Request

__all__ = ["Attempts", "logger"]

logger = logging.getLogger("streamkit")
logger.addHandler(logging.NullHandler())


class Attempts:
    """The attempts at one request: at most ``max_retries`` more than one, when it may help."""

    def __init__(self, request: Request, max_retries: int) -> None:
        self._stop = tenacity.stop_after_attempt(max_retries + 1)
        self._state = RetryCallState(tenacity.Retrying(), None, (request,), {})

    @property
    def number(self) -> int:
        """Of the attempt that is under way; the first is 1."""
        return self._state.attempt_number

    @property
    def may_follow(self) -> bool:
        """Whether another attempt is allowed after this one."""
        return not self._stop(self._state)

    def answered(self, response: httpx.Response) -> None:
        """The attempt has led to a response, whose body may still break off."""
        self._state.set_result(response)
        _log(self._state)

    def failed(self, error: Exception) -> float:
        """Return the seconds to wait before another attempt; raise ``error`` if there is none."""
        state = self._state
        state.set_exception((type(error), error, error.__traceback__))
        _log(state)
        if not is_transient(error) or self._stop(state):
            raise error
        seconds = delay_asked(error) or back_off(state)
        state.prepare_for_next_attempt()
        return seconds


def _log(state: RetryCallState) -> None:
    if not logger.isEnabledFor(logging.DEBUG):
        return
    request: Request = state.args[0]
    error = state.outcome.exception() if state.outcome else None
    response = state.outcome.result() if state.outcome and not error else None
    response = response or getattr(error, "response", None)
    logger.debug(
        "%s %s: attempt %d ended with %s after %.3f s, request id %s",
        request.method,
        request.path,
        state.attempt_number,
        f"status {response.status_code}" if response else type(error).__name__,
        state.seconds_since_start or 0.0,
        request_id(response) if response else None,
    )
