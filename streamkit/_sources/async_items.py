"""The items of a source that is awaited, and the function that closes it.

It differs from the items of a source that blocks (``items.py``): a source that blocks would hold
the event loop, so it is refused, unless it is in memory already.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple, cast

from streamkit._sources.items import READ_SIZE, is_one_item

__all__ = ["AsyncItems", "async_items_of"]

TAKES = (
    "an async iterable of bytes, server-sent events, chunks or dicts, or a response of httpx, "
    "aiohttp or the openai package"
)


class AsyncItems(NamedTuple):
    """The items of a source, in order, and the functions that end it."""

    items: AsyncIterator[Any]
    close: Callable[[], Awaitable[None]]


def async_items_of(source: Any, reader: str = "aread") -> AsyncItems:
    """Return the items of a source; raise ``TypeError`` if it is none that is awaited.

    Nothing is read before the first item is asked for.
    """
    if is_one_item(source):
        return AsyncItems(_in_memory((source,)), _closer())
    if isinstance(source, list | tuple):
        return AsyncItems(_in_memory(cast("list[Any]", source)), _closer())
    if callable(getattr(source, "aiter_bytes", None)):  # httpx
        return _of(source.aiter_bytes(), source)
    if callable(getattr(source, "iter_bytes", None)) and _is_coroutine(source, "close"):
        return _of(source.iter_bytes(), source)  # openai, anthropic
    content = getattr(source, "content", source)
    if callable(getattr(content, "iter_any", None)):  # aiohttp: a response, or its body
        return _of(content.iter_any(), source)
    if callable(getattr(source, "readuntil", None)) and _is_coroutine(source, "read"):
        return AsyncItems(_reads(source.read), _closer())  # asyncio, whose lines have a limit
    if isinstance(source, AsyncIterable):
        return _of(aiter(cast("AsyncIterable[Any]", source)), source)
    if _is_coroutine(source, "read"):
        return AsyncItems(_reads(source.read), _closer(source))
    came = type(source).__name__
    if isinstance(source, Iterable) or callable(getattr(source, "read", None)):
        raise TypeError(f"{reader}() takes {TAKES}; {came}, which blocks, is for read()")
    raise TypeError(f"{reader}() takes {TAKES}, and not {came}")


def _of(iterator: AsyncIterator[Any], source: Any) -> AsyncItems:
    return AsyncItems(iterator, _closer(iterator, source))


async def _in_memory(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def _reads(read: Callable[[int], Awaitable[Any]]) -> AsyncIterator[Any]:
    while piece := await read(READ_SIZE):
        yield piece


def _closer(*closable: Any) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        for one in dict.fromkeys(closable):
            with suppress(RuntimeError):  # another task is in the generator
                for name in ("aclose", "release", "close"):
                    if callable(function := getattr(one, name, None)):
                        closing = function()
                        if inspect.isawaitable(closing):
                            await closing
                        break

    return close


def _is_coroutine(source: Any, name: str) -> bool:
    return inspect.iscoroutinefunction(getattr(source, name, None))
