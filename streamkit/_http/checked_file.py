"""A file of the caller's while it is sent: what it reads is bytes, and as many as it said."""

# Strategy: httpx finds a length by seeking, and by the file descriptor if there is one; of a pipe,
# of files in /proc and of what is unpacked while it is read, that is wrong. What is wrong about a
# length shows when the connection breaks, as if the server were to blame. So the length is found
# here, and a file that does not keep to it is named as what it is.

from __future__ import annotations

import io
import os
from typing import IO, Any, cast

from streamkit.errors import StreamkitError

__all__ = ["CheckedFile"]


class CheckedFile:
    """What httpx reads a file by; from its beginning each time, unless it can be read once only.

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
        """Return where reading begins."""
        return 0

    def seek(self, _offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to the beginning, or return where the end is; ``OSError`` where nobody knows."""
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
        """Read on; raises ``StreamkitError`` for what cannot be sent."""
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
    """How many bytes are in a file; None when it does not say, as those in /proc, which are 0."""
    try:
        file.seek(0, os.SEEK_END)
        length: Any = file.tell()
        file.seek(0)
    except Exception:  # noqa: BLE001 - whatever it is, there is no length; reading will say more
        return None
    return length if isinstance(length, int) and length > 0 else None


def _unreadable(error: Exception) -> StreamkitError:
    return StreamkitError(f"The file cannot be read ({type(error).__name__}: {error})")


def _said(piece: object) -> str:
    if piece is None:
        return "None (it does not block, and has nothing yet)"
    return type(piece).__name__
