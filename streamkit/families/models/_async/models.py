"""``async_client.models``: the models that the server offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.models import models as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import RequestOptions
    from streamkit.types import Model, ModelDeleted

__all__ = ["AsyncModels"]


class AsyncModels(AsyncResource):
    """The models that the server offers."""

    async def retrieve(self, model: str, **params: Unpack[RequestOptions]) -> Model:
        """Fetch the description of a model."""
        return await self._send(calls.retrieve(model, params))

    def list(self, **params: Unpack[RequestOptions]) -> AsyncPages[Model]:
        """Return the models."""
        return self._list(calls.list_(params))

    async def delete(self, model: str, **params: Unpack[RequestOptions]) -> ModelDeleted:
        """Delete a fine-tuned model."""
        return await self._send(calls.delete_(model, params))
