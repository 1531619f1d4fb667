"""The plan of files: how long one is processed.

Source: https://platform.openai.com/docs/api-reference/files/object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.params import RequestOptions, is_left_out
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.families.files import files as calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.types import FileObject

__all__ = ["MAX_WAIT_SECONDS", "POLL_INTERVAL", "FileWaitParams", "wait_for_processing"]

POLL_INTERVAL = 5.0
"""Seconds between two looks at a file, unless somebody says otherwise."""
MAX_WAIT_SECONDS = 1800.0
"""Seconds that a file is waited for."""


class FileWaitParams(RequestOptions, PollParams, total=False):
    """How a file is waited for: every 5 seconds and 30 minutes long, unless this says otherwise."""

    poll_interval: float | NotGiven | None
    """Seconds; another way to say ``poll_interval_ms``."""


_STATUSES = Statuses(
    working=frozenset({"uploaded", "pending", "running", "notRunning"}),  # Azure has the last three
    final=frozenset({"processed", "error", "deleted"}),
)


def wait_for_processing(file_id: str, params: Mapping[str, Any]) -> PollPlan[FileObject]:
    """Poll a file."""
    given = {name: value for name, value in params.items() if not is_left_out(value)}
    interval = given.pop("poll_interval", None)
    if interval is not None:
        given["poll_interval_ms"] = interval * 1000
    terms = PollTerms(given, interval=POLL_INTERVAL, max_wait_seconds=MAX_WAIT_SECONDS)
    return terms.polled(_STATUSES, calls.retrieve(file_id, terms.poll_params), file_id)
