"""Batches of files for a vector store: what is sent, how it is polled and answered. No I/O.

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
    """Which files are put into a vector store, and how."""

    file_ids: Sequence[str] | NotGiven
    files: Iterable[Mapping[str, Any]] | NotGiven
    """In place of ``file_ids``: each with a ``file_id``, and attributes and chunks of its own."""


class FileBatchCreateAndPollParams(FileBatchCreateParams, PollParams, total=False):
    """Which files are put into a vector store, how, and how that is polled."""


def create(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFileBatch]:
    """Put uploaded files into a vector store."""
    template = "/vector_stores/{vector_store_id}/file_batches"
    return post(path(template, vector_store_id=vector_store_id), VectorStoreFileBatch, params)


def retrieve(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileBatch]:
    """Fetch how far a batch is."""
    return get(_one(batch_id, vector_store_id), VectorStoreFileBatch, params)


def cancel(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileBatch]:
    """Ask for the rest of a batch to be given up."""
    return post(f"{_one(batch_id, vector_store_id)}/cancel", VectorStoreFileBatch, params)


def list_files(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[VectorStoreFile]]:
    """Fetch the files of a batch."""
    return get(f"{_one(batch_id, vector_store_id)}/files", CursorPage[VectorStoreFile], params)


def poll(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFileBatch]:
    """Poll a batch."""
    terms = PollTerms(params)
    look = retrieve(batch_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, look, batch_id)


def create_and_poll(
    vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFileBatch]:
    """Put uploaded files into a vector store, and poll the batch."""
    terms = PollTerms(params)
    return terms.started(
        STATUSES,
        create(vector_store_id, terms.start_params),
        # By the id it was given: some servers tell another one later.
        lambda batch: retrieve(batch.id, vector_store_id, terms.follow_params),
    )


def upload(
    vector_store_id: str,
    files: Iterable[FileTypes],
    file_ids: Iterable[str],
    max_concurrency: int,
    params: Mapping[str, Any],
) -> UploadPlan[VectorStoreFileBatch]:
    """Upload files, put them into a vector store, and poll the batch."""
    files, file_ids = [*files], [*file_ids]
    if not files and not file_ids:
        raise ValueError("there is nothing to put into the vector store: no files, no file_ids")

    def poll(uploaded: Sequence[str]) -> PollPlan[VectorStoreFileBatch]:
        return create_and_poll(vector_store_id, {**params, "file_ids": [*file_ids, *uploaded]})

    return UploadPlan(files, poll, max_concurrency, PollTerms(params).options)


def _one(batch_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/file_batches/{batch_id}"
    return path(template, vector_store_id=vector_store_id, batch_id=batch_id)
