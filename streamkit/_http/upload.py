"""A form with a file, which is opened for each attempt and read in pieces while it is sent."""

# Strategy: httpx encodes the form. This module opens the file of a path for every attempt, keeps
# the reading off the event loop, and reports the progress.

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

from streamkit._http.checked_file import CheckedFile
from streamkit._http.pipe_file import PipeFile, is_no_regular_file
from streamkit._rx.apart import Apart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    import httpx

__all__ = [
    "AsyncForm",
    "FileContent",
    "FileTypes",
    "Form",
    "Progress",
    "SyncForm",
    "Upload",
    "upload",
]

FileContent: TypeAlias = "bytes | os.PathLike[str] | IO[bytes]"
"""The bytes of a file, its path, or a file that is open for reading bytes."""
FileTypes: TypeAlias = (
    "FileContent | tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None]"
)
"""The content of a file, or a tuple of its name, its content and optionally its media type."""
Progress: TypeAlias = "Callable[[int, int | None], object]"
"""A function that receives the number of bytes of the form that were sent, and their total.

The total is None if it is not known.
"""


@dataclass(frozen=True)
class Upload:
    """A form with a file; an open file is sent from its beginning and left open."""

    name: str | None
    content: FileContent
    media_type: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    on_progress: Progress | None = None
    """The function to call with the progress, on the caller's thread or its event loop."""

    @property
    def repeatable(self) -> bool:
        """Whether the file can be sent again; the sent bytes of a pipe are gone."""
        if isinstance(self.content, os.PathLike):
            return not is_no_regular_file(self.content)
        if isinstance(self.content, bytes):
            return True
        seekable = getattr(self.content, "seekable", None)
        try:
            return bool(seekable and seekable())
        except Exception:  # noqa: BLE001 - such as a closed file's; reading it raises the reason
            return False

    @contextmanager
    def opened(self) -> Generator[dict[str, Any]]:
        """Yield the arguments from which httpx makes the form, while the file is open."""
        if isinstance(self.content, os.PathLike) and not self.repeatable:
            with closing(PipeFile(self.content)) as pipe:
                yield self._form(CheckedFile(cast("IO[bytes]", pipe), repeatable=False))
        elif isinstance(self.content, os.PathLike):
            from pathlib import Path

            with Path(self.content).open("rb") as file:
                yield self._form(CheckedFile(file, repeatable=True))
        elif isinstance(self.content, bytes):
            yield self._form(self.content)
        else:
            yield self._form(CheckedFile(self.content, repeatable=self.repeatable))

    def _form(self, content: object) -> dict[str, Any]:
        file = (self.name, content, self.media_type)
        return {"data": _flat(self.fields), "files": {"file": file}}


def upload(
    file: FileTypes, fields: Mapping[str, object], on_progress: Progress | None = None
) -> Upload:
    """Return the form that sends ``file`` with ``fields``.

    Raises ``TypeError`` for a value that is no file, ``ValueError`` for an invalid media type.
    """
    name: str | None
    media_type: str | None = None
    if not isinstance(file, tuple):
        name, content = _name(file), file
    elif len(file) == 2:
        name, content = file
    else:
        name, content, media_type = file
    if not isinstance(content, bytes | os.PathLike) and not hasattr(content, "read"):
        raise TypeError(
            "a file is bytes, a path as pathlib.Path, a file that is open in binary mode, or a "
            f"tuple of its name, one of these and maybe its media type; not {content!r:.100}"
        )
    if media_type is not None and not (media_type.isascii() and media_type.isprintable()):
        # The media type becomes a line of the form, and must not contain a line break.
        raise ValueError(f"a media type is printable ASCII, as text/plain; not {media_type!r:.100}")
    if name is not None:
        # Names on disk may be in any encoding, names in a form are in UTF-8.
        name = os.fsencode(_NO_BYTE.sub("\ufffd", name)).decode("utf-8", "replace")
    return Upload(name, content, media_type, fields, on_progress)


class Form:
    """An encoded form that an HTTP client sends."""

    def __init__(self, encoded: httpx.Request, on_progress: Progress | None) -> None:
        self.headers = {
            name: encoded.headers[name]
            for name in ("content-type", "content-length")
            if name in encoded.headers
        }
        self.failure: Exception | None = None
        """The error of the file, or the one that ``on_progress`` raised; None without any."""
        self._stream: Any = encoded.stream
        self._on_progress = on_progress

    @contextmanager
    def _noting_failure(self) -> Generator[None]:
        # An HTTP client may take the error for one of its own, and raise a different one.
        try:
            yield
        except Exception as error:
            self.failure = error
            raise

    def _report(self, sent: int) -> None:
        if self._on_progress:
            length = self.headers.get("content-length")
            self._on_progress(sent, None if length is None else int(length))


class SyncForm(Form):
    """The form of a blocking client; each iteration reads the file from its beginning."""

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        with self._noting_failure():
            for piece in self._stream:
                yield piece
                sent += len(piece)
                self._report(sent)


class AsyncForm(Form):
    """The form of an async client; each iteration reads the file anew, in a thread."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        from asyncio import wrap_future

        sent = 0
        pieces: Iterator[bytes] = iter(self._stream)
        # Not a thread of the loop, which would wait for it at its end: a pipe may stay silent.
        reading = Apart()
        with self._noting_failure(), closing(reading):
            read = partial(next, pieces, None)
            while (piece := await wrap_future(reading.submit(read))) is not None:
                yield piece
                sent += len(piece)
                self._report(sent)


_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""The halves of surrogate pairs in a name that stand for no byte; the others stand for one."""


def _name(content: FileContent) -> str:
    from pathlib import Path

    path = content if isinstance(content, os.PathLike) else getattr(content, "name", "upload")
    return Path(str(path)).name


def _flat(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return nested fields in the notation of a form: ``expires_after[anchor]``, ``tags[]``."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            inner = cast("dict[str, object]", value)
            flat.update(_flat({f"{name}[{key}]": item for key, item in inner.items()}))
        elif isinstance(value, list | tuple):
            flat[f"{name}[]"] = value
        elif value is not None:
            flat[name] = value
    return flat
