"""The calls of files.

Source: https://platform.openai.com/docs/api-reference/files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from streamkit._http.upload import upload
from streamkit.families._resource.call import Call, delete, get, in_url, path, request, split
from streamkit.families._resource.listing import ListParams
from streamkit.families._resource.params import RequestOptions
from streamkit.types import CursorPage, FileDeleted, FileObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._http.request import Request
    from streamkit._http.upload import FileTypes, Progress
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "FileCreateParams",
    "FileListParams",
    "content",
    "create",
    "delete_",
    "list_",
    "retrieve",
]


class FileCreateParams(RequestOptions, total=False):
    """What is to be uploaded, and what for."""

    file: Required[FileTypes]
    """A ``pathlib.Path``, ``bytes``, a file that is open in binary mode and is then sent from its
    beginning, or a tuple of a name, one of these and maybe a media type."""
    purpose: Required[str]
    """``assistants``, ``batch``, ``fine-tune``, ``vision``, ``user_data``, …"""
    expires_after: Mapping[str, Any] | NotGiven


class FileListParams(ListParams, total=False):
    """Which files are wanted."""

    purpose: str | NotGiven


def create(params: Mapping[str, Any], on_progress: Progress | None = None) -> Call[FileObject]:
    """Upload a file; ``on_progress`` is told the bytes that were sent, and of how many.

    Each attempt sends it from its beginning. What cannot be read twice is sent only once.
    """
    fields, options = split(params)
    file = fields.pop("file", None)
    fields.update(options.pop("extra_body", None) or {})
    form = upload(file, fields, on_progress)
    return Call(request("POST", "/files", {}, options, {}, upload=form), FileObject)


def retrieve(file_id: str, params: Mapping[str, Any]) -> Call[FileObject]:
    """Fetch what is known of a file."""
    return get(_one(file_id), FileObject, params, {})


def list_(params: Mapping[str, Any]) -> Call[CursorPage[FileObject]]:
    """Fetch what is known of the files."""
    return get("/files", CursorPage[FileObject], params, {})


def delete_(file_id: str, params: Mapping[str, Any]) -> Call[FileDeleted]:
    """Delete a file."""
    return delete(_one(file_id), FileDeleted, params, {})


def content(file_id: str, params: Mapping[str, Any]) -> Request:
    """Fetch the bytes of a file."""
    query, options = split(params)
    accept = {"Accept": "application/binary"}
    url = f"{_one(file_id)}/content"
    return request("GET", url, accept, options, in_url(query), fetches_file=True)


def _one(file_id: str) -> str:
    return path("/files/{file_id}", file_id=file_id)
