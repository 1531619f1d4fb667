"""The context manager of a run's stream: an ``async with`` opens a stream, maybe for a handler."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit._rx.async_cancel_scope import AsyncCancelScope
from streamkit.families.assistants._async.stream import AsyncAssistantStream
from streamkit.families.assistants.callbacks import Callbacks, call_all_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from streamkit.families.assistants.callbacks import Call

__all__ = ["AsyncAssistantStreamManager"]

S = TypeVar("S")


class AsyncAssistantStreamManager(Generic[S]):
    """A context manager that sends the request when entered, and returns the handler or the stream.

    Nothing is sent before, and the manager can be entered again, for another request. The handler
    receives an error in opening the stream, and one that ends the body of the ``async with``.
    """

    def __init__(
        self,
        open_stream: Callable[[Callbacks[AsyncAssistantStream]], Awaitable[AsyncAssistantStream]],
        callbacks: Callbacks[AsyncAssistantStream] | None,
        handler: object,
    ) -> None:
        self._open = open_stream
        self._callbacks = callbacks
        self._handler = handler
        self._opening: list[AsyncCancelScope] = []
        self._entered: list[tuple[AsyncAssistantStream, Callbacks[AsyncAssistantStream]]] = []

    async def close(self) -> None:
        """Close the stream, also while it is being opened; call it from any task."""
        for scope in self._opening[:]:
            scope.cancel()
        for stream, _ in self._entered[:]:
            await stream.close()

    aclose = close

    async def __aenter__(self) -> S:
        callbacks = self._callbacks or Callbacks[AsyncAssistantStream]()
        callbacks.enter()
        try:
            async with AsyncCancelScope() as scope:
                self._opening.append(scope)
                try:
                    stream = await self._open(callbacks)
                    # Set before the scope is removed, so that ``close`` finds one of the two.
                    self._entered.append((stream, callbacks))
                finally:
                    self._opening.remove(scope)
        except BaseException as error:
            await call_all_async(_end_calls(callbacks, error))
            raise
        callbacks.attach(stream)
        if scope.is_cancelled:
            await stream.close()
        return cast("S", stream if self._handler is None else self._handler)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stream, callbacks = self._entered.pop()
        try:
            await stream.leave(error)
        finally:
            callbacks.leave()


def _end_calls(callbacks: Callbacks[Any], error: BaseException) -> list[Call]:
    """Return the calls for a stream that could not be opened."""
    failure = error if isinstance(error, Exception) else None
    ending = [] if callbacks.is_nested else callbacks.end_calls(failure)
    return [*ending, partial(callbacks.leave)]
