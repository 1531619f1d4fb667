"""A file in a vector store, and the chunks it was cut into.

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
    """The error that stopped the processing of a file."""

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
    """Chunks made by a strategy that is no longer known."""

    type: ClassVar[Literal["other"]] = "other"


FileChunkingStrategy = StaticFileChunkingStrategyObject | OtherFileChunkingStrategyObject
"""The strategy by which a file was cut, distinguished by ``type``."""


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
    """The confirmation that a file was removed from a vector store; the file itself remains."""

    id: str = ""
    deleted: bool = False
    object: str = "vector_store.file.deleted"


class FileContentResponse(Wire):
    """A piece of the text that was read from a file."""

    text: str | None = None
    type: str | None = None
