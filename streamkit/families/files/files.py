"""The calls and polls for files. No I/O.

Source: https://platform.openai.com/docs/api-reference/files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from streamkit._http.upload import upload
from streamkit.families._resource.call import Call, delete, get, in_url, path, request, split
from streamkit.families._resource.params import ListParams, RequestOptions, is_left_out
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.types import CursorPage, FileDeleted, FileObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._http.request import Request
    from streamkit._http.upload import FileTypes, Progress
    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "MAX_WAIT_SECONDS",
    "POLL_INTERVAL",
    "FileCreateParams",
    "FileListParams",
    "FileWaitParams",
    "content",
    "create",
    "delete_",
    "list_",
    "retrieve",
    "wait_for_processing",
]


POLL_INTERVAL = 5.0
"""Default seconds between two polls of a file."""
MAX_WAIT_SECONDS = 1800.0
"""Default seconds to wait for a file."""


class FileCreateParams(RequestOptions, total=False):
    """The file to upload, and its purpose."""

    file: Required[FileTypes]
    """A ``pathlib.Path``, ``bytes``, a file open in binary mode, which is sent from its beginning,
    or a tuple of a name, one of these and optionally a media type."""
    purpose: Required[str]
    """``assistants``, ``batch``, ``fine-tune``, ``vision``, ``user_data``, …"""
    expires_after: Mapping[str, Any] | NotGiven


class FileListParams(ListParams, total=False):
    """The selection of the files to list."""

    purpose: str | NotGiven


class FileWaitParams(RequestOptions, PollParams, total=False):
    """The options of waiting for a file; by default every 5 seconds, for 30 minutes at most."""

    poll_interval: float | NotGiven | None
    """Seconds between two polls; an alternative to ``poll_interval_ms``."""


_STATUSES = Statuses(
    working=frozenset({"uploaded", "pending", "running", "notRunning"}),  # Azure has the last three
    final=frozenset({"processed", "error", "deleted"}),
)


def create(params: Mapping[str, Any], on_progress: Progress | None = None) -> Call[FileObject]:
    """Return the call that uploads a file and calls ``on_progress`` with the bytes sent and in all.

    Each attempt sends the file from its beginning. A file that cannot be read twice is sent once.
    """
    fields, options = split(params)
    file = fields.pop("file", None)
    fields.update(options.pop("extra_body", None) or {})
    form = upload(file, fields, on_progress)
    return Call(request("POST", "/files", {}, options, {}, upload=form), FileObject)


def retrieve(file_id: str, params: Mapping[str, Any]) -> Call[FileObject]:
    """Return the call that fetches the description of a file."""
    return get(_one(file_id), FileObject, params, {})


def list_(params: Mapping[str, Any]) -> Call[CursorPage[FileObject]]:
    """Return the call that fetches the descriptions of the files."""
    return get("/files", CursorPage[FileObject], params, {})


def delete_(file_id: str, params: Mapping[str, Any]) -> Call[FileDeleted]:
    """Return the call that deletes a file."""
    return delete(_one(file_id), FileDeleted, params, {})


def content(file_id: str, params: Mapping[str, Any]) -> Request:
    """Return the request that fetches the bytes of a file."""
    query, options = split(params)
    accept = {"Accept": "application/binary"}
    url = f"{_one(file_id)}/content"
    return request("GET", url, accept, options, in_url(query), fetches_file=True)


def wait_for_processing(file_id: str, params: Mapping[str, Any]) -> PollPlan[FileObject]:
    """Return the plan that polls a file."""
    given = {name: value for name, value in params.items() if not is_left_out(value)}
    interval = given.pop("poll_interval", None)
    if interval is not None:
        given["poll_interval_ms"] = interval * 1000
    terms = PollTerms(given, interval=POLL_INTERVAL, max_wait_seconds=MAX_WAIT_SECONDS)
    return terms.polled(_STATUSES, retrieve(file_id, terms.poll_params), file_id)


def _one(file_id: str) -> str:
    return path("/files/{file_id}", file_id=file_id)
