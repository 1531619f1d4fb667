"""How a request is sent again that failed before its answer began."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypedDict

import tenacity
from tenacity import RetryCallState

from streamkit.backoff import back_off, delay_asked, is_transient

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from tenacity.stop import stop_base

    from streamkit.request import Request

__all__ = ["Attempts", "RetryPolicy", "logger", "retry_policy"]

logger = logging.getLogger("streamkit")
logger.addHandler(logging.NullHandler())


class RetryPolicy(TypedDict):
    """The arguments that ``tenacity.Retrying`` and ``AsyncRetrying`` share."""

    stop: stop_base
    wait: Callable[[RetryCallState], float]
    retry: Callable[[RetryCallState], bool]
    reraise: bool


def retry_policy(max_retries: int) -> RetryPolicy:
    """Try again what may succeed, at most ``max_retries`` times, then raise the last error."""
    return RetryPolicy(
        stop=tenacity.stop_after_attempt(max_retries + 1),
        wait=_delay,
        retry=_judge,
        reraise=True,
    )


class Attempts:
    """The attempts at one request, for who makes them one by one: the same policy as of a loop."""

    def __init__(self, request: Request, max_retries: int) -> None:
        self._policy = retry_policy(max_retries)
        self._state = RetryCallState(tenacity.Retrying(), None, (request,), {})

    @property
    def number(self) -> int:
        """Of the attempt that is under way; the first is 1."""
        return self._state.attempt_number

    @property
    def may_follow(self) -> bool:
        """Whether another attempt is allowed after this one."""
        return not self._policy["stop"](self._state)

    def answered(self, response: httpx.Response) -> None:
        """The attempt has led to a response, whose body may still break off."""
        self._state.set_result(response)
        self._policy["retry"](self._state)

    def failed(self, error: Exception) -> float:
        """Return the seconds to wait before another attempt; raise ``error`` if there is none."""
        state, policy = self._state, self._policy
        state.set_exception((type(error), error, error.__traceback__))
        if not policy["retry"](state) or policy["stop"](state):
            raise error
        seconds = policy["wait"](state)
        state.prepare_for_next_attempt()
        return seconds


def _judge(state: RetryCallState) -> bool:
    # tenacity asks after every attempt, the successful one too, so here they are logged as well.
    error = _error(state)
    if logger.isEnabledFor(logging.DEBUG):
        _log(state, error)
    return is_transient(error)


def _delay(state: RetryCallState) -> float:
    return delay_asked(_error(state)) or back_off(state)


def _log(state: RetryCallState, error: BaseException | None) -> None:
    request: Request = state.args[0]
    response = state.outcome.result() if state.outcome and not error else None
    response = response or getattr(error, "response", None)
    logger.debug(
        "%s %s: attempt %d ended with %s after %.3f s, request id %s",
        request.method,
        request.path,
        state.attempt_number,
        f"status {response.status_code}" if response else type(error).__name__,
        state.seconds_since_start or 0.0,
        response.headers.get("x-request-id") if response else None,
    )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
