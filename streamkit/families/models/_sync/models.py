# Made from ../_async/models.py by .ci/unasync.py: change it there.
"""``client.models``: the models that the server offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.models import models as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.params import RequestOptions
    from streamkit.types import Model, ModelDeleted

__all__ = ["Models"]


class Models(SyncResource):
    """The models that the server offers."""

    def retrieve(self, model: str, **params: Unpack[RequestOptions]) -> Model:
        """Fetch the description of a model."""
        return self._send(calls.retrieve(model, params))

    def list(self, **params: Unpack[RequestOptions]) -> SyncCursorPage[Model]:
        """Return the models."""
        return self._list(calls.list_(params))

    def delete(self, model: str, **params: Unpack[RequestOptions]) -> ModelDeleted:
        """Delete a fine-tuned model."""
        return self._send(calls.delete_(model, params))
