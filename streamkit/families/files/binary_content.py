"""The bytes of a fetched file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    import httpx

__all__ = ["BinaryContent"]


class BinaryContent:
    """The content of a file, all of which is in memory."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    @property
    def content(self) -> bytes:
        """The bytes."""
        return self.response.content

    @property
    def text(self) -> str:
        """The bytes as text, in the encoding that the response names, or in UTF-8."""
        return self.response.text

    def read(self) -> bytes:
        """Return the bytes."""
        return self.content

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the bytes to the file at this path."""
        Path(file).write_bytes(self.content)
