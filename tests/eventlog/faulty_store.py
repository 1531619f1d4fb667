"""A store that fails on demand, before or after it has done what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.eventlog import EventLogError, LogUnavailableError, Retention
from streamkit.eventlog.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.entry import Row
    from streamkit.eventlog.store import Batch, Claim, Existing, LogState, News

__all__ = ["AWAY", "FaultyStore"]

AWAY = "the server is away"


class FaultyStore(MemoryStore):
    """A store in memory whose every call may fail; ``written`` has the sizes of its batches."""

    def __init__(self, fails: Callable[[str], bool], **retention: Any) -> None:
        super().__init__(Retention(**retention))
        self.written: list[int] = []
        self._fails = fails

    def open(self, key: LogKey, existing: Existing) -> Claim:
        self._send("open")
        claim = super().open(key, existing)
        self._reply("open")
        return claim

    def write(self, batches: Sequence[Batch]) -> Sequence[EventLogError | None]:
        self._send("write")
        errors = super().write(batches)
        self.written += [len(batch.rows) for batch in batches]
        self._reply("write")
        return errors

    def look(self, stream_ids: Sequence[str]) -> Sequence[LogState | None]:
        self._send("look")
        return super().look(stream_ids)

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        self._send("rows")
        return super().rows(key, after, limit)

    def tail(
        self, positions: Mapping[LogKey, int], stops: Collection[LogKey], seconds: float
    ) -> News:
        self._send("tail")
        news = super().tail(positions, stops, seconds)
        self._reply("tail")
        return news

    def _send(self, call: str) -> None:
        if self._fails(f"{call} is not sent"):
            raise LogUnavailableError(AWAY)

    def _reply(self, call: str) -> None:
        if self._fails(f"the reply to {call} is lost"):
            raise LogUnavailableError(AWAY)
