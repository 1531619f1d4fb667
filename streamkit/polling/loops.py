"""Polling that blocks, and polling that is awaited."""

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
    """Block until what is polled has finished, and return its last state.

    ``ask`` is given the first state, None before there is one.
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
    """Wait on the running loop until what is polled has finished, and return its last state.

    ``ask`` is given the first state, None before there is one.
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
