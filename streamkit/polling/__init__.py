"""Polling: requests that are repeated until a resource is finished, by blocking, await or Rx."""

from __future__ import annotations

from streamkit.polling.loops import poll_until_done, poll_until_done_async
from streamkit.polling.observable import observe_polling, poll
from streamkit.polling.poller import (
    DEFAULT_INTERVAL,
    LONGEST_HINT,
    SHORTEST_HINT,
    Poller,
    Polling,
    Reply,
)

__all__ = [
    "DEFAULT_INTERVAL",
    "LONGEST_HINT",
    "SHORTEST_HINT",
    "Poller",
    "Polling",
    "Reply",
    "observe_polling",
    "poll",
    "poll_until_done",
    "poll_until_done_async",
]
