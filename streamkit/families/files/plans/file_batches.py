"""The plans of batches of files for a vector store.

Source: https://platform.openai.com/docs/api-reference/vector-stores-file-batches/batch-object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.poll_plan import PollParams, PollTerms
from streamkit.families.files import file_batches as calls
from streamkit.families.files.file_batches import FileBatchCreateParams
from streamkit.families.files.plans.vector_store_files import STATUSES
from streamkit.families.files.upload_plan import UploadPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.types.vector_stores import VectorStoreFileBatch

__all__ = ["FileBatchCreateAndPollParams", "create", "poll", "upload"]


class FileBatchCreateAndPollParams(FileBatchCreateParams, PollParams, total=False):
    """Which files are put into a vector store, how, and how that is polled."""


def poll(
    batch_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFileBatch]:
    """Poll a batch."""
    terms = PollTerms(params)
    retrieve = calls.retrieve(batch_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, retrieve, batch_id)


def create(vector_store_id: str, params: Mapping[str, Any]) -> PollPlan[VectorStoreFileBatch]:
    """Put uploaded files into a vector store, and poll the batch."""
    terms = PollTerms(params)
    return terms.started(
        STATUSES,
        calls.create(vector_store_id, terms.start_params),
        # By the id it was given: some servers tell another one later.
        lambda batch: calls.retrieve(batch.id, vector_store_id, terms.follow_params),
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
        return create(vector_store_id, {**params, "file_ids": [*file_ids, *uploaded]})

    return UploadPlan(files, poll, max_concurrency, PollTerms(params).options)
