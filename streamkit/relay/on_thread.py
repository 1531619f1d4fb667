"""The reading of a source that blocks on a thread of its own, for an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from streamkit.relay.events_of import events_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["AHEAD", "read_on_thread"]

AHEAD = 256
"""The number of events by which the thread may be ahead of the event loop."""


async def read_on_thread(source: Any) -> AsyncGenerator[Any]:
    """Yield the events of a source that blocks; the thread waits while the loop is busy.

    When the iteration is closed, so is the source, from the loop's thread: a stream of the client
    ends its request at once. A generator cannot be closed while it runs, so it is when it has
    yielded its next event.
    """
    reader = _Reader(source, asyncio.get_running_loop())
    threading.Thread(target=reader.run, name="streamkit relay", daemon=True).start()
    try:
        while True:
            while reader.items:
                item = reader.items.popleft()
                reader.room.release()
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
                yield item
            await reader.news.wait()
            reader.news.clear()
    finally:
        reader.stop()


class _End:
    """The end of the source."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error


class _Reader:
    def __init__(self, source: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.items: deque[Any] = deque()
        self.room = threading.Semaphore(AHEAD)
        self.news = asyncio.Event()
        self._source = source
        self._loop = loop
        self._is_stopped = False

    def run(self) -> None:
        """Read the source to its end, on a thread of its own."""
        error: Exception | None = None
        try:
            with closing(events_of(self._source)) as events:
                for event in events:
                    self._put(event)
                    if self._is_stopped:
                        return
        except Exception as raised:  # noqa: BLE001 - a source may raise any error
            error = raised
        self._put(_End(error))

    def stop(self) -> None:
        """End the reading; the loop calls this."""
        self._is_stopped = True
        self.room.release()
        if hasattr(self._source, "close"):
            with suppress(ValueError):  # a generator that runs
                self._source.close()

    def _put(self, item: Any) -> None:
        self.room.acquire()
        if self._is_stopped:
            return
        self.items.append(item)
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self.news.set)
