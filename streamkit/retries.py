"""Which failures are tried again, and after how long."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypedDict

import tenacity

from streamkit.errors import APIConnectionError, APIStatusError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenacity import RetryCallState
    from tenacity.stop import stop_base

    from streamkit.request import Request

__all__ = [
    "FIRST_DELAY",
    "LONGEST_DELAY",
    "LONGEST_RETRY_AFTER",
    "RetryPolicy",
    "logger",
    "retry_after",
    "retry_policy",
]

FIRST_DELAY = 0.5
"""Seconds before the first retry; each further one waits twice as long."""
LONGEST_DELAY = 8.0
LONGEST_RETRY_AFTER = 120.0
"""Seconds a server may ask us to wait. When it asks for more, the caller hears of it instead."""

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


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the server asks us to wait; None when it does not say, or nothing sensible."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return seconds if seconds > 0 else None
    try:
        date = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    # HTTP's dates are in UTC, also those that forget to say so.
    seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return seconds if seconds > 0 else None


def _judge(state: RetryCallState) -> bool:
    # tenacity asks after every attempt, the successful one too, so here they are logged as well.
    error = _error(state)
    if logger.isEnabledFor(logging.DEBUG):
        _log(state, error)
    return _may_help(error)


def _may_help(error: BaseException | None) -> bool:
    if not isinstance(error, APIStatusError):
        return isinstance(error, APIConnectionError)
    answer = error.response.headers
    if (retry_after(answer, datetime.now(UTC)) or 0) > LONGEST_RETRY_AFTER:
        return False
    if (advice := answer.get("x-should-retry")) in {"true", "false"}:
        return bool(advice == "true")
    return error.status_code in {408, 409, 429} or error.status_code >= 500


def _delay(state: RetryCallState) -> float:
    error = _error(state)
    if isinstance(error, APIStatusError):
        asked = retry_after(error.response.headers, datetime.now(UTC))
        if asked:
            return asked
    # Clients that failed together should not come back together.
    return _back_off(state) * random.uniform(0.75, 1)  # noqa: S311 - it guards nothing


_back_off = tenacity.wait_exponential(multiplier=FIRST_DELAY, max=LONGEST_DELAY)


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
