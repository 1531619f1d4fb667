"""``async_client.beta.assistants``: assistants, models with instructions and tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.assistants import assistants as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import ListParams, RequestOptions
    from streamkit.families.assistants.assistants import (
        AssistantCreateParams,
        AssistantUpdateParams,
    )
    from streamkit.types.beta.assistant import Assistant, AssistantDeleted

__all__ = ["AsyncAssistants"]


class AsyncAssistants(AsyncResource):
    """Assistants, which are models with instructions and tools."""

    async def create(self, **params: Unpack[AssistantCreateParams]) -> Assistant:
        """Make an assistant."""
        return await self._send(calls.create(params))

    async def retrieve(self, assistant_id: str, **params: Unpack[RequestOptions]) -> Assistant:
        """Fetch an assistant."""
        return await self._send(calls.retrieve(assistant_id, params))

    async def update(self, assistant_id: str, **params: Unpack[AssistantUpdateParams]) -> Assistant:
        """Change the given fields of an assistant; the others stay."""
        return await self._send(calls.update(assistant_id, params))

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[Assistant]:
        """Return the assistants, the newest first."""
        return self._list(calls.list_(params))

    async def delete(self, assistant_id: str, **params: Unpack[RequestOptions]) -> AssistantDeleted:
        """Delete an assistant."""
        return await self._send(calls.delete_(assistant_id, params))
