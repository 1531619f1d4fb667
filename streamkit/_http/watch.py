"""The interface through which an instrument, such as telemetry, follows requests to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx

    from streamkit._http.config import ClientConfig
    from streamkit._http.request import Request

__all__ = ["AgentWatch", "Instrument", "ToolCallWatch", "ToolWatch", "Watch"]


class Watch(Protocol):
    """The watch over one request, with all of its attempts and its answer."""

    def reading(self, read: Callable[[bytes], Any], /) -> Callable[[bytes], Any]:
        """Return the function that reads the pieces of a streamed answer in place of ``read``."""
        ...

    def answered(self, response: httpx.Response, /) -> None:
        """Take an answer that came whole."""
        ...

    def ended(self, answer: Any, error: BaseException | None, /) -> None:
        """Take the end of the request: the answer so far and the error; only the first one counts.

        Args:
            answer: The answer as its protocol has it, or None if there was none.
            error: The error that ended the request, or None.
        """
        ...


class ToolCallWatch(Protocol):
    """The watch over one call of a tool, which makes the call."""

    def __call__(self) -> Any:
        """Make the call; an awaitable result is awaited in the same context."""
        ...

    def failed(self, error: Exception, /) -> None:
        """Take the error of a call that may not have returned, such as its time limit."""
        ...


class ToolWatch(Protocol):
    """The watch over calls of tools."""

    def around(
        self, name: str, call_id: str, arguments: str, work: Callable[[], Any], /
    ) -> ToolCallWatch:
        """Return the watch that makes a call of a tool in place of ``work``; from any thread."""
        ...


class AgentWatch(ToolWatch, Protocol):
    """The watch over a conversation in which the model calls tools."""

    def within(self) -> AbstractContextManager[object]:
        """Return a context manager; the requests that begin in its block are the conversation's."""
        ...

    def ended(self, turns: int, error: BaseException | None, /) -> None:
        """Take the end of the conversation; only the first one counts.

        Args:
            turns: The number of requests.
            error: The error that ended the conversation, or None.
        """
        ...


class Instrument(Protocol):
    """A source of watches, which may follow many clients."""

    def __call__(self, config: ClientConfig, request: Request, /) -> Watch | None:
        """Return the watch over a request, or None if the instrument does not follow it."""
        ...

    def agent(self, config: ClientConfig, request: Request, /) -> AgentWatch:
        """Return the watch over a conversation that ``request`` begins."""
        ...

    def tools(self) -> ToolWatch:
        """Return the watch over tools that the caller of this method has run."""
        ...
