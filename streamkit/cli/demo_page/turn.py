"""The events of a turn, which may not have begun yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

    from streamkit.eventlog import EventLog
    from streamkit.eventlog.event_reader import EventReader
    from streamkit.events import Event

__all__ = ["Beginnings", "ComingTurn"]

LOOK = 0.5
"""The seconds between two looks for a turn that another process may begin."""


class Beginnings:
    """The news that a turn has begun; used on one event loop at a time."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._news = asyncio.Event()

    def notify(self) -> None:
        """Wake those that wait, because this process has begun a turn; the loop calls this."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def wait_for(self, stream_id: str) -> None:
        """Return once a stream has a log, in whatever process it was begun."""
        while True:
            news = self._news
            if await self._log.astatus(stream_id) is not None:
                return
            try:
                await asyncio.wait_for(news.wait(), LOOK)
            except TimeoutError:
                continue


class ComingTurn:
    """The events of a turn that has yet to begin, for one ``async for``."""

    def __init__(self, log: EventLog, stream_id: str, beginnings: Beginnings) -> None:
        self._log = log
        self._stream_id = stream_id
        self._beginnings = beginnings
        self._reader: EventReader | None = None

    @property
    def cursor(self) -> str:
        """The place of the event that was returned last, as of a reader of the log."""
        return "0" if self._reader is None else self._reader.cursor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if self._reader is None:
            await self._beginnings.wait_for(self._stream_id)
            self._reader = self._log.events(self._stream_id)
        return await anext(self._reader)

    async def aclose(self) -> None:
        """Leave the log."""
        if self._reader is not None:
            self._reader.close()
