"""Our streams over a client of the ``anthropic`` package."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._sources._async.over_client import AsyncOverClient
from streamkit._sources.over import PassesThrough
from streamkit.families.messages._async.messages import AsyncMessages

if TYPE_CHECKING:
    from streamkit._http._async.transport import AsyncTransport

__all__ = ["AsyncOverAnthropic"]


class AsyncOverMessages(PassesThrough, AsyncMessages):
    """Messages of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class AsyncOverAnthropic(AsyncOverClient):
    """A client whose ``messages`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    _function = "from_anthropic"

    @cached_property
    def messages(self) -> AsyncOverMessages:
        """The messages."""
        return AsyncOverMessages(self._transport, self._theirs.messages)
