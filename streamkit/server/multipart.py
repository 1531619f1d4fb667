"""A form with a file, read piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from streamkit.server.api_error import ApiError
from streamkit.server.complaint import missing
from streamkit.server.reading import pieces

if TYPE_CHECKING:
    from starlette.requests import Request

OVERHEAD = 64 * 1024
"""Bytes that a form may have besides its file."""


async def read_upload(request: Request, limit: int) -> tuple[UploadFile, dict[str, str]]:
    """The file and the other fields of a form; what is large waits on disk, not in memory.

    Raises:
        ApiError: The file is larger than ``limit`` bytes, or the body is no form with a file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise ApiError("Invalid Content-Type header: expected multipart/form-data.", status=415)
    body = pieces(request, limit + OVERHEAD)
    parser = MultiPartParser(
        request.headers, body, max_files=1, max_fields=10, max_part_size=OVERHEAD
    )
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
