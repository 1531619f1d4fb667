"""The calls and polls for batches of files in a vector store. No I/O.

Source: https://platform.openai.com/docs/api-reference/vector-stores-file-batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.call import Call, get, path, post
from streamkit.families._resource.poll_plan import PollParams, PollTerms
from streamkit.families.files.upload_plan import UploadPlan
from streamkit.families.files.vector_store_files import STATUSES, FileAddParams
from streamkit.types import CursorPage
from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "FileBatchCreateAndPollParams",
    "FileBatchCreateParams",
    "cancel",
    "create",
    "create_and_poll",
    "list_files",
    "poll",
    "retrieve",
    "upload",
]


class FileBatchCreateParams(FileAddParams, total=False):
    """The files to put into a vector store, and their options."""

    file_ids: Sequence[str] | NotGiven
    files: Iterable[Mapping[str, Any]] | NotGiven
    """Files in place of ``file_ids``, each with ``file_id``, and its own attributes and chunks."""


class FileBatchCreateAndPollParams(FileBatchCreateParams, PollParams, total=False):
    """The files to put into a vector store, their options, and those of the polling."""


def create(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFileBatch]:
    """Return the call that puts uploaded files into a vector store."""
    template = "/vector_stores/{vector_store_id}/file_batches"
    return post(path(template, vector_store_id=vector_store_id), VectorStoreFileBatch, params)


def retrieve(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileBatch]:
    """Return the call that fetches a batch."""
    return get(_one(batch_id, vector_store_id), VectorStoreFileBatch, params)


def cancel(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileBatch]:
    """Return the call that requests the cancellation of a batch's remaining files."""
    return post(f"{_one(batch_id, vector_store_id)}/cancel", VectorStoreFileBatch, params)


def list_files(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[VectorStoreFile]]:
    """Return the call that fetches the files of a batch."""
    return get(f"{_one(batch_id, vector_store_id)}/files", CursorPage[VectorStoreFile], params)


def poll(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFileBatch]:
    """Return the plan that polls a batch."""
    terms = PollTerms(params)
    look = retrieve(batch_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, look, batch_id)


def create_and_poll(
    vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFileBatch]:
    """Return the plan that puts uploaded files into a vector store, and polls the batch."""
    terms = PollTerms(params)
    return terms.started(
        STATUSES,
        create(vector_store_id, terms.start_params),
        # By the id of the first answer: some servers send another id later.
        lambda batch: retrieve(batch.id, vector_store_id, terms.follow_params),
    )


def upload(
    vector_store_id: str,
    files: Iterable[FileTypes],
    file_ids: Iterable[str],
    max_concurrency: int,
    params: Mapping[str, Any],
) -> UploadPlan[VectorStoreFileBatch]:
    """Return the plan that uploads files, puts them into a vector store, and polls the batch."""
    files, file_ids = [*files], [*file_ids]
    if not files and not file_ids:
        raise ValueError("there is nothing to put into the vector store: no files, no file_ids")

    def poll(uploaded: Sequence[str]) -> PollPlan[VectorStoreFileBatch]:
        return create_and_poll(vector_store_id, {**params, "file_ids": [*file_ids, *uploaded]})

    return UploadPlan(files, poll, max_concurrency, PollTerms(params).options)


def _one(batch_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/file_batches/{batch_id}"
    return path(template, vector_store_id=vector_store_id, batch_id=batch_id)
