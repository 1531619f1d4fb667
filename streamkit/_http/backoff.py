"""The rules of retrying: whether a failure is transient, and the delay before the next attempt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from streamkit.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    LimitExceededError,
    RetryableError,
    StreamDecodeError,
    StreamTruncatedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._http.retry_state import RetryState

__all__ = [
    "FIRST_DELAY",
    "LONGEST_DELAY",
    "LONGEST_RETRY_AFTER",
    "back_off",
    "delay_asked",
    "is_transient",
    "retry_after",
]

FIRST_DELAY = 0.5
"""The seconds before the first retry; each further retry waits twice as long."""
LONGEST_DELAY = 8.0
LONGEST_RETRY_AFTER = 120.0
"""The most seconds that a server may ask us to wait; beyond that the error is raised instead."""


def is_transient(error: BaseException | None, now: datetime | None = None) -> bool:
    """Return whether another attempt may succeed after ``error``.

    It may if the server was not reached or fell silent, if the stream was cut or carried nothing
    but keep-alives or ``[DONE]``, or if the server reports, also in mid-stream, that the fault is
    its own or that it is too busy; or if the program says so by a ``RetryableError``. A complete
    answer that the caller cannot use is no such failure.
    """
    if isinstance(error, APIStatusError):
        if (delay_asked(error, now) or 0) > LONGEST_RETRY_AFTER:
            return False
        if (advice := error.headers.get("x-should-retry")) in {"true", "false"}:
            return bool(advice == "true")
        return _may_pass(error.status_code)
    if isinstance(error, APIConnectionError | StreamTruncatedError | RetryableError):
        return True
    if isinstance(error, StreamDecodeError) and not isinstance(error, LimitExceededError):
        return all(line.startswith(":") for line in error.received.split("\n") if line)
    if isinstance(error, APIResponseValidationError):
        return error.body == ""
    return isinstance(error, APIError) and (_may_pass(error.code) or _may_pass(error.type))


def back_off(state: RetryState) -> float:
    """Return the seconds until the next attempt, for a server that asks for no delay."""
    import random

    # Clients that failed together should not come back together.
    longest = FIRST_DELAY * 2.0 ** min(state.attempt_number - 1, _DOUBLINGS)
    return min(longest, LONGEST_DELAY) * random.uniform(0.75, 1)  # noqa: S311 - it guards nothing


def delay_asked(error: BaseException | None, now: datetime | None = None) -> float | None:
    """Return the seconds that the server asks us to wait, or None if it does not ask."""
    if not isinstance(error, APIStatusError):
        return None
    return retry_after(error.headers, now or datetime.now(UTC))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that ``headers`` ask us to wait; None without a sensible request.

    A date is compared with the ``date`` header of the answer, or with ``now`` if there is none.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return seconds if seconds > 0 else None
    until = _date(headers, "retry-after")
    if until is None:
        return None
    # Two clocks seldom agree, and ours may have been set; the server's is compared with itself.
    seconds = (until - (_date(headers, "date") or now)).total_seconds()
    return seconds if seconds > 0 else None


def _date(headers: Mapping[str, str], name: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(headers[name])
        # HTTP's dates are in UTC, also those that name no time zone.
        return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None  # no date, or one in an impossible year


_DOUBLINGS = 10  # far beyond the longest delay, and still a small number

_TRANSIENT = {
    "internalerror",
    "internalservererror",
    "overloaded",
    "overloadederror",
    "ratelimiterror",
    "ratelimitexceeded",
    "servererror",
    "serveroverloaded",
    "serviceunavailable",
    "timeout",
    "timeouterror",
    "toomanyrequests",
}
"""The names, without case and punctuation, of failures that servers report in mid-stream."""


def _may_pass(code: object) -> bool:
    """Return whether a status, or a server's name in its place, means a transient failure."""
    if isinstance(code, str) and not code.isdecimal():
        return "".join(filter(str.isalpha, code.casefold())) in _TRANSIENT
    try:
        status = int(cast("str | int", code))
    except (TypeError, ValueError, OverflowError):
        return False
    return status in {408, 409, 429} or 500 <= status < 600
