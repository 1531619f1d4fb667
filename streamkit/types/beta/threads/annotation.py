"""The annotations of a message's text: the files that its pieces refer to."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire

__all__ = [
    "Annotation",
    "AnnotationDelta",
    "FileCitation",
    "FileCitationAnnotation",
    "FileCitationDelta",
    "FileCitationDeltaAnnotation",
    "FilePath",
    "FilePathAnnotation",
    "FilePathDelta",
    "FilePathDeltaAnnotation",
]


class FileCitation(Wire):
    """The file that is cited."""

    file_id: str = ""
    quote: str | None = None


class FileCitationAnnotation(Wire, tag_field="type", tag="file_citation"):
    """The ``text`` from ``start_index`` to ``end_index`` cites a file."""

    type: ClassVar[Literal["file_citation"]] = "file_citation"
    end_index: int = 0
    file_citation: FileCitation = field(default_factory=FileCitation)
    start_index: int = 0
    text: str = ""


class FilePath(Wire):
    """The file that was made."""

    file_id: str = ""


class FilePathAnnotation(Wire, tag_field="type", tag="file_path"):
    """The ``text`` from ``start_index`` to ``end_index`` names a file that was made."""

    type: ClassVar[Literal["file_path"]] = "file_path"
    end_index: int = 0
    file_path: FilePath = field(default_factory=FilePath)
    start_index: int = 0
    text: str = ""


Annotation = FileCitationAnnotation | FilePathAnnotation
"""An annotation of any kind, distinguished by ``type``."""


class FileCitationDelta(Wire):
    """An addition to a ``FileCitation``."""

    file_id: str | None = None
    quote: str | None = None


class FileCitationDeltaAnnotation(Wire, tag_field="type", tag="file_citation"):
    """A citation, or an addition to the one at ``index``."""

    type: ClassVar[Literal["file_citation"]] = "file_citation"
    index: int | None = None
    end_index: int | None = None
    file_citation: FileCitationDelta | None = None
    start_index: int | None = None
    text: str | None = None


class FilePathDelta(Wire):
    """An addition to a ``FilePath``."""

    file_id: str | None = None


class FilePathDeltaAnnotation(Wire, tag_field="type", tag="file_path"):
    """A path, or an addition to the one at ``index``."""

    type: ClassVar[Literal["file_path"]] = "file_path"
    index: int | None = None
    end_index: int | None = None
    file_path: FilePathDelta | None = None
    start_index: int | None = None
    text: str | None = None


AnnotationDelta = FileCitationDeltaAnnotation | FilePathDeltaAnnotation
"""An addition to an annotation, whose kind is ``type``."""
