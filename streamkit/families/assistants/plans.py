"""The plans of runs.

Source: https://platform.openai.com/docs/api-reference/runs/object#runs/object-status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.params import RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.families.assistants import runs as calls
from streamkit.families.assistants import threads
from streamkit.families.assistants.runs import RunCreateParams, ToolOutputsParams
from streamkit.families.assistants.threads import CreateAndRunParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.types.beta.threads.run import Run

__all__ = [
    "CreateAndRunPollParams",
    "RunCreateAndPollParams",
    "RunPollParams",
    "ToolOutputsAndPollParams",
    "create",
    "create_and_run",
    "poll",
    "submit_tool_outputs",
]


class RunPollParams(RequestOptions, PollParams, total=False):
    """How a run is polled."""


class RunCreateAndPollParams(RunCreateParams, PollParams, total=False):
    """What a run of a thread that exists is made of, and how it is polled."""


class CreateAndRunPollParams(CreateAndRunParams, PollParams, total=False):
    """What a thread and a run of it are made of, and how the run is polled."""


class ToolOutputsAndPollParams(ToolOutputsParams, PollParams, total=False):
    """What the tools gave that a run waits for, and how it is polled."""


_STATUSES = Statuses(
    working=frozenset({"queued", "in_progress", "cancelling"}),
    # Nothing happens while it requires action: the caller has to act.
    final=frozenset(
        {"requires_action", "cancelled", "completed", "failed", "expired", "incomplete"}
    ),
)


def poll(run_id: str, thread_id: str, params: Mapping[str, Any]) -> PollPlan[Run]:
    """Poll a run."""
    terms = PollTerms(params)
    retrieve = calls.retrieve(run_id, thread_id, terms.poll_params)
    return terms.polled(_STATUSES, retrieve, run_id)


def create(thread_id: str, params: Mapping[str, Any]) -> PollPlan[Run]:
    """Run an assistant on a thread, and poll the run."""
    terms = PollTerms(params)
    return terms.started(
        _STATUSES,
        calls.create(thread_id, terms.start_params),
        lambda run: calls.retrieve(run.id, thread_id, terms.follow_params),
    )


def create_and_run(params: Mapping[str, Any]) -> PollPlan[Run]:
    """Make a thread, run an assistant on it, and poll the run."""
    terms = PollTerms(params)
    return terms.started(
        _STATUSES,
        threads.create_and_run(terms.start_params),
        lambda run: calls.retrieve(run.id, run.thread_id, terms.follow_params),
    )


def submit_tool_outputs(run_id: str, thread_id: str, params: Mapping[str, Any]) -> PollPlan[Run]:
    """Give a run what it waits for, and poll it."""
    terms = PollTerms(params)
    again = calls.retrieve(run_id, thread_id, terms.follow_params)
    return terms.started(
        _STATUSES,
        calls.submit_tool_outputs(run_id, thread_id, terms.start_params),
        lambda _: again,
    )
