"""What `stream()` returns: a stream that is opened by entering a ``with``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType


__all__ = ["AsyncStreamManager", "StreamManager"]


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> object:
        """Close it."""
        ...


class AsyncClosable(Protocol):
    """What can be closed, and awaited."""

    def close(self) -> Awaitable[object]:
        """Close it."""
        ...


S = TypeVar("S", bound=Closable)
A = TypeVar("A", bound=AsyncClosable)


class StreamManager(Generic[S]):
    """Entering sends the request and gives the stream; leaving closes it.

    Nothing happens before, and it can be entered again, for another request.
    """

    def __init__(self, open_stream: Callable[[], S]) -> None:
        self._open = open_stream
        self._entered: list[S] = []

    def __enter__(self) -> S:
        stream = self._open()
        self._entered.append(stream)
        return stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._entered.pop().close()


class AsyncStreamManager(Generic[A]):
    """Entering sends the request and gives the stream; leaving closes it.

    Nothing happens before, and it can be entered again, for another request.
    """

    def __init__(self, open_stream: Callable[[], Awaitable[A]]) -> None:
        self._open = open_stream
        self._entered: list[A] = []

    async def __aenter__(self) -> A:
        stream = await self._open()
        self._entered.append(stream)
        return stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._entered.pop().close()
