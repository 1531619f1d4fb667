# Made from ../_async/manager.py by .ci/unasync.py: change it there.
"""The context manager of a run's stream: a ``with`` opens a stream, maybe for a handler."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit._rx.cancel_scope import CancelScope
from streamkit.families.assistants._sync.stream import AssistantStream
from streamkit.families.assistants.callbacks import Callbacks, call_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from streamkit.families.assistants.callbacks import Call

__all__ = ["AssistantStreamManager"]

S = TypeVar("S")


class AssistantStreamManager(Generic[S]):
    """A context manager that sends the request when entered, and returns the handler or the stream.

    Nothing is sent before, and the manager can be entered again, for another request. The handler
    receives an error in opening the stream, and one that ends the body of the ``with``.
    """

    def __init__(
        self,
        open_stream: Callable[[Callbacks[AssistantStream]], AssistantStream],
        callbacks: Callbacks[AssistantStream] | None,
        handler: object,
    ) -> None:
        self._open = open_stream
        self._callbacks = callbacks
        self._handler = handler
        self._opening: list[CancelScope] = []
        self._entered: list[tuple[AssistantStream, Callbacks[AssistantStream]]] = []

    def close(self) -> None:
        """Close the stream, also while it is being opened; call it from any thread."""
        for scope in self._opening[:]:
            scope.cancel()
        for stream, _ in self._entered[:]:
            stream.close()

    def __enter__(self) -> S:
        callbacks = self._callbacks or Callbacks[AssistantStream]()
        callbacks.enter()
        try:
            with CancelScope() as scope:
                self._opening.append(scope)
                try:
                    stream = self._open(callbacks)
                    # Set before the scope is removed, so that ``close`` finds one of the two.
                    self._entered.append((stream, callbacks))
                finally:
                    self._opening.remove(scope)
        except BaseException as error:
            call_all(_end_calls(callbacks, error))
            raise
        callbacks.attach(stream)
        if scope.is_cancelled:
            stream.close()
        return cast("S", stream if self._handler is None else self._handler)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stream, callbacks = self._entered.pop()
        try:
            stream.leave(error)
        finally:
            callbacks.leave()


def _end_calls(callbacks: Callbacks[Any], error: BaseException) -> list[Call]:
    """Return the calls for a stream that could not be opened."""
    failure = error if isinstance(error, Exception) else None
    ending = [] if callbacks.is_nested else callbacks.end_calls(failure)
    return [*ending, partial(callbacks.leave)]
