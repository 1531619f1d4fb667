"""The calls of threads: their parameters, requests and answers. No I/O.

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
    """The parameters of a change of a thread."""

    metadata: Mapping[str, str] | NotGiven | None
    tool_resources: Mapping[str, Any] | Wire | NotGiven | None


class ThreadCreateParams(ThreadUpdateParams, total=False):
    """The parameters of a new thread."""

    messages: Iterable[Mapping[str, Any] | Wire] | NotGiven


class CreateAndRunParams(RunParams, total=False):
    """The parameters of a new thread and a run on it."""

    thread: Mapping[str, Any] | NotGiven
    tool_resources: Mapping[str, Any] | Wire | NotGiven | None


class CreateAndRunPollParams(CreateAndRunParams, PollParams, total=False):
    """The parameters of a new thread and a run on it, and the options of polling the run."""


def create(params: Mapping[str, Any]) -> Call[Thread]:
    """Return the call that makes a thread."""
    return post("/threads", Thread, params)


def create_and_run(params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that makes a thread and starts a run of an assistant on it."""
    return post("/threads/runs", Run, params)


def retrieve(thread_id: str, params: Mapping[str, Any]) -> Call[Thread]:
    """Return the call that fetches a thread."""
    return get(_path(thread_id), Thread, params)


def update(thread_id: str, params: Mapping[str, Any]) -> Call[Thread]:
    """Return the call that changes a thread."""
    return post(_path(thread_id), Thread, params)


def delete_(thread_id: str, params: Mapping[str, Any]) -> Call[ThreadDeleted]:
    """Return the call that deletes a thread."""
    return delete(_path(thread_id), ThreadDeleted, params)


def create_and_run_poll(params: Mapping[str, Any]) -> PollPlan[Run]:
    """Return the plan that makes a thread, starts a run of an assistant on it and polls the run."""
    terms = PollTerms(params)
    return terms.started(
        runs.STATUSES,
        create_and_run(terms.start_params),
        lambda run: runs.retrieve(run.id, run.thread_id, terms.follow_params),
    )


def _path(thread_id: str) -> str:
    return path("/threads/{thread_id}", thread_id=thread_id)
