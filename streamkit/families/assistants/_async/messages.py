"""``async_client.beta.threads.messages``: the messages of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.assistants import messages as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import RequestOptions
    from streamkit.families.assistants.messages import (
        MessageCreateParams,
        MessageListParams,
        MessageUpdateParams,
    )
    from streamkit.types.beta.threads.message import Message, MessageDeleted

__all__ = ["AsyncMessages"]


class AsyncMessages(AsyncResource):
    """The messages of a thread."""

    async def create(self, thread_id: str, **params: Unpack[MessageCreateParams]) -> Message:
        """Add a message to a thread."""
        return await self._send(calls.create(thread_id, params))

    async def retrieve(
        self, message_id: str, *, thread_id: str, **params: Unpack[RequestOptions]
    ) -> Message:
        """Fetch a message."""
        return await self._send(calls.retrieve(message_id, thread_id, params))

    async def update(
        self, message_id: str, *, thread_id: str, **params: Unpack[MessageUpdateParams]
    ) -> Message:
        """Change the given fields of a message; the others stay."""
        return await self._send(calls.update(message_id, thread_id, params))

    def list(self, thread_id: str, **params: Unpack[MessageListParams]) -> AsyncPages[Message]:
        """Return the messages of a thread, the newest first."""
        return self._list(calls.list_(thread_id, params))

    async def delete(
        self, message_id: str, *, thread_id: str, **params: Unpack[RequestOptions]
    ) -> MessageDeleted:
        """Delete a message."""
        return await self._send(calls.delete_(message_id, thread_id, params))
