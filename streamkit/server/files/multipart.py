"""The reading of a form with a file, piece by piece."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from streamkit.server.api_error import ApiError
from streamkit.server.complaint import missing
from streamkit.server.reading import pieces

if TYPE_CHECKING:
    from starlette.requests import Request

OVERHEAD = 64 * 1024
"""The number of bytes that a form may have besides its file."""
FIELDS = 10
"""The number of fields that a form may have besides its file."""


async def read_upload(request: Request, limit: int) -> tuple[UploadFile, dict[str, str]]:
    """Return the file and the other fields of a form; a large file is on disk, not in memory.

    Raises:
        ApiError: The file is larger than ``limit`` bytes, or the body is not a form with a file.
    """
    content_type = request.headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        raise ApiError("Invalid Content-Type header: expected multipart/form-data.", status=415)
    if (charset := _CHARSET.search(content_type)) and charset[1].lower() not in {"utf-8", "utf8"}:
        raise ApiError("Invalid Content-Type header: expected a form in UTF-8.", status=415)
    body = pieces(request, limit + OVERHEAD)
    parser = _Parser(request.headers, body, max_files=1, max_fields=FIELDS, max_part_size=OVERHEAD)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ApiError(f"We could not parse the form of your request: {error.message}") from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        await form.close()
        raise missing("file")
    if (file.size or 0) > limit:
        await file.close()
        raise ApiError(f"The file is larger than {limit} bytes.", status=413)
    return file, {name: text for name, text in form.items() if isinstance(text, str)}


class _Parser(MultiPartParser):
    """A parser that also limits the size of the headers of parts."""

    _room = OVERHEAD

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._take(end - start)
        super().on_header_field(data, start, end)

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._take(end - start)
        super().on_header_value(data, start, end)

    def _take(self, size: int) -> None:
        # The extra byte makes an empty header count too.
        self._room -= size + 1
        if self._room < 0:
            raise MultiPartException(f"its headers are longer than {OVERHEAD} bytes.")


_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
