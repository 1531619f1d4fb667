"""The events that a hub or a shared stream keeps for consumers that come late."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from streamkit._core.arguments import require_count, require_word
from streamkit._core.events import AttemptResetEvent, EventsDroppedEvent
from streamkit.hub.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["REPLAY_LIMIT", "History", "Replay"]

REPLAY_LIMIT = 100_000
"""The maximum number of events that are kept."""

Replay: TypeAlias = Literal["snapshot", "all"] | int
"""The events that a late consumer gets: all with their deltas merged, all, or the last n."""

E = TypeVar("E")


class History(Generic[E]):
    """The events of a stream so far.

    For a "snapshot", the deltas of each part are merged into one, and a new attempt replaces those
    before it. Of more events than ``REPLAY_LIMIT`` the oldest are dropped, and an
    ``events.dropped`` event in their place has their number.
    """

    def __init__(self, replay: Replay) -> None:
        if isinstance(replay, int):
            require_count("replay", replay)
        else:
            require_word("replay", replay, ("snapshot", "all"))
        self._merges = replay == "snapshot"
        self._counts = isinstance(replay, int)
        self._limit = replay if isinstance(replay, int) else REPLAY_LIMIT
        self._dropped = 0
        self._kept: Spans[E] | deque[E] = self._nothing()

    def add(self, event: E) -> None:
        """Keep an event."""
        # A hot path: once per event.
        kept = self._kept
        if isinstance(kept, Spans) and kept.extend(event):
            return
        if self._merges and isinstance(event, AttemptResetEvent):
            self._kept = self._nothing()
            self._dropped = 0
            kept = self._kept
        kept.append(event)
        if len(kept) > self._limit:
            kept.popleft()
            self._dropped += 1

    def events(self) -> Sequence[E | EventsDroppedEvent]:
        """Return what a consumer that comes now gets."""
        if self._dropped and not self._counts:
            return [EventsDroppedEvent(self._dropped), *self._kept]
        return [*self._kept]

    def _nothing(self) -> Spans[E] | deque[E]:
        return Spans() if self._merges else deque()
