"""The state of the retries so far, which a strategy reads to choose the next delay."""

from __future__ import annotations

import time
from typing import NoReturn

__all__ = ["FailedAttempt", "RetryState"]


class FailedAttempt:
    """The outcome of a failed attempt, with the methods of a future."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @property
    def failed(self) -> bool:
        """Whether the attempt failed: always True."""
        return True

    def exception(self) -> Exception:
        """Return the error that ended the attempt."""
        return self._error

    def result(self) -> NoReturn:
        """Raise the error, because there is no result."""
        raise self._error


class RetryState:
    """The state of the attempts at one operation, with the failure of the latest attempt.

    Its attributes are those that tenacity's strategies read of a ``RetryCallState``, so that any of
    these strategies can choose the delay.
    """

    def __init__(self) -> None:
        self.attempt_number = 1
        """The number of the attempt that is under way, or has just failed."""
        self.start_time = time.monotonic()
        """The time at which the first attempt began, in seconds of ``time.monotonic``."""
        self.outcome_timestamp: float | None = None
        """The time at which the latest attempt failed, on the same clock; None before that."""
        self.outcome: FailedAttempt | None = None
        """The outcome of the latest attempt; None before it has failed."""
        self.idle_for = 0.0
        """The seconds spent waiting between attempts."""

    @property
    def seconds_since_start(self) -> float | None:
        """The seconds from the start of the first attempt to the latest failure."""
        return None if self.outcome_timestamp is None else self.outcome_timestamp - self.start_time

    def failed(self, error: Exception) -> None:
        """Note that the attempt has failed with ``error``."""
        self.outcome = FailedAttempt(error)
        self.outcome_timestamp = time.monotonic()

    def waits(self, seconds: float) -> None:
        """Note that another attempt follows after a wait of ``seconds``."""
        self.idle_for += seconds
        self.attempt_number += 1
        self.outcome = self.outcome_timestamp = None
