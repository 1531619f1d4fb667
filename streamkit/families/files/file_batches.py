"""The calls of batches of files for a vector store.

Source: https://platform.openai.com/docs/api-reference/vector-stores-file-batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.call import Call, get, path, post
from streamkit.families.files.vector_store_files import FileAddParams
from streamkit.types import CursorPage
from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit.families._resource.params import NotGiven

__all__ = ["FileBatchCreateParams", "cancel", "create", "list_files", "retrieve"]


class FileBatchCreateParams(FileAddParams, total=False):
    """Which files are put into a vector store, and how."""

    file_ids: Sequence[str] | NotGiven
    files: Iterable[Mapping[str, Any]] | NotGiven
    """In place of ``file_ids``: each with a ``file_id``, and attributes and chunks of its own."""


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


def _one(batch_id: str, vector_store_id: str) -> str:
    template = "/vector_stores/{vector_store_id}/file_batches/{batch_id}"
    return path(template, vector_store_id=vector_store_id, batch_id=batch_id)
