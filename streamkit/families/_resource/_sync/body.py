# Made from ../_async/body.py by .ci/unasync.py: change it there.
"""The interface of the body that a stream reads: of a response, or of another source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["StreamBody"]


class StreamBody(Protocol):
    """The bytes of an event stream as they arrive; they can be ended from elsewhere."""

    @property
    def response(self) -> httpx.Response | None:
        """The response whose body it is; None for another source."""
        ...

    @property
    def on_content(self) -> Callable[[], object] | None:
        """The function, if any, that a reader calls when the bytes it has read hold content."""
        ...

    def __next__(self) -> bytes: ...

    def close(self) -> None:
        """End the body now, and wake its reader."""
        ...

    def drain(self) -> None:
        """End the body after the end of the answer, when hardly a byte is left."""
        ...
