"""The plans of a vector store's files.

Source: https://platform.openai.com/docs/api-reference/vector-stores-files/file-object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.params import RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.families.files import vector_store_files as calls
from streamkit.families.files.upload_plan import UploadPlan
from streamkit.families.files.vector_store_files import FileAddParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.types.vector_stores import VectorStoreFile

__all__ = [
    "STATUSES",
    "FileAddAndPollParams",
    "StoredFilePollParams",
    "create",
    "poll",
    "upload",
]


class StoredFilePollParams(RequestOptions, PollParams, total=False):
    """How a file in a vector store is polled."""


class FileAddAndPollParams(FileAddParams, PollParams, total=False):
    """How files are put into a vector store, and how that is polled."""


STATUSES = Statuses(
    working=frozenset({"in_progress"}),
    final=frozenset({"completed", "cancelled", "failed"}),
)
"""Those of a file in a vector store, and of a batch of them."""


def poll(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Poll a file in a vector store."""
    terms = PollTerms(params)
    retrieve = calls.retrieve(file_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, retrieve, file_id)


def create(
    vector_store_id: str, file_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Put an uploaded file into a vector store, and poll it."""
    terms = PollTerms(params)
    again = calls.retrieve(file_id, vector_store_id, terms.follow_params)
    return terms.started(
        STATUSES, calls.create(vector_store_id, file_id, terms.start_params), lambda _: again
    )


def upload(
    vector_store_id: str, file: FileTypes, params: Mapping[str, Any]
) -> UploadPlan[VectorStoreFile]:
    """Upload a file, put it into a vector store, and poll it."""

    def poll(file_ids: Sequence[str]) -> PollPlan[VectorStoreFile]:
        return create(vector_store_id, file_ids[0], params)

    return UploadPlan([file], poll, 1, PollTerms(params).options)
