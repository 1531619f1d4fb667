"""The readers of the soak, each a task or a thread that reads one stream after another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.soak.plans import Plan
    from benchmarks.soak.tally import Tally
    from streamkit import AsyncOpenAI, OpenAI

Ends = list["Exception | None"]


def read_in_a_thread(
    client: OpenAI, plans: Iterator[Plan], tally: Tally, goes_on: Callable[[], bool]
) -> None:
    """Read one stream after another, and count the end of each."""
    for plan in plans:
        if not goes_on():
            return
        try:
            (_observe if plan.pushed else _iterate)(client, plan, tally)
        except Exception as error:  # noqa: BLE001 - any error here is a complaint
            tally.complain(f"{error!r} came out of {plan}")


async def read_in_a_task(
    client: AsyncOpenAI, plans: Iterator[Plan], tally: Tally, goes_on: Callable[[], bool]
) -> None:
    """Read one stream after another, and count the end of each."""
    for plan in plans:
        if not goes_on():
            return
        try:
            await (_observe_async if plan.pushed else _iterate_async)(client, plan, tally)
        except Exception as error:  # noqa: BLE001 - as above
            tally.complain(f"{error!r} came out of {plan}")


def _iterate(client: OpenAI, plan: Plan, tally: Tally) -> None:
    ends: Ends = []
    events, left, opened = 0, False, False
    try:
        with client.chat.completions.stream(**plan.params) as stream:
            opened = True
            stream.subscribe(_ignore, ends.append, lambda: ends.append(None))
            for _ in stream:
                events += 1
                if events == plan.leaves_after:
                    left = True
                    break
    except Exception as error:  # noqa: BLE001 - the tally judges it
        if not opened:
            ends.append(error)
    tally.count(plan, ends, events, left=left)


async def _iterate_async(client: AsyncOpenAI, plan: Plan, tally: Tally) -> None:
    ends: Ends = []
    events, left, opened = 0, False, False
    task = cast("asyncio.Task[None]", asyncio.current_task())
    try:
        async with client.chat.completions.stream(**plan.params) as stream:
            opened = True
            stream.subscribe(_ignore, ends.append, lambda: ends.append(None))
            async for _ in stream:
                events += 1
                if events == plan.leaves_after:
                    left = True
                    if not plan.cancelled:
                        break
                    task.cancel()
                    await asyncio.sleep(0)
    except asyncio.CancelledError:
        task.uncancel()
    except Exception as error:  # noqa: BLE001 - the tally judges it
        if not opened:
            ends.append(error)
    tally.count(plan, ends, events, left=left)


def _observe(client: OpenAI, plan: Plan, tally: Tally) -> None:
    from reactivex import operators as rx

    ends: Ends = []
    events: list[None] = []
    observed = client.chat.completions.observe(**plan.params)
    if plan.leaves_after is not None:
        observed = observed.pipe(rx.take(plan.leaves_after))
    observed.subscribe(lambda _: events.append(None), ends.append, lambda: ends.append(None))
    tally.count(plan, ends, len(events), left=len(events) == plan.leaves_after)


async def _observe_async(client: AsyncOpenAI, plan: Plan, tally: Tally) -> None:
    ends: Ends = []
    events = 0
    over = asyncio.Event()

    def listen(_: Any) -> None:
        nonlocal events
        events += 1
        if events == plan.leaves_after:
            subscription.dispose()
            over.set()

    def end(error: Exception | None = None) -> None:
        ends.append(error)
        over.set()

    subscription = client.chat.completions.observe(**plan.params).subscribe(listen, end, end)
    await over.wait()
    tally.count(plan, ends, events, left=events == plan.leaves_after)


def _ignore(_: object) -> None:
    pass
