# Made from ../_async/vector_stores.py by .ci/unasync.py: change it there.
"""``client.vector_stores``: collections of searchable files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.files import vector_stores as calls
from streamkit.families.files._sync.file_batches import FileBatches
from streamkit.families.files._sync.vector_store_files import VectorStoreFiles

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit._http._sync.transport import SyncTransport
    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.params import ListParams, RequestOptions
    from streamkit.families.files.vector_stores import (
        VectorStoreCreateParams,
        VectorStoreSearchParams,
        VectorStoreUpdateParams,
    )
    from streamkit.types import VectorStore, VectorStoreDeleted, VectorStoreSearchResponse

__all__ = ["VectorStores"]


class VectorStores(SyncResource):
    """Vector stores, which are collections of searchable files."""

    def __init__(self, transport: SyncTransport) -> None:
        super().__init__(transport)
        self.files = VectorStoreFiles(transport)
        self.file_batches = FileBatches(transport)

    def create(self, **params: Unpack[VectorStoreCreateParams]) -> VectorStore:
        """Create a vector store; its files may still be ``in_progress`` when this returns."""
        return self._send(calls.create(params))

    def retrieve(self, vector_store_id: str, **params: Unpack[RequestOptions]) -> VectorStore:
        """Fetch a vector store."""
        return self._send(calls.retrieve(vector_store_id, params))

    def update(
        self, vector_store_id: str, **params: Unpack[VectorStoreUpdateParams]
    ) -> VectorStore:
        """Change the given fields of a vector store; the others stay."""
        return self._send(calls.update(vector_store_id, params))

    def list(self, **params: Unpack[ListParams]) -> SyncCursorPage[VectorStore]:
        """Return the vector stores, the newest first."""
        return self._list(calls.list_(params))

    def delete(self, vector_store_id: str, **params: Unpack[RequestOptions]) -> VectorStoreDeleted:
        """Delete a vector store; its files remain."""
        return self._send(calls.delete_(vector_store_id, params))

    def search(
        self, vector_store_id: str, **params: Unpack[VectorStoreSearchParams]
    ) -> SyncCursorPage[VectorStoreSearchResponse]:
        """Return the pieces of files that match a query best."""
        return self._list(calls.search(vector_store_id, params))
