# Made from ../_async/anthropic.py by .ci/unasync.py: change it there.
"""Our streams over a client of the ``anthropic`` package."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._sources._sync.over_client import OverClient
from streamkit._sources.over import PassesThrough
from streamkit.families.messages._sync.messages import Messages

if TYPE_CHECKING:
    from streamkit._http._sync.transport import SyncTransport

__all__ = ["OverAnthropic"]


class OverMessages(PassesThrough, Messages):
    """Messages of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class OverAnthropic(OverClient):
    """A client whose ``messages`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    _function = "from_anthropic"

    @cached_property
    def messages(self) -> OverMessages:
        """The messages."""
        return OverMessages(self._transport, self._theirs.messages)
