"""The interface through which an instrument, such as telemetry, follows requests to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx

    from streamkit._http.config import ClientConfig
    from streamkit._http.request import Request

__all__ = ["AgentWatch", "Instrument", "ToolWatch", "Watch"]


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


class ToolWatch(Protocol):
    """The watch over calls of tools."""

    def around(
        self, name: str, call_id: str, arguments: str, work: Callable[[], Any], /
    ) -> Callable[[], Any]:
        """Return the function that makes a call of a tool in place of ``work``.

        Its result is awaited in the same context if it is awaitable. May be called in any thread.
        """
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
