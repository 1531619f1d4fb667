"""Threads: what is sent, how their runs are polled, and how it is answered. No I/O.

Source: https://platform.openai.com/docs/api-reference/threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.params import RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms
from streamkit.families.assistants import runs
from streamkit.families.assistants.runs import RunParams
from streamkit.types.beta.thread import Thread, ThreadDeleted
from streamkit.types.beta.threads.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "CreateAndRunParams",
    "CreateAndRunPollParams",
    "ThreadCreateParams",
    "ThreadUpdateParams",
    "create",
    "create_and_run",
    "create_and_run_poll",
    "delete_",
    "retrieve",
    "update",
]


class ThreadUpdateParams(RequestOptions, total=False):
    """What of a thread can be changed."""

    metadata: Mapping[str, str] | NotGiven | None
    tool_resources: Mapping[str, Any] | Wire | NotGiven | None


class ThreadCreateParams(ThreadUpdateParams, total=False):
    """What a thread is made of."""

    messages: Iterable[Mapping[str, Any] | Wire] | NotGiven


class CreateAndRunParams(RunParams, total=False):
    """What a thread and a run of it are made of."""

    thread: Mapping[str, Any] | NotGiven
    tool_resources: Mapping[str, Any] | Wire | NotGiven | None


class CreateAndRunPollParams(CreateAndRunParams, PollParams, total=False):
    """What a thread and a run of it are made of, and how the run is polled."""


def create(params: Mapping[str, Any]) -> Call[Thread]:
    """Make a thread."""
    return post("/threads", Thread, params)


def create_and_run(params: Mapping[str, Any]) -> Call[Run]:
    """Make a thread and run an assistant on it."""
    return post("/threads/runs", Run, params)


def retrieve(thread_id: str, params: Mapping[str, Any]) -> Call[Thread]:
    """Fetch a thread."""
    return get(_path(thread_id), Thread, params)


def update(thread_id: str, params: Mapping[str, Any]) -> Call[Thread]:
    """Change a thread."""
    return post(_path(thread_id), Thread, params)


def delete_(thread_id: str, params: Mapping[str, Any]) -> Call[ThreadDeleted]:
    """Delete a thread."""
    return delete(_path(thread_id), ThreadDeleted, params)


def create_and_run_poll(params: Mapping[str, Any]) -> PollPlan[Run]:
    """Make a thread, run an assistant on it, and poll the run."""
    terms = PollTerms(params)
    return terms.started(
        runs.STATUSES,
        create_and_run(terms.start_params),
        lambda run: runs.retrieve(run.id, run.thread_id, terms.follow_params),
    )


def _path(thread_id: str) -> str:
    return path("/threads/{thread_id}", thread_id=thread_id)
