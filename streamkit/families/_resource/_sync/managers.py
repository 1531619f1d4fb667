# Made from ../_async/managers.py by .ci/unasync.py: change it there.
"""The context managers that ``stream()`` returns, for a ``with``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from streamkit._rx.cancel_scope import CancelScope

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


__all__ = ["StreamManager"]


class Closable(Protocol):
    """An object that can be closed."""

    def close(self) -> object:
        """Close the object."""
        ...


S = TypeVar("S", bound=Closable)


class StreamManager(Generic[S]):
    """A context manager that sends the request and returns the stream, and closes it on exit.

    Nothing is sent before. It can be entered again, for another request.
    """

    def __init__(self, open_stream: Callable[[], S]) -> None:
        self._open = open_stream
        self._opening: list[CancelScope] = []
        self._entered: list[S] = []

    if not TYPE_CHECKING:  # else type checkers would accept any name

        def __getattr__(self, name: str) -> object:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_"):
                message = (
                    f"{name!r} is no attribute of what stream() returns, but may be one of the"
                    " stream: enter it first, `with client...stream(...) as stream:`"
                )
            raise AttributeError(message, name=name, obj=self)

    def close(self) -> None:
        """Close the stream, also while it is being opened; from any thread."""
        for scope in self._opening[:]:
            scope.cancel()
        for stream in self._entered[:]:
            stream.close()

    def __enter__(self) -> S:
        with CancelScope() as scope:
            self._opening.append(scope)
            try:
                stream = self._open()
                # Set before the scope is removed, so that ``close`` finds one of the two.
                self._entered.append(stream)
            finally:
                self._opening.remove(scope)
        if scope.is_cancelled:
            stream.close()
        return stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._entered.pop().close()
