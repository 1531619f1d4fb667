"""The attempts so far, as a strategy sees them that says how long to wait."""

from __future__ import annotations

import time
from typing import NoReturn

__all__ = ["FailedAttempt", "RetryState"]


class FailedAttempt:
    """The outcome of an attempt, which is an error; it is asked as a future is."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @property
    def failed(self) -> bool:
        """Whether the attempt failed, which it did."""
        return True

    def exception(self) -> Exception:
        """The error that ended the attempt."""
        return self._error

    def result(self) -> NoReturn:
        """Raise the error: there is no result."""
        raise self._error


class RetryState:
    """The attempts at one thing, and how the latest of them failed.

    Its attributes are those that tenacity's strategies read of a ``RetryCallState``, so that any of
    them can say how long to wait.
    """

    def __init__(self) -> None:
        self.attempt_number = 1
        """The number of the attempt that is under way, or has just failed."""
        self.start_time = time.monotonic()
        """When the first attempt began, on the clock of ``time.monotonic``."""
        self.outcome_timestamp: float | None = None
        """When the latest attempt failed, on the same clock."""
        self.outcome: FailedAttempt | None = None
        """How it failed; None before any has."""
        self.idle_for = 0.0
        """The seconds that were waited between attempts."""

    @property
    def seconds_since_start(self) -> float | None:
        """Seconds from the first attempt's begin to the latest failure."""
        return None if self.outcome_timestamp is None else self.outcome_timestamp - self.start_time

    def failed(self, error: Exception) -> None:
        """Take note that the attempt has failed."""
        self.outcome = FailedAttempt(error)
        self.outcome_timestamp = time.monotonic()

    def waits(self, seconds: float) -> None:
        """Take note that another attempt follows after a wait."""
        self.idle_for += seconds
        self.attempt_number += 1
        self.outcome = self.outcome_timestamp = None
