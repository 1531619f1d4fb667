"""Files: what is sent to upload, fetch and wait for them, and how it is answered. No I/O.

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
"""Seconds between two looks at a file, unless somebody says otherwise."""
MAX_WAIT_SECONDS = 1800.0
"""Seconds that a file is waited for."""


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


class FileWaitParams(RequestOptions, PollParams, total=False):
    """How a file is waited for: every 5 seconds and 30 minutes long, unless this says otherwise."""

    poll_interval: float | NotGiven | None
    """Seconds; another way to say ``poll_interval_ms``."""


_STATUSES = Statuses(
    working=frozenset({"uploaded", "pending", "running", "notRunning"}),  # Azure has the last three
    final=frozenset({"processed", "error", "deleted"}),
)


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


def wait_for_processing(file_id: str, params: Mapping[str, Any]) -> PollPlan[FileObject]:
    """Poll a file."""
    given = {name: value for name, value in params.items() if not is_left_out(value)}
    interval = given.pop("poll_interval", None)
    if interval is not None:
        given["poll_interval_ms"] = interval * 1000
    terms = PollTerms(given, interval=POLL_INTERVAL, max_wait_seconds=MAX_WAIT_SECONDS)
    return terms.polled(_STATUSES, retrieve(file_id, terms.poll_params), file_id)


def _one(file_id: str) -> str:
    return path("/files/{file_id}", file_id=file_id)
