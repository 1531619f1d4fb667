"""The events of whatever can be relayed: streams, managers, observables, hubs, iterables."""

# A source of the other kind is bridged: one that blocks is read on a thread for an event loop, and
# one that needs a loop gets it on a thread for a program that blocks.

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

__all__ = ["aevents_of", "events_of", "is_async"]


def is_async(source: Any) -> bool:
    """Return whether a source can only be read on an event loop."""
    ways = ("__aiter__", "__aenter__")
    return any(hasattr(source, way) for way in ways) and not any(
        hasattr(source, way) for way in ("__iter__", "__enter__", "subscribe")
    )


def events_of(source: Any) -> Generator[Any]:
    """Yield the events of a source that blocks, and close it at the end."""
    with _opened(_iterable(source)) as events:
        yield from events


async def aevents_of(source: Any) -> AsyncGenerator[Any]:
    """Yield the events of a source on the event loop, and close it at the end."""
    iterable = _iterable(source)
    if hasattr(iterable, "__aiter__") or hasattr(iterable, "__aenter__"):
        async with _aopened(iterable) as events:
            async for event in events:
                yield event
        return
    from streamkit.relay.on_thread import read_on_thread

    async with aclosing(read_on_thread(iterable)) as events:
        async for event in events:
            yield event


def _iterable(source: Any) -> Any:
    """Return what has the events of a hub or an observable; any other source as it is."""
    from streamkit.hub.hub import Hub

    if isinstance(source, Hub):
        consumer: Any = cast("Any", source).consumer()
        return consumer
    if hasattr(source, "subscribe") and not hasattr(source, "close"):
        from streamkit._rx.iteration import iterate

        return iterate(source)
    if not any(hasattr(source, name) for name in _READABLE):
        raise TypeError(
            "relay takes events: a stream, an observable, a hub or an iterable of them, and not "
            + type(source).__name__
        )
    return source


_READABLE = ("__iter__", "__aiter__", "__enter__", "__aenter__")


@contextmanager
def _opened(source: Any) -> Generator[Any]:
    if hasattr(source, "__enter__") and not hasattr(source, "__iter__"):  # not sent yet
        with source as stream:
            yield _common(stream)
        return
    iterator = iter(_common(source))
    with closing(source if hasattr(source, "close") else _Closable(iterator)):
        yield iterator


@asynccontextmanager
async def _aopened(source: Any) -> AsyncGenerator[Any]:
    if hasattr(source, "__aenter__") and not hasattr(source, "__aiter__"):  # not sent yet
        async with source as stream:
            yield _common(stream)
        return
    iterator = aiter(_common(source))
    closable = source if hasattr(source, "aclose") else iterator
    try:
        yield iterator
    finally:
        if hasattr(closable, "aclose"):
            await closable.aclose()
        elif hasattr(source, "close"):
            closed = source.close()
            if hasattr(closed, "__await__"):
                await closed


def _common(stream: Any) -> Any:
    """Return the stream's events in the words of all protocols, if it has others as well."""
    return getattr(stream, "common", stream)


class _Closable:
    """An iterator that can be closed, whether or not there is anything to close."""

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def close(self) -> None:
        """Close the iterator if it can be closed."""
        if hasattr(self._iterator, "close"):
            self._iterator.close()
