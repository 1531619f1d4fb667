"""What the files of both clients have in common: their uploads and their polling, observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource.polled import ObservedPolling
from streamkit.families.files.batch_upload import MAX_CONCURRENCY
from streamkit.families.files.plans import file_batches, files, vector_store_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reactivex import Observable
    from typing_extensions import Unpack

    from streamkit._http.upload import FileTypes
    from streamkit.families.files.batch_upload import UploadProgress
    from streamkit.families.files.plans.file_batches import FileBatchCreateAndPollParams
    from streamkit.families.files.plans.files import FileWaitParams
    from streamkit.families.files.plans.vector_store_files import (
        FileAddAndPollParams,
        StoredFilePollParams,
    )
    from streamkit.types import FileObject
    from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

__all__ = ["ObservableFileBatches", "ObservableFiles", "ObservableVectorStoreFiles"]


class ObservableFiles(ObservedPolling):
    """Files, as they are waited for."""

    def observe_wait_for_processing(
        self, id: str, **params: Unpack[FileWaitParams]
    ) -> Observable[FileObject]:
        """Return a cold observable of the states that ``wait_for_processing`` sees."""
        return self._observe_poll(files.wait_for_processing(id, params))


class ObservableVectorStoreFiles(ObservedPolling):
    """The files of a vector store, as they are uploaded and polled."""

    def observe_poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> Observable[VectorStoreFile]:
        """Return a cold observable of the states that ``poll`` sees."""
        return self._observe_poll(vector_store_files.poll(file_id, vector_store_id, params))

    def observe_create_and_poll(
        self, file_id: str, *, vector_store_id: str, **params: Unpack[FileAddAndPollParams]
    ) -> Observable[VectorStoreFile]:
        """Return a cold observable of the file's states; subscribing puts it into the store."""
        return self._observe_poll(vector_store_files.create(vector_store_id, file_id, params))

    def observe_upload_and_poll(
        self, *, vector_store_id: str, file: FileTypes, **params: Unpack[FileAddAndPollParams]
    ) -> Observable[UploadProgress | VectorStoreFile]:
        """Return a cold observable of the bytes that were sent, then of the file's states."""
        return self._observe_upload(vector_store_files.upload(vector_store_id, file, params))


class ObservableFileBatches(ObservedPolling):
    """Batches of files, as they are uploaded and polled."""

    def observe_poll(
        self, batch_id: str, *, vector_store_id: str, **params: Unpack[StoredFilePollParams]
    ) -> Observable[VectorStoreFileBatch]:
        """Return a cold observable of the states that ``poll`` sees."""
        return self._observe_poll(file_batches.poll(batch_id, vector_store_id, params))

    def observe_create_and_poll(
        self, vector_store_id: str, **params: Unpack[FileBatchCreateAndPollParams]
    ) -> Observable[VectorStoreFileBatch]:
        """Return a cold observable of a batch's states; every subscription makes one."""
        return self._observe_poll(file_batches.create(vector_store_id, params))

    def observe_upload_and_poll(
        self,
        vector_store_id: str,
        *,
        files: Iterable[FileTypes],
        max_concurrency: int = MAX_CONCURRENCY,
        file_ids: Sequence[str] = (),
        **params: Unpack[FileAddAndPollParams],
    ) -> Observable[UploadProgress | VectorStoreFileBatch]:
        """Return a cold observable of the bytes that were sent, then of the batch's states."""
        return self._observe_upload(
            file_batches.upload(vector_store_id, files, file_ids, max_concurrency, params)
        )
