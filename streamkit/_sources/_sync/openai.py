# Made from ../_async/openai.py by .ci/unasync.py: change it there.
"""Our streams over a client of the ``openai`` package."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._sources._sync.over_client import OverClient
from streamkit._sources.over import PassesThrough
from streamkit.families.chat._sync.completions import Completions
from streamkit.families.responses._sync.responses import Responses

if TYPE_CHECKING:
    from streamkit._http._sync.transport import SyncTransport

__all__ = ["OverOpenAI"]


class OverCompletions(PassesThrough, Completions):
    """Chat completions of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class OverChat(PassesThrough):
    """The resource ``chat``; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        self._theirs = theirs
        self.completions = OverCompletions(transport, theirs.completions)


class OverResponses(PassesThrough, Responses):
    """Responses of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class OverOpenAI(OverClient):
    """A client whose ``chat.completions`` and ``responses`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    _function = "from_openai"

    @cached_property
    def chat(self) -> OverChat:
        """The chat completions."""
        return OverChat(self._transport, self._theirs.chat)

    @cached_property
    def responses(self) -> OverResponses:
        """The responses."""
        return OverResponses(self._transport, self._theirs.responses)
