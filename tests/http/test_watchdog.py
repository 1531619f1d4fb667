"""The thread that ends a blocking reader's wait."""

from __future__ import annotations

import threading

from streamkit._core.deadlines import Deadlines, StreamLimits
from streamkit._http.watchdog import Watchdog
from streamkit.errors import StreamTimeoutError

PATIENCE = 10.0


def test_a_limit_that_is_reached_before_the_body_is_read_ends_the_body() -> None:
    deadlines = Deadlines(StreamLimits(first_content=1), 0)
    deadlines.wait(0)
    acted = threading.Event()
    before: list[StreamTimeoutError] = []
    after: list[StreamTimeoutError] = []

    def expire(error: StreamTimeoutError) -> None:
        before.append(error)
        acted.set()

    watchdog = Watchdog(deadlines, lambda: 2.0, expire)
    assert acted.wait(PATIENCE)
    watchdog.hand_over(after.append)
    assert after == before
