"""What ``stream()`` returns: a stream that is opened by entering an ``async with``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from streamkit._rx.async_cancel_scope import AsyncCancelScope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType


__all__ = ["AsyncStreamManager"]


class AsyncClosable(Protocol):
    """What can be closed."""

    async def close(self) -> object:
        """Close it."""
        ...


S = TypeVar("S", bound=AsyncClosable)


class AsyncStreamManager(Generic[S]):
    """Entering sends the request and gives the stream; leaving closes it.

    Nothing happens before, and it can be entered again, for another request.
    """

    def __init__(self, open_stream: Callable[[], Awaitable[S]]) -> None:
        self._open = open_stream
        self._opening: list[AsyncCancelScope] = []
        self._entered: list[S] = []

    async def close(self) -> None:
        """Close the stream, also while it is being opened: from any task."""
        for scope in self._opening[:]:
            scope.cancel()
        for stream in self._entered[:]:
            await stream.close()

    aclose = close

    async def __aenter__(self) -> S:
        async with AsyncCancelScope() as scope:
            self._opening.append(scope)
            try:
                stream = await self._open()
                # While the scope is known: whoever closes finds the one or the other.
                self._entered.append(stream)
            finally:
                self._opening.remove(scope)
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
