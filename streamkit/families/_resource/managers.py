"""What `stream()` returns: a stream that is opened by entering a ``with``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from streamkit._rx.cancel_scope import AsyncCancelScope, CancelScope

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
        self._opening: list[CancelScope] = []
        self._entered: list[S] = []

    def close(self) -> None:
        """Close the stream, also while it is being opened: from any thread."""
        for scope in self._opening[:]:
            scope.cancel()
        for stream in self._entered[:]:
            stream.close()

    def __enter__(self) -> S:
        with CancelScope() as scope:
            self._opening.append(scope)
            try:
                stream = self._open()
                self._entered.append(stream)
            finally:
                self._opening.remove(scope)
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
        self._opening: list[AsyncCancelScope] = []
        self._entered: list[A] = []

    async def close(self) -> None:
        """Close the stream, also while it is being opened: from any task."""
        for scope in self._opening:
            scope.cancel()
        for stream in self._entered[:]:
            await stream.close()

    aclose = close

    async def __aenter__(self) -> A:
        async with AsyncCancelScope() as scope:
            self._opening.append(scope)
            try:
                stream = await self._open()
            finally:
                self._opening.remove(scope)
        self._entered.append(stream)
        if scope.is_cancelled:
            await stream.close()
        return stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._entered.pop().close()
