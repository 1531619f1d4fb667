"""The tally of the streams' ends."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from streamkit import OpenAIError

if TYPE_CHECKING:
    from benchmarks.soak.plans import Plan

LEFT = "left by its reader"


class Tally:
    """A thread-safe counter of ends, which keeps a complaint for each wrong one."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()
        self.events = 0
        self.complaints: list[str] = []
        self._lock = Lock()

    def count(self, plan: Plan, ends: list[Exception | None], events: int, *, left: bool) -> None:
        """Count the end of a stream; ``ends`` are all ends that its observers received."""
        with self._lock:
            self.events += events
            wrong = [end for end in ends if end is not None and not isinstance(end, OpenAIError)]
            if len(ends) != 1 and not (left and plan.pushed and not ends):
                self.complaints.append(f"{len(ends)} ends of {plan}")
            if wrong:
                self.complaints.append(f"{wrong[0]!r} of {plan}")
            if plan.fault is None and not left and any(ends):
                self.complaints.append(f"without a fault, {ends[0]!r} of {plan}")
            self.ends[LEFT if left else type(ends[0]).__name__ if any(ends) else "complete"] += 1

    def complain(self, what: str) -> None:
        """Add a complaint."""
        with self._lock:
            self.complaints.append(what)

    @property
    def streams(self) -> int:
        """The number of streams that have ended."""
        return sum(self.ends.values())
