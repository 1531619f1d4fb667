"""The context managers that ``stream()`` returns, for an ``async with``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from streamkit._rx.async_cancel_scope import AsyncCancelScope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType


__all__ = ["AsyncStreamManager"]


class AsyncClosable(Protocol):
    """An object that can be closed."""

    async def close(self) -> object:
        """Close the object."""
        ...


S = TypeVar("S", bound=AsyncClosable)


class AsyncStreamManager(Generic[S]):
    """A context manager that sends the request and returns the stream, and closes it on exit.

    Nothing is sent before. It can be entered again, for another request.
    """

    def __init__(self, open_stream: Callable[[], Awaitable[S]]) -> None:
        self._open = open_stream
        self._opening: list[AsyncCancelScope] = []
        self._entered: list[S] = []

    if not TYPE_CHECKING:  # else type checkers would accept any name

        def __getattr__(self, name: str) -> object:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_"):
                message = (
                    f"{name!r} is no attribute of what stream() returns, but may be one of the"
                    " stream: enter it first, `async with client...stream(...) as stream:`"
                )
            raise AttributeError(message, name=name, obj=self)

    async def close(self) -> None:
        """Close the stream, also while it is being opened; from any task."""
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
                # Set before the scope is removed, so that ``close`` finds one of the two.
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
