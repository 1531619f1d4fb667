"""``async_client.vector_stores.file_batches``: batches of files for a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.files import file_batches as calls
from streamkit.families.files._async.uploads import AsyncUploadingResource
from streamkit.families.files.batch_upload import MAX_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Unpack

    from reactivex import Observable

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import RequestOptions
    from streamkit.families.files.batch_upload import UploadProgress
    from streamkit.families.files.file_batches import (
        FileBatchCreateAndPollParams,
        FileBatchCreateParams,
    )
    from streamkit.families.files.vector_store_files import (
        FileAddAndPollParams,
        StoredFileListParams,
        StoredFilePollParams,
    )
    from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

__all__ = ["AsyncFileBatches"]


class AsyncFileBatches(AsyncUploadingResource):
    """Batches of files for a vector store."""

    async def create(
        self, vector_store_id: str, **params: Unpack[FileBatchCreateParams]
    ) -> VectorStoreFileBatch:
        """Put uploaded files into a vector store; they are ``in_progress`` when this returns."""
        return await self._send(calls.create(vector_store_id, params))

    async def retrieve(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> VectorStoreFileBatch:
        """Fetch a batch, whose ``file_counts`` show its progress."""
        return await self._send(calls.retrieve(batch_id, vector_store_id, params))

    async def cancel(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> VectorStoreFileBatch:
        """Request the cancellation of a batch's remaining files."""
        return await self._send(calls.cancel(batch_id, vector_store_id, params))

    def list_files(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[StoredFileListParams]
    ) -> AsyncPages[VectorStoreFile]:
        """Return the files of a batch, the newest first."""
        return self._list(calls.list_files(batch_id, vector_store_id, params))

    async def poll(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> VectorStoreFileBatch:
        """Wait until a batch is over, and return it; ``file_counts`` has the number that failed."""
        return await self._poll(calls.poll(batch_id, vector_store_id, params))

    async def create_and_poll(
        self, vector_store_id: str, **params: Unpack[FileBatchCreateAndPollParams]
    ) -> VectorStoreFileBatch:
        """Put uploaded files into a vector store, and ``poll`` the batch."""
        return await self._poll(calls.create_and_poll(vector_store_id, params))

    async def upload_and_poll(
        self,
        vector_store_id: str,
        *,
        files: Iterable[FileTypes],
        max_concurrency: int = MAX_CONCURRENCY,
        file_ids: Sequence[str] = (),
        **params: Unpack[FileAddAndPollParams],
    ) -> VectorStoreFileBatch:
        """Upload files, put them into a vector store after ``file_ids``, and ``poll`` the batch.

        A file on disk is never in memory as a whole. The first failure stops the uploads; the
        error's ``file_ids`` are those of the files that exist then.

        Args:
            vector_store_id: The vector store.
            files: The files to upload.
            max_concurrency: The maximum number of files sent at a time.
            file_ids: Files that were uploaded before.
            params: The parameters of the batch, its polling and the requests.
        """
        return await self._upload_and_poll(
            calls.upload(vector_store_id, files, file_ids, max_concurrency, params)
        )

    def observe_poll(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> Observable[VectorStoreFileBatch]:
        """Return a cold observable of the states that ``poll`` receives."""
        return self._observe_poll(calls.poll(batch_id, vector_store_id, params))

    def observe_create_and_poll(
        self, vector_store_id: str, **params: Unpack[FileBatchCreateAndPollParams]
    ) -> Observable[VectorStoreFileBatch]:
        """Return a cold observable of a batch's states; every subscription creates a batch."""
        return self._observe_poll(calls.create_and_poll(vector_store_id, params))

    def observe_upload_and_poll(
        self,
        vector_store_id: str,
        *,
        files: Iterable[FileTypes],
        max_concurrency: int = MAX_CONCURRENCY,
        file_ids: Sequence[str] = (),
        **params: Unpack[FileAddAndPollParams],
    ) -> Observable[UploadProgress | VectorStoreFileBatch]:
        """Return a cold observable of the uploads' progress, then of the batch's states."""
        return self._observe_upload(
            calls.upload(vector_store_id, files, file_ids, max_concurrency, params)
        )
