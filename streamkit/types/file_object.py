"""An uploaded file.

Source: https://platform.openai.com/docs/api-reference/files/object.
"""

from __future__ import annotations

from streamkit._core.wire import Wire

__all__ = ["FileDeleted", "FileObject"]


class FileObject(Wire):
    """An uploaded file, without its content."""

    id: str = ""
    bytes: int = 0
    created_at: int = 0
    filename: str = ""
    object: str = "file"
    purpose: str = ""
    status: str = ""
    """``uploaded``, ``processed`` or ``error``."""
    expires_at: int | None = None
    status_details: str | None = None


class FileDeleted(Wire):
    """The confirmation that a file was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "file"
