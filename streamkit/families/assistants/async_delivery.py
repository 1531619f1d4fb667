"""The delivery of an observable's notifications to callbacks that are awaited.

It differs from the immediate delivery (``delivery.py``): an observable does not wait, so the
notifications are queued, and a task delivers them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from streamkit._rx.loop import running_loop
from streamkit.families.assistants.callbacks import call_all_async, called_async, not_stop

if TYPE_CHECKING:
    from streamkit.families.assistants.callbacks import Callbacks
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["AsyncDelivery", "delivery_of"]


class AsyncDelivery:
    """A queue of notifications, and a task that awaits the callbacks of each before the next."""

    awaits = True
    """Whether a callback may be a coroutine."""

    def __init__(self, callbacks: Callbacks[Any]) -> None:
        self._callbacks = callbacks
        self._waiting: deque[AssistantStreamEvent | Exception | None] = deque()
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._awaited = 0
        self._refused: Exception | None = None

    def put(self, item: AssistantStreamEvent | Exception | None) -> None:
        """Queue an event, an error, or None for the end.

        Raises the error that a callback raised meanwhile, so that the observable is unsubscribed.
        """
        refused, self._refused = self._refused, None
        if refused is not None:
            raise refused
        if self._callbacks.has_ended and not self._waiting:
            self._callbacks.begin()
        self._over.clear()
        self._waiting.append(item)
        if self._task is None or self._task.done():
            self._task = _loop().create_task(self._work())

    async def finished(self) -> None:
        """Wait for the end; raise the error, if there was one."""
        self._awaited += 1
        try:
            await self._over.wait()
        finally:
            self._awaited -= 1
        self._refused = None
        if self._callbacks.failure is not None:
            raise self._callbacks.failure

    async def close(self) -> None:
        """Discard the queue, and end the sequence of events."""
        self._waiting.clear()
        await self._end()

    async def _work(self) -> None:
        while self._waiting:
            await self._take(self._waiting.popleft())

    async def _take(self, item: AssistantStreamEvent | Exception | None) -> None:
        callbacks = self._callbacks
        if callbacks.has_ended:
            callbacks.begin()
        if isinstance(item, Exception):
            callbacks.follower.fail(item)
            await self._end(item)
            if callbacks.overridden("on_exception") is None:
                self._report(item)
            return
        if item is None:
            callbacks.follower.finish()
        else:
            callbacks.follower.feed(item)
        calls = callbacks.event_calls()
        try:
            with callbacks.calling():
                for call in calls:
                    await called_async(call)
        except Exception as error:
            failure = not_stop(error)
            has_all = item is None or any(map(_is_end, self._waiting))
            self._waiting.clear()
            await self._end(failure)
            if has_all:  # so no later ``put`` can raise it
                self._report(failure)
            else:
                self._refused = failure
        else:
            if item is None:
                await self._end()

    def _report(self, error: Exception) -> None:
        if not self._awaited:
            _loop().call_exception_handler(
                {"message": "a handler of a run's events failed", "exception": error}
            )

    async def _end(self, error: Exception | None = None) -> None:
        try:
            await call_all_async(self._callbacks.end_calls(error))
        finally:
            if not self._waiting:
                self._over.set()


def delivery_of(handler: object, callbacks: Callbacks[Any]) -> AsyncDelivery:
    """Return the delivery to a handler, held in its ``__dict__`` under no attribute's name."""
    state = vars(handler)
    if _KEY not in state:
        state[_KEY] = AsyncDelivery(callbacks)
    delivery: AsyncDelivery = state[_KEY]
    return delivery


_KEY = "streamkit.delivery"


def _is_end(item: AssistantStreamEvent | Exception | None) -> bool:
    return item is None or isinstance(item, Exception)


def _loop() -> asyncio.AbstractEventLoop:
    loop = running_loop()
    if loop is None:
        raise RuntimeError(
            "an AsyncAssistantEventHandler awaits its callbacks on the running event loop, and "
            "there is none here: AssistantEventHandler needs none"
        )
    return loop
