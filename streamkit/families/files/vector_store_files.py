"""The calls of a vector store's files.

Source: https://platform.openai.com/docs/api-reference/vector-stores-files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.listing import ListParams
from streamkit.families._resource.params import RequestOptions
from streamkit.types import CursorPage
from streamkit.types.vector_stores import (
    FileContentResponse,
    VectorStoreFile,
    VectorStoreFileDeleted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "FileAddParams",
    "FileUpdateParams",
    "StoredFileListParams",
    "content",
    "create",
    "delete_",
    "list_",
    "retrieve",
    "update",
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


def _all(vector_store_id: str) -> str:
    return path("/vector_stores/{vector_store_id}/files", vector_store_id=vector_store_id)


def _one(file_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/files/{file_id}"
    return path(template, vector_store_id=vector_store_id, file_id=file_id)
