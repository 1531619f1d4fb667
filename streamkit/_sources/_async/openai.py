"""Our streams over a client of the ``openai`` package."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._sources._async.over_client import AsyncOverClient
from streamkit._sources.over import PassesThrough
from streamkit.families.chat._async.completions import AsyncCompletions
from streamkit.families.responses._async.responses import AsyncResponses

if TYPE_CHECKING:
    from streamkit._http._async.transport import AsyncTransport

__all__ = ["AsyncOverOpenAI"]


class AsyncOverCompletions(PassesThrough, AsyncCompletions):
    """Chat completions of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class AsyncOverChat(PassesThrough):
    """The resource ``chat``; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        self._theirs = theirs
        self.completions = AsyncOverCompletions(transport, theirs.completions)


class AsyncOverResponses(PassesThrough, AsyncResponses):
    """Responses of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class AsyncOverOpenAI(AsyncOverClient):
    """A client whose ``chat.completions`` and ``responses`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    _function = "from_openai"

    @cached_property
    def chat(self) -> AsyncOverChat:
        """The chat completions."""
        return AsyncOverChat(self._transport, self._theirs.chat)

    @cached_property
    def responses(self) -> AsyncOverResponses:
        """The responses."""
        return AsyncOverResponses(self._transport, self._theirs.responses)
