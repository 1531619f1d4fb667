"""The calls and polls for the files of a vector store. No I/O.

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
    """The options of a file in a vector store."""

    attributes: Mapping[str, str | float | bool] | NotGiven | None
    chunking_strategy: Mapping[str, Any] | Wire | NotGiven


class FileUpdateParams(RequestOptions, total=False):
    """The changeable fields of a file in a vector store."""

    attributes: Required[Mapping[str, str | float | bool] | None]


class StoredFileListParams(ListParams, total=False):
    """The selection of the files of a vector store, or of a batch."""

    filter: Literal["in_progress", "completed", "failed", "cancelled"] | NotGiven


class StoredFilePollParams(RequestOptions, PollParams, total=False):
    """The options of polling a file in a vector store."""


class FileAddAndPollParams(FileAddParams, PollParams, total=False):
    """The options of files in a vector store, and of polling them."""


STATUSES = Statuses(
    working=frozenset({"in_progress"}),
    final=frozenset({"completed", "cancelled", "failed"}),
)
"""The statuses of a file in a vector store, and of a batch of files."""


def create(vector_store_id: str, file_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFile]:
    """Return the call that puts an uploaded file into a vector store."""
    return post(_all(vector_store_id), VectorStoreFile, {"file_id": file_id, **params})


def retrieve(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFile]:
    """Return the call that fetches the description of a file in a vector store."""
    return get(_one(file_id, vector_store_id), VectorStoreFile, params)


def update(file_id: str, vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreFile]:
    """Return the call that changes the attributes of a file in a vector store."""
    return post(_one(file_id, vector_store_id), VectorStoreFile, params)


def list_(vector_store_id: str, params: Mapping[str, Any]) -> Call[CursorPage[VectorStoreFile]]:
    """Return the call that fetches the files of a vector store."""
    return get(_all(vector_store_id), CursorPage[VectorStoreFile], params)


def delete_(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[VectorStoreFileDeleted]:
    """Return the call that removes a file from a vector store; the file itself remains."""
    return delete(_one(file_id, vector_store_id), VectorStoreFileDeleted, params)


def content(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[FileContentResponse]]:
    """Return the call that fetches the text that the vector store read from a file."""
    pieces = f"{_one(file_id, vector_store_id)}/content"
    return get(pieces, CursorPage[FileContentResponse], params)


def poll(
    file_id: str, vector_store_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Return the plan that polls a file in a vector store."""
    terms = PollTerms(params)
    look = retrieve(file_id, vector_store_id, terms.poll_params)
    return terms.polled(STATUSES, look, file_id)


def create_and_poll(
    vector_store_id: str, file_id: str, params: Mapping[str, Any]
) -> PollPlan[VectorStoreFile]:
    """Return the plan that puts an uploaded file into a vector store, and polls it."""
    terms = PollTerms(params)
    again = retrieve(file_id, vector_store_id, terms.follow_params)
    return terms.started(
        STATUSES, create(vector_store_id, file_id, terms.start_params), lambda _: again
    )


def upload(
    vector_store_id: str, file: FileTypes, params: Mapping[str, Any]
) -> UploadPlan[VectorStoreFile]:
    """Return the plan that uploads a file, puts it into a vector store, and polls it."""

    def poll(file_ids: Sequence[str]) -> PollPlan[VectorStoreFile]:
        return create_and_poll(vector_store_id, file_ids[0], params)

    return UploadPlan([file], poll, 1, PollTerms(params).options)


def _all(vector_store_id: str) -> str:
    return path("/vector_stores/{vector_store_id}/files", vector_store_id=vector_store_id)


def _one(file_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/files/{file_id}"
    return path(template, vector_store_id=vector_store_id, file_id=file_id)
