"""The bodies of replayed responses, for a thread and for an event loop.

They differ in their waits: a thread is woken by an event, and a task by a signal of its loop.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from streamkit._http.connection import Connection
from streamkit._rx.loop import Signal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx

    from streamkit.recording.clock import Clock
    from streamkit.recording.play import Play

__all__ = ["AsyncPlayedStream", "PlayedStream"]


class PlayedStream:
    """The body of a replayed response, which one thread reads and any thread can close."""

    def __init__(self, play: Play, clock: Clock, request: httpx.Request) -> None:
        self._play = play
        self._clock = clock
        self._cut = threading.Event()
        Connection.of(request).hold(self)

    def shut_down(self) -> None:
        """Wake the thread that waits, and end later waits at once."""
        self._cut.set()

    close = shut_down

    def until_response(self) -> None:
        """Wait until the response comes."""
        for step in self._play.head():
            self._wait(step)

    def __iter__(self) -> Iterator[bytes]:
        for step in self._play.body():
            if isinstance(step, bytes):
                yield step
            else:
                self._wait(step)

    def _wait(self, step: float) -> None:
        self._clock.wait(step, self._cut)
        if self._cut.is_set():
            raise self._play.cut()


class AsyncPlayedStream:
    """The body of a replayed response, which one task reads and any task can close."""

    def __init__(self, play: Play, clock: Clock, request: httpx.Request) -> None:
        self._play = play
        self._clock = clock
        self._cut = Signal()
        Connection.of(request).hold(self)

    def shut_down(self) -> None:
        """Wake the task that waits, and end later waits at once; from any thread."""
        self._cut.give()

    async def aclose(self) -> None:
        """End the body."""
        self.shut_down()

    async def until_response(self) -> None:
        """Wait until the response comes."""
        for step in self._play.head():
            await self._wait(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._play.body():
            if isinstance(step, bytes):
                yield step
            else:
                await self._wait(step)

    async def _wait(self, step: float) -> None:
        import asyncio  # here, because a program that only blocks needs no asyncio

        sleeping = asyncio.ensure_future(self._clock.sleep(step))
        try:
            await asyncio.wait({sleeping, self._cut.given}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
        if self._cut.given.done():
            raise self._play.cut()
