"""The resource ``async_client.responses.input_items``: the input of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.responses import call as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families.responses.params import InputItemsParams

__all__ = ["AsyncInputItems"]


class AsyncInputItems(AsyncResource):
    """The items of the input of a response."""

    def list(self, response_id: str, **params: Unpack[InputItemsParams]) -> AsyncPages[Any]:
        """Return the items of the input of a response, the newest first."""
        return self._list(calls.input_items(response_id, params))
