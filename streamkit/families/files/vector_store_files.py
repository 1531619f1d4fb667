"""The files of a vector store: what is sent, how it is polled and answered. No I/O.

Source: https://platform.openai.com/docs/api-reference/vector-stores-files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.params import ListParams, RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.families.files.upload_plan import UploadPlan
from streamkit.types import CursorPage
from streamkit.types.vector_stores import (
    FileContentResponse,
    VectorStoreFile,
    VectorStoreFileDeleted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.wire import Wire
    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "STATUSES",
    "FileAddAndPollParams",
    "FileAddParams",
    "FileUpdateParams",
    "StoredFileListParams",
    "StoredFilePollParams",
    "content",
    "create",
    "create_and_poll",
    "delete_",
    "list_",
    "poll",
    "retrieve",
    "update",
    "upload",
]


class FileAddParams(RequestOptions, total=False):
    """How a file is put into a vector store."""

    attributes: Mapping[str, str | float | bool] | NotGiven | None
    chunking_strategy: Mapping[str, Any] | Wire | NotGiven


class FileUpdateParams(RequestOptions, total=False):
    """What of a file in a vector store can be changed."""

    attributes: Required[Mapping[str, str | float | bool] | None]


class StoredFileListParams(ListParams, total=False):
    """Which files of a vector store, or of a batch, are wanted."""

    filter: Literal["in_progress", "completed", "failed", "cancelled"] | NotGiven


class StoredFilePollParams(RequestOptions, PollParams, total=False):
    """How a file in a vector store is polled."""


class FileAddAndPollParams(FileAddParams, PollParams, total=False):
    """How files are put into a vector store, and how that is polled."""


STATUSES = Statuses(
    working=frozenset({"in_progress"}),
    final=frozenset({"completed", "cancelled", "failed"}),
)
"""Those of a file in a vector store, and of a batch of them."""


def create(vector_store_id: str, file_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFile]:
    """Put an uploaded file into a vector store."""
    return post(_all(vector_store_id), VectorStoreFile, {"file_id": file_id, **params})


def retrieve(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFile]:
    """Fetch what is known of a file in a vector store."""
    return get(_one(file_id, vector_store_id), VectorStoreFile, params)


def update(file_id: str, vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFile]:
    """Change the attributes of a file in a vector store."""
    return post(_one(file_id, vector_store_id), VectorStoreFile, params)


def list_(vector_store_id: str, params: Mapping[str, Any]) -> Call[CursorPage[VectorStoreFile]]:
    """Fetch the files of a vector store."""
    return get(_all(vector_store_id), CursorPage[VectorStoreFile], params)


def delete_(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileDeleted]:
    """Take a file out of a vector store; the file itself stays."""
    return delete(_one(file_id, vector_store_id), VectorStoreFileDeleted, params)


def content(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[FileContentResponse]]:
    """Fetch the text of a file, as the vector store read it."""
    pieces = f"{_one(file_id, vector_store_id)}/content"
    return get(pieces, CursorPage[FileContentResponse], params)


def poll(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Poll a file in a vector store."""
    terms = PollTerms(params)
    look = retrieve(file_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, look, file_id)


def create_and_poll(
    vector_store_id: str, file_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Put an uploaded file into a vector store, and poll it."""
    terms = PollTerms(params)
    again = retrieve(file_id, vector_store_id, terms.follow_params)
    return terms.started(
        STATUSES, create(vector_store_id, file_id, terms.start_params), lambda _: again
    )


def upload(
    vector_store_id: str, file: FileTypes, params: Mapping[str, Any]
) -> UploadPlan[VectorStoreFile]:
    """Upload a file, put it into a vector store, and poll it."""

    def poll(file_ids: Sequence[str]) -> PollPlan[VectorStoreFile]:
        return create_and_poll(vector_store_id, file_ids[0], params)

    return UploadPlan([file], poll, 1, PollTerms(params).options)


def _all(vector_store_id: str) -> str:
    return path("/vector_stores/{vector_store_id}/files", vector_store_id=vector_store_id)


def _one(file_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/files/{file_id}"
    return path(template, vector_store_id=vector_store_id, file_id=file_id)
