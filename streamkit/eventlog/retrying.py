"""Patience with a store that cannot be reached."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

from streamkit.eventlog.errors import LogUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Trouble", "retried"]

T = TypeVar("T")

SHORTEST, LONGEST = 0.02, 1.0
"""Seconds between two attempts: the first wait, and the longest; each is twice the one before."""


class Trouble:
    """The time for which a store has failed, and the waits between the attempts."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: float | None = None
        self._wait = SHORTEST
        self._closed = threading.Event()

    def is_over(self) -> None:
        """Note that an attempt has succeeded."""
        self._since, self._wait = None, SHORTEST

    def is_bearable(self) -> bool:
        """Wait before the next attempt; return false once patience is exhausted.

        The wait ends when the log is closed; then patience is, too.
        """
        now = time.monotonic()
        if self._since is None:
            self._since = now
        wait, self._wait = self._wait, min(2 * self._wait, LONGEST)
        closed = self._closed.wait(wait)
        return not closed and time.monotonic() - self._since < self._patience

    def close(self) -> None:
        """End all waits."""
        self._closed.set()


def retried(call: Callable[[], T], trouble: Trouble) -> T:
    """Return what a call to the store returns; repeat it while it fails and patience lasts."""
    while True:
        try:
            result = call()
        except LogUnavailableError:
            if not trouble.is_bearable():
                raise
        else:
            trouble.is_over()
            return result
