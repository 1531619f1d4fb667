"""Calls of a client that is wrapped, whether it blocks or is awaited, as one blocking call."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from streamkit import from_openai

if TYPE_CHECKING:
    from collections.abc import Callable


def wrapped(client: Any) -> Any:
    """A client of the openai package with our streams."""
    wrap: Any = from_openai
    return wrap(client)


class Taken:
    """The events of a stream, its final answer, and the error of either."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.final: Any = None
        self.error: Any = None

    @property
    def plain(self) -> list[Any]:
        return [event.to_dict() for event in self.events]


def asked(client: Any, call: Callable[[Any], Any]) -> Any:
    """The result of a call of the client, or the items of the stream that it returns."""
    if not inspect.iscoroutinefunction(client.post):
        with client:
            answer = call(client)
            return list(answer) if hasattr(answer, "__next__") else answer

    async def ask() -> Any:
        async with client:
            answer = call(client)
            answer = await answer if inspect.isawaitable(answer) else answer
            return [each async for each in answer] if hasattr(answer, "__anext__") else answer

    return asyncio.run(ask())


def streamed(client: Any, call: Callable[[Any], Any]) -> Taken:
    """The events of a stream of the client, its final answer, and the error that ended it."""
    taken = Taken()

    def read() -> None:
        with client, call(client) as stream:
            taken.events.extend(stream)
            taken.final = stream.get_final()

    async def aread() -> None:
        async with client, call(client) as stream:
            async for event in stream:
                taken.events.append(event)
            taken.final = await stream.get_final()

    try:
        if inspect.iscoroutinefunction(client.post):
            asyncio.run(aread())
        else:
            read()
    except Exception as error:  # noqa: BLE001 - to be looked at
        taken.error = error
    return taken


def observed(client: Any, call: Callable[[Any], Any]) -> list[Any]:
    """The events of an observable of the client, and its end: the error, or None."""
    seen: list[Any] = []

    async def observe() -> None:
        ended = asyncio.Event()

        def end(error: Any = None) -> None:
            seen.append(error)
            ended.set()

        async with client:
            call(client).subscribe(seen.append, end, end)
            await ended.wait()

    if inspect.iscoroutinefunction(client.post):
        asyncio.run(observe())
    else:
        with client:
            call(client).subscribe(seen.append, seen.append, lambda: seen.append(None))
    return seen
