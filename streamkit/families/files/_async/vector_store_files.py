"""``async_client.vector_stores.files``: the files of a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.files import vector_store_files as calls
from streamkit.families.files._async.uploads import AsyncUploadingResource

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import RequestOptions
    from streamkit.families.files.batch_upload import UploadProgress
    from streamkit.families.files.vector_store_files import (
        FileAddAndPollParams,
        FileAddParams,
        FileUpdateParams,
        StoredFileListParams,
        StoredFilePollParams,
    )
    from streamkit.types.vector_stores import (
        FileContentResponse,
        VectorStoreFile,
        VectorStoreFileDeleted,
    )

__all__ = ["AsyncVectorStoreFiles"]


class AsyncVectorStoreFiles(AsyncUploadingResource):
    """The files of a vector store."""

    async def create(
        self, vector_store_id: str, *, file_id: str, **params: Unpack[FileAddParams]
    ) -> VectorStoreFile:
        """Put an uploaded file into a vector store; it is ``in_progress`` when this returns."""
        return await self._send(calls.create(vector_store_id, file_id, params))

    async def retrieve(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> VectorStoreFile:
        """Fetch the description of a file in a vector store."""
        return await self._send(calls.retrieve(file_id, vector_store_id, params))

    async def update(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[FileUpdateParams]
    ) -> VectorStoreFile:
        """Replace the attributes of a file."""
        return await self._send(calls.update(file_id, vector_store_id, params))

    def list(
        self, vector_store_id: str, **params: Unpack[StoredFileListParams]
    ) -> AsyncPages[VectorStoreFile]:
        """Return the files of a vector store, the newest first."""
        return self._list(calls.list_(vector_store_id, params))

    async def delete(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> VectorStoreFileDeleted:
        """Remove a file from a vector store; the file itself remains."""
        return await self._send(calls.delete_(file_id, vector_store_id, params))

    def content(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[RequestOptions]
    ) -> AsyncPages[FileContentResponse]:
        """Return the text that the vector store read from a file, in pieces."""
        return self._list(calls.content(file_id, vector_store_id, params))

    async def poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> VectorStoreFile:
        """Wait until a file can be searched, and return it, also when it ``failed``."""
        return await self._poll(calls.poll(file_id, vector_store_id, params))

    async def create_and_poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[FileAddAndPollParams]
    ) -> VectorStoreFile:
        """Put an uploaded file into a vector store, and ``poll`` it."""
        return await self._poll(calls.create_and_poll(vector_store_id, file_id, params))

    async def upload(
        self, *, vector_store_id: str, file: FileTypes, **params: Unpack[FileAddParams]
    ) -> VectorStoreFile:
        """Upload a file and put it into a vector store; it is ``in_progress`` when this returns.

        An error that leaves an uploaded file behind has its id in ``file_ids``.
        """
        return await self._upload_and_start(calls.upload(vector_store_id, file, params))

    async def upload_and_poll(
        self, *, vector_store_id: str, file: FileTypes, **params: Unpack[FileAddAndPollParams]
    ) -> VectorStoreFile:
        """Upload a file, put it into a vector store, and ``poll`` it.

        An error that leaves an uploaded file behind has its id in ``file_ids``.
        """
        return await self._upload_and_poll(calls.upload(vector_store_id, file, params))

    def observe_poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> Observable[VectorStoreFile]:
        """Return a cold observable of the states that ``poll`` receives."""
        return self._observe_poll(calls.poll(file_id, vector_store_id, params))

    def observe_create_and_poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[FileAddAndPollParams]
    ) -> Observable[VectorStoreFile]:
        """Return a cold observable of a file's states; a subscription puts it into the store."""
        return self._observe_poll(calls.create_and_poll(vector_store_id, file_id, params))

    def observe_upload_and_poll(
        self, *, vector_store_id: str, file: FileTypes, **params: Unpack[FileAddAndPollParams]
    ) -> Observable[UploadProgress | VectorStoreFile]:
        """Return a cold observable of the upload's progress, then of the file's states."""
        return self._observe_upload(calls.upload(vector_store_id, file, params))
