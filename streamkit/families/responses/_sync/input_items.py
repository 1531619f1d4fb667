# Made from ../_async/input_items.py by .ci/unasync.py: change it there.
"""The resource ``client.responses.input_items``: the input of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.responses import call as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families.responses.params import InputItemsParams

__all__ = ["InputItems"]


class InputItems(SyncResource):
    """The items of the input of a response."""

    def list(self, response_id: str, **params: Unpack[InputItemsParams]) -> SyncCursorPage[Any]:
        """Return the items of the input of a response, the newest first."""
        return self._list(calls.input_items(response_id, params))
