"""The types of a vector store's files, under the path where the ``openai`` package has its own."""

from __future__ import annotations

from streamkit.types.vector_stores.vector_store_file import (
    FileContentResponse,
    VectorStoreFile,
    VectorStoreFileDeleted,
)
from streamkit.types.vector_stores.vector_store_file_batch import VectorStoreFileBatch

__all__ = [
    "FileContentResponse",
    "VectorStoreFile",
    "VectorStoreFileBatch",
    "VectorStoreFileDeleted",
]
