"""A file in a vector store, and how it was cut into chunks.

Source: https://platform.openai.com/docs/api-reference/vector-stores-files/file-object.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.vector_store import Attributes

__all__ = [
    "FileChunkingStrategy",
    "FileContentResponse",
    "LastError",
    "OtherFileChunkingStrategyObject",
    "StaticFileChunkingStrategy",
    "StaticFileChunkingStrategyObject",
    "VectorStoreFile",
    "VectorStoreFileDeleted",
]


class LastError(Wire):
    """Why a file could not be processed."""

    code: str = ""
    message: str = ""


class StaticFileChunkingStrategy(Wire):
    """The sizes of the chunks, in tokens."""

    chunk_overlap_tokens: int = 0
    max_chunk_size_tokens: int = 0


class StaticFileChunkingStrategyObject(Wire, tag_field="type", tag="static"):
    """Chunks of a fixed size."""

    type: ClassVar[Literal["static"]] = "static"
    static: StaticFileChunkingStrategy = field(default_factory=StaticFileChunkingStrategy)


class OtherFileChunkingStrategyObject(Wire, tag_field="type", tag="other"):
    """Chunks made in a way that nobody knows any more."""

    type: ClassVar[Literal["other"]] = "other"


FileChunkingStrategy = StaticFileChunkingStrategyObject | OtherFileChunkingStrategyObject
"""How a file was cut; ``type`` tells which."""


class VectorStoreFile(Wire):
    """A file in a vector store; ``id`` is that of the uploaded file."""

    id: str = ""
    created_at: int = 0
    last_error: LastError | None = None
    object: str = "vector_store.file"
    status: str = ""
    """``in_progress``, ``completed``, ``cancelled`` or ``failed``."""
    usage_bytes: int = 0
    vector_store_id: str = ""
    attributes: Attributes | None = None
    chunking_strategy: FileChunkingStrategy | None = None


class VectorStoreFileDeleted(Wire):
    """That a file was taken out of a vector store; the file itself is still there."""

    id: str = ""
    deleted: bool = False
    object: str = "vector_store.file.deleted"


class FileContentResponse(Wire):
    """A piece of a file's text, as it was read."""

    text: str | None = None
    type: str | None = None
