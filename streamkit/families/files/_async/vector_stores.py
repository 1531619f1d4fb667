"""``async_client.vector_stores``: collections of searchable files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.files import vector_stores as calls
from streamkit.families.files._async.file_batches import AsyncFileBatches
from streamkit.families.files._async.vector_store_files import AsyncVectorStoreFiles

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit._http._async.transport import AsyncTransport
    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import ListParams, RequestOptions
    from streamkit.families.files.vector_stores import (
        VectorStoreCreateParams,
        VectorStoreSearchParams,
        VectorStoreUpdateParams,
    )
    from streamkit.types import VectorStore, VectorStoreDeleted, VectorStoreSearchResponse

__all__ = ["AsyncVectorStores"]


class AsyncVectorStores(AsyncResource):
    """Vector stores, which are collections of searchable files."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.files = AsyncVectorStoreFiles(transport)
        self.file_batches = AsyncFileBatches(transport)

    async def create(self, **params: Unpack[VectorStoreCreateParams]) -> VectorStore:
        """Create a vector store; its files may still be ``in_progress`` when this returns."""
        return await self._send(calls.create(params))

    async def retrieve(self, vector_store_id: str, **params: Unpack[RequestOptions]) -> VectorStore:
        """Fetch a vector store."""
        return await self._send(calls.retrieve(vector_store_id, params))

    async def update(
        self, vector_store_id: str, **params: Unpack[VectorStoreUpdateParams]
    ) -> VectorStore:
        """Change the given fields of a vector store; the others stay."""
        return await self._send(calls.update(vector_store_id, params))

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[VectorStore]:
        """Return the vector stores, the newest first."""
        return self._list(calls.list_(params))

    async def delete(
        self, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> VectorStoreDeleted:
        """Delete a vector store; its files remain."""
        return await self._send(calls.delete_(vector_store_id, params))

    def search(
        self, vector_store_id: str, **params: Unpack[VectorStoreSearchParams]
    ) -> AsyncPages[VectorStoreSearchResponse]:
        """Return the pieces of files that match a query best."""
        return self._list(calls.search(vector_store_id, params))
