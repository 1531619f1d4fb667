"""A batch of files that are added to a vector store.

Source: https://platform.openai.com/docs/api-reference/vector-stores-file-batches/batch-object.
"""

from __future__ import annotations

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.vector_store import FileCounts

__all__ = ["VectorStoreFileBatch"]


class VectorStoreFileBatch(Wire):
    """A batch of files, with its progress in ``file_counts``."""

    id: str = ""
    created_at: int = 0
    file_counts: FileCounts = field(default_factory=FileCounts)
    object: str = "vector_store.files_batch"
    status: str = ""
    """``in_progress``, ``completed``, ``cancelled`` or ``failed``."""
    vector_store_id: str = ""
