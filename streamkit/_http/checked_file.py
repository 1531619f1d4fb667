"""A caller's file that is checked while it is sent: it returns bytes, as many as it announced."""

# Strategy: httpx finds a length by seeking, and by the file descriptor if there is one; that length
# is wrong for a pipe, for files in /proc and for files that are unpacked while they are read. With
# a wrong length the connection breaks, as if the server were to blame. So the length is found here,
# and the error names a file that does not keep to it.

from __future__ import annotations

import io
import os
from typing import IO, Any, cast

from streamkit.errors import StreamkitError

__all__ = ["CheckedFile"]


class CheckedFile:
    """The file that httpx reads, each time from its beginning if the file is repeatable.

    Raises ``TypeError`` for a file of text.
    """

    def __init__(self, file: IO[bytes], *, repeatable: bool) -> None:
        if isinstance(file, io.TextIOBase):
            raise TypeError("a file must be opened in binary mode, not as text")
        self._file = file
        self._repeatable = repeatable
        self._length = _length(file) if repeatable else None
        self._position = 0

    def tell(self) -> int:
        """Return the position at which reading begins."""
        return 0

    def seek(self, _offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to the beginning, or return the length; raise ``OSError`` if it is unknown."""
        if whence == os.SEEK_END:
            if self._length is None:
                raise io.UnsupportedOperation
            return self._length
        if self._repeatable:
            try:
                self._file.seek(0)
            except Exception as error:  # noqa: BLE001 - any class may be a file
                raise _unreadable(error) from None
        elif self._position:
            raise StreamkitError(
                "The file cannot be sent again after a redirect: it can be read once"
            )
        self._position = 0
        return 0

    def read(self, size: int) -> bytes:
        """Return the next bytes; raise ``StreamkitError`` for a file that cannot be sent."""
        try:
            piece: Any = self._file.read(size)
        except Exception as error:  # noqa: BLE001 - any class may be a file
            raise _unreadable(error) from None
        if isinstance(piece, bytearray | memoryview):
            piece = bytes(cast("bytearray", piece))
        if not isinstance(piece, bytes):
            raise StreamkitError(
                f"The file cannot be sent: its read() gave {_said(piece)} in place of bytes"
            )
        self._position += len(piece)
        length = self._length
        if length is not None and (self._position > length or (not piece and size)):
            self._check(length)
        return piece

    def _check(self, length: int) -> None:
        if self._position != length:
            change = "grew" if self._position > length else "shrank"
            raise StreamkitError(
                f"The file {change} while it was sent: it had {length} bytes when that began;"
                " send a copy of what others still write"
            )


def _length(file: IO[bytes]) -> int | None:
    """Return the number of bytes in a file; None if unknown, as for files in /proc, which say 0."""
    try:
        file.seek(0, os.SEEK_END)
        length: Any = file.tell()
        file.seek(0)
    except Exception:  # noqa: BLE001 - any error means no length; reading will report more
        return None
    return length if isinstance(length, int) and length > 0 else None


def _unreadable(error: Exception) -> StreamkitError:
    return StreamkitError(f"The file cannot be read ({type(error).__name__}: {error})")


def _said(piece: object) -> str:
    if piece is None:
        return "None (it does not block, and has nothing yet)"
    return type(piece).__name__
