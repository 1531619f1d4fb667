"""The polling loops that block a thread or are awaited.

They differ in how a request is ended for want of time: by a timer that calls it off, or by the
loop.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar, cast

from streamkit._rx.cancel_scope import CancelScope
from streamkit._rx.loop import required_loop
from streamkit.polling.patience import patience, patience_on_loop
from streamkit.polling.poller import Poller

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from streamkit.polling.poller import Polling, Reply

__all__ = ["poll_until_done", "poll_until_done_async"]

T = TypeVar("T")


def poll_until_done(
    polling: Polling[T],
    ask: Callable[[T | None], Reply[T]],
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Block until the polled resource has finished, and return its last state.

    Args:
        polling: The terms, such as the interval and the time limit.
        ask: Sends one request; it receives the first state, or None before there is one.
        sleep: Blocks for a number of seconds.
        clock: Returns seconds that never go back.
    """
    poller = Poller(polling)
    while not poller.done:
        sleep(poller.pause(clock()))
        with poller.request():
            with patience(poller.left(clock()), CancelScope()):
                reply = ask(poller.first)
            poller.feed(reply)
    return cast("T", poller.last)


async def poll_until_done_async(
    polling: Polling[T],
    ask: Callable[[T | None], Awaitable[Reply[T]]],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Wait on the running loop until the polled resource has finished; return its last state.

    Args:
        polling: The terms, such as the interval and the time limit.
        ask: Sends one request; it receives the first state, or None before there is one.
        sleep: Waits for a number of seconds.
        clock: Returns seconds that never go back.
    """
    required_loop()
    poller = Poller(polling)
    while not poller.done:
        await sleep(poller.pause(clock()))
        with poller.request():
            async with patience_on_loop(poller.left(clock())):
                reply = await ask(poller.first)
            poller.feed(reply)
    return cast("T", poller.last)
