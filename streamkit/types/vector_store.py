"""A vector store: a collection of searchable files.

Source: https://platform.openai.com/docs/api-reference/vector-stores/object.
"""

from __future__ import annotations

from msgspec import field

from streamkit._core.wire import Wire

__all__ = [
    "Attributes",
    "ExpiresAfter",
    "FileCounts",
    "VectorStore",
    "VectorStoreDeleted",
    "VectorStoreSearchContent",
    "VectorStoreSearchResponse",
]

Attributes = dict[str, str | int | float | bool]
"""A file's attributes, by which searches can filter."""


class FileCounts(Wire):
    """The number of files in each state."""

    cancelled: int = 0
    completed: int = 0
    failed: int = 0
    in_progress: int = 0
    total: int = 0


class ExpiresAfter(Wire):
    """The expiry of a vector store: ``days`` after the ``anchor``."""

    anchor: str = "last_active_at"
    days: int = 0


class VectorStore(Wire):
    """A collection of files that can be searched by meaning."""

    id: str = ""
    created_at: int = 0
    file_counts: FileCounts = field(default_factory=FileCounts)
    last_active_at: int | None = None
    metadata: dict[str, str] | None = None
    name: str = ""
    object: str = "vector_store"
    status: str = ""
    """``in_progress``, ``completed`` or ``expired``."""
    usage_bytes: int = 0
    description: str | None = None
    expires_after: ExpiresAfter | None = None
    expires_at: int | None = None


class VectorStoreDeleted(Wire):
    """The confirmation that a vector store was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "vector_store.deleted"


class VectorStoreSearchContent(Wire):
    """A piece of a file that a search found."""

    text: str = ""
    type: str = "text"


class VectorStoreSearchResponse(Wire):
    """A file that a search found, with the pieces that matched."""

    attributes: Attributes | None = None
    content: list[VectorStoreSearchContent] = []
    file_id: str = ""
    filename: str = ""
    score: float = 0.0
