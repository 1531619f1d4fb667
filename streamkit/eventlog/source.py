"""What the readers of an event log read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.eventlog.retrying import Trouble, retried

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.entry import Row
    from streamkit.eventlog.feed import Feed
    from streamkit.eventlog.producer import Producer
    from streamkit.eventlog.store import LogState
    from streamkit.eventlog.tail import Tail
    from streamkit.eventlog.threads import Threads

__all__ = ["Source"]

T = TypeVar("T")


class Source:
    """The store with patience, the tail, and threads for tasks; it keeps the log open."""

    def __init__(
        self,
        log: object,
        tail: Tail,
        threads: Threads,
        producers: Mapping[str, Producer],
    ) -> None:
        self._log = log
        self._producers = producers
        self._store = tail.store
        self._tail = tail
        self._threads = threads

    def look(self, stream_id: str) -> LogState | None:
        """Return the state of a stream's log, which is opened first if this process is about to."""
        producer = self._producers.get(stream_id)
        if producer is not None:
            producer.opened.wait()
        return self.patiently(lambda: self._store.look([stream_id])[0])

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        """Return entries after a number."""
        return self.patiently(lambda: self._store.rows(key, after, limit))

    def join(self, key: LogKey, position: int) -> tuple[Feed, bool]:
        """Return the feed of a log, and whether it is new, so that the tail must be woken."""
        return self._tail.join(key, position)

    def leave(self, key: LogKey, feed: Feed) -> None:
        """Forget a reader of a feed."""
        self._tail.leave(key, feed)

    def wake(self) -> None:
        """Let the tail notice new feeds; this may block."""
        self._tail.wake()

    def patiently(self, call: Callable[[], T]) -> T:
        """Return what a call to the store returns; try again while it cannot be reached."""
        return retried(call, Trouble(self._tail.patience))

    async def apart(self, call: Callable[[], T]) -> T:
        """Call a function on a thread beside the running loop."""
        return await self._threads.run(call)
