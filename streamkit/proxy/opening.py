"""A stream whose first event is awaited before the response begins."""

# The status of a response is sent first of all, and cannot be taken back. So the proxy waits for
# the first event: by then it is known whether the API has refused the request.

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Self

__all__ = ["Opening"]


class Opening:
    """A stream that begins at once, and is an async iterator of all its events."""

    def __init__(self, source: AsyncGenerator[Any]) -> None:
        self._source = source
        self._opened = asyncio.ensure_future(anext(source))
        self._first: asyncio.Task[Any] | None = self._opened  # until it is taken

    async def wait(self, seconds: float | None) -> None:
        """Wait for the first event, or until it is so late that the response must begin.

        A producer of a log may take the event meanwhile.

        Raises:
            Exception: The error with which the stream has ended before its first event.
        """
        await asyncio.wait({self._opened}, timeout=seconds)
        if self._opened.done() and not self._opened.cancelled():
            error = self._opened.exception()
            if error is not None and not isinstance(error, StopAsyncIteration):
                raise error

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        first, self._first = self._first, None
        return await (anext(self._source) if first is None else first)

    async def aclose(self) -> None:
        """End the stream and its request."""
        first, self._first = self._first, None
        if first is not None:
            first.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await first
        await self._source.aclose()
